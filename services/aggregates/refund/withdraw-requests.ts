import type { ClientSession, Types } from "mongoose";
import { Refund, type RefundDoc } from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { refundMachine } from "../../../utils/state-machines.js";
import { tryTransition } from "../../platform/transition.service.js";
import { messageOf } from "./refund-rows.js";
import { withdrawRequested } from "./reserve-refund.js";

/**
 * In the caller's transaction: rejects the refunds of an order that wait for approval, because everything that is left is
 * refunded in another way. A decision that runs at the same time conflicts: it writes the same refund.
 */
export async function withdrawRequests(
  orderId: Types.ObjectId,
  { reason }: { reason: string },
  tx: ClientSession,
): Promise<void> {
  const waiting = await Refund.find({ orderId, status: REFUND_STATUS.PENDING })
    .session(tx)
    .lean<RefundDoc[]>();
  for (const refund of waiting) {
    const withdrawn = await tryTransition({
      machine: refundMachine,
      model: Refund,
      id: refund._id,
      from: REFUND_STATUS.PENDING,
      to: REFUND_STATUS.REJECTED,
      set: { rejectionReason: reason, parts: [] },
      by: { type: "system" },
      note: reason,
      messages: [messageOf("refund.rejected", refund)],
      tx,
    });
    if (withdrawn.changed) await withdrawRequested(orderId, refund.amount, tx);
  }
}
