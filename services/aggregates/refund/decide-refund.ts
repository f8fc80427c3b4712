import type { ClientSession, Types } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Refund, type RefundDoc } from "../../../models/index.js";
import type { RefundDestination, RefundStatus } from "../../../utils/constants.js";
import { NotFoundError } from "../../../utils/errors.js";
import { type Paise, toRupees } from "../../../utils/money.js";
import { adminActor } from "../../../utils/principal.js";
import { refundMachine } from "../../../utils/state-machines.js";
import { refundChanged } from "../../platform/changed-meanwhile.js";
import type { OutboxDraft } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { applyTransition } from "../../platform/transition.service.js";
import { exceedsPaid } from "./refund-terms.js";
import { RefundLimitError } from "./reserve-refund.js";

/**
 * Runs an administrator's decision about a refund in one transaction.
 * @throws NotFoundError REFUND_NOT_FOUND; RuleError REFUND_EXCEEDS_PAID when a limit breaks while it is written; whatever
 *   `work` throws
 */
export async function decideRefund(
  refundId: Types.ObjectId,
  work: (refund: RefundDoc, tx: ClientSession) => Promise<RefundDoc>,
): Promise<RefundDoc> {
  try {
    const refund = await inTransaction(async (tx) => {
      const found = await Refund.findById(refundId).session(tx).lean<RefundDoc>();
      if (!found) throw refundNotFound();
      return work(found, tx);
    });
    const { refundNumber, status, amount, destination } = refund;
    const about = { refundId: refundId.toHexString(), refundNumber, status, amount, destination };
    logger.info(about, "> An administrator has decided about a refund");
    return refund;
  } catch (error) {
    if (error instanceof RefundLimitError) throw exceedsPaid();
    throw error;
  }
}

export const refundNotFound = () => new NotFoundError("REFUND_NOT_FOUND", "There is no such refund");

export interface RefundMove {
  to: RefundStatus;
  adminId: string;
  /** Of the audit row. */
  action: string;
  note: string | null;
  set: Partial<RefundDoc>;
  messages: OutboxDraft[];
}

/** An administrator's move, with its audit row. @throws ConflictError VERSION_CONFLICT when the refund has changed */
export async function moveRefund(refund: RefundDoc, move: RefundMove, tx: ClientSession): Promise<RefundDoc> {
  const { to, adminId, action, note, set, messages } = move;
  const moved = await applyTransition({
    machine: refundMachine,
    model: Refund,
    id: refund._id,
    from: refund.status,
    to,
    guard: { amount: refund.amount },
    set,
    by: adminActor(adminId),
    ...(note === null ? {} : { note }),
    messages,
    audit: {
      ...{ action, resourceType: "refund" },
      before: { status: refund.status, ...termsOf(refund) },
      after: { status: to, ...termsOf({ ...refund, ...set }) },
    },
    tx,
  });
  if (!moved.changed) throw refundChanged(refund._id);
  return moved.document;
}

const termsOf = ({ amount, destination }: { amount: Paise; destination: RefundDestination }) => ({
  amount: toRupees(amount),
  destination,
});
