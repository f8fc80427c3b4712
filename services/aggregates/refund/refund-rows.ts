import type { ClientSession } from "mongoose";
import { type OrderDoc, Refund, type RefundDoc } from "../../../models/index.js";
import { ownerFieldsOf } from "../../../utils/principal.js";
import type { OutboxDraft } from "../../platform/outbox.service.js";

/** What every refund of an order has of it. */
export const ofOrder = (order: OrderDoc) => ({
  orderId: order._id,
  orderNumber: order.orderNumber,
  checkoutSessionId: order.checkoutSessionId,
  ...ownerFieldsOf(order),
});

/** In the caller's transaction. @returns the refund with the defaults of its fields */
export async function insertRefund(row: Partial<RefundDoc>, tx: ClientSession): Promise<RefundDoc> {
  const [created] = await Refund.create([row], { session: tx });
  if (!created) throw new Error("the refund was not inserted");
  return created.toObject();
}

/** One message for each move: a refund may fail after its completion, be approved again, and complete again. */
export function messageOf(type: string, { _id, history }: Pick<RefundDoc, "_id" | "history">): OutboxDraft {
  const refundId = _id.toHexString();
  return { type, dedupeKey: `${type}:${refundId}:${history.length}`, payload: { refundId } };
}
