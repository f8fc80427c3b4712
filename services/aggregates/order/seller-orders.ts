import type { OrderItemDoc, SellerOrder } from "../../../models/index.js";
import type { OrderStatus } from "../../../utils/constants.js";

/** The parts of a new order that sellers ship. Lines without a seller are the shop's own and in no part. */
export function buildSellerOrders(
  lines: readonly Pick<OrderItemDoc, "_id" | "sellerId">[],
  status: OrderStatus,
): SellerOrder[] {
  const sellers = new Set(lines.flatMap(({ sellerId }) => sellerId ?? []));
  return [...sellers].map((sellerId) => ({
    ...{ sellerId, status, notes: [], trackingNumber: null, estimatedDelivery: null },
    itemIds: lines.filter((line) => line.sellerId === sellerId).map(({ _id }) => _id),
  }));
}
