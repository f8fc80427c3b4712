import type { ClientSession } from "mongoose";
import type { OrderStatus } from "../../../utils/constants.js";
import { movesTo } from "../../calculations/fulfilment.js";
import { followLines, moveOrder, type StatusNote } from "./follow-lines.js";
import type { OrderLines } from "./order-lines.js";

/**
 * In the caller's transaction: a step of the whole order that the lines do not prove, such as its confirmation. The
 * sellers' parts go with it where they may.
 * @throws ConflictError VERSION_CONFLICT when the order has moved since it was read
 */
export async function moveWithSellers(
  read: OrderLines,
  { to, by, note }: StatusNote & { to: OrderStatus },
  tx: ClientSession,
): Promise<void> {
  const sellerOrders = read.order.sellerOrders.map((part) =>
    movesTo(part.status, to).length > 0 ? { ...part, status: to } : part,
  );
  await followLines(read, { by, note, set: { sellerOrders } }, tx);
  await moveOrder(read.order, { to, by, note }, tx);
}
