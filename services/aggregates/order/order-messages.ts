import type { OrderDoc, OrderItemDoc } from "../../../models/index.js";
import type { NamedUnits } from "../../../utils/line-units.js";

/** What messages about an order have in common. */

export const recipientOf = ({ userId, email, phone, customerName }: OrderDoc) => ({
  name: customerName ?? "Customer",
  to: { ...(userId ? { userId } : {}), email, phone },
});

/** Units with the names of their lines. */
export const namedItems = (items: readonly NamedUnits[], lines: readonly OrderItemDoc[]) =>
  items.map(({ orderItemId, quantity }) => ({
    name: lines.find(({ _id }) => _id.equals(orderItemId))?.name ?? "",
    quantity,
  }));
