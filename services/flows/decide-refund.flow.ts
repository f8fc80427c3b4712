import type { Types } from "mongoose";
import { Refund, type RefundDoc } from "../../models/index.js";
import { REFUND_STATUS } from "../../utils/constants.js";
import { refundMachine } from "../../utils/state-machines.js";
import { approveParts, assertMayApprove, toApprovedParts } from "../aggregates/refund/approval.js";
import {
  approvalTerms,
  assertRoom,
  factsOf,
  ownPart,
  type RefundChange,
} from "../aggregates/refund/approval-terms.js";
import { decideRefund, moveRefund, refundNotFound } from "../aggregates/refund/decide-refund.js";
import { drawRefundNumbers } from "../aggregates/refund/owe-order-refund.js";
import { messageOf } from "../aggregates/refund/refund-rows.js";
import { withdrawRequested } from "../aggregates/refund/reserve-refund.js";
import { getSettings } from "../platform/settings.service.js";
import { assertStatus } from "../platform/transition.service.js";

export type { RefundChange } from "../aggregates/refund/approval-terms.js";

const { PENDING, PROCESSING, FAILED, REJECTED } = REFUND_STATUS;

export interface RefundApproval {
  refundId: Types.ObjectId;
  adminId: string;
  notes: string | null;
  /** Without a change the refund is approved as its split shows it. */
  change?: RefundChange;
}

/**
 * Approves a refund: in one transaction its amount is reserved, and each source that it takes from gets a row of its own,
 * which the outbox then performs. With a change also a refund that failed; it keeps its source.
 * @throws NotFoundError REFUND_NOT_FOUND; SameApproverError; RuleError INVALID_STATUS_TRANSITION, PAYMENT_DISPUTED,
 *   REFUND_EXCEEDS_PAID (also for more than was asked for), NOT_REFUNDABLE; ValidationError for a line of another order
 */
export async function approveRefund({
  refundId,
  adminId,
  notes,
  change,
}: RefundApproval): Promise<RefundDoc> {
  const { refundFourEyesAbove } = await getSettings("payments");
  const refundNumbers = await drawNumbersOfParts(refundId);
  return decideRefund(refundId, async (refund, tx) => {
    assertStatus(refundMachine, refund, { from: change ? [PENDING, FAILED] : [PENDING], to: PROCESSING });
    assertMayApprove(refund, adminId, refundFourEyesAbove);
    const facts = await factsOf(refund, tx);
    const parts = toApprovedParts(approvalTerms(refund, facts, change), facts);
    const set = {
      approvedById: adminId,
      ...(change?.bankAccount ? { bankAccount: change.bankAccount } : {}),
    };
    const action = change?.action ?? "refund.approve";
    return approveParts({ refund, parts, adminId, note: notes, action, set, refundNumbers }, tx);
  });
}

/** For the rows of the other parts: this refund keeps its own number. */
async function drawNumbersOfParts(refundId: Types.ObjectId): Promise<string[]> {
  const refund = await Refund.findById(refundId, { orderId: 1 }).lean<Pick<RefundDoc, "orderId">>();
  if (!refund) throw refundNotFound();
  return refund.orderId ? drawRefundNumbers(refund.orderId, 1) : [];
}

/**
 * Performs a failed refund once more, with a new attempt. It was approved before; its amount is reserved again.
 * @throws NotFoundError REFUND_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION, PAYMENT_DISPUTED, REFUND_EXCEEDS_PAID
 */
export function retryRefund(retry: { refundId: Types.ObjectId; adminId: string }): Promise<RefundDoc> {
  const { refundId, adminId } = retry;
  return decideRefund(refundId, async (refund, tx) => {
    assertStatus(refundMachine, refund, { from: [FAILED], to: PROCESSING });
    const facts = await factsOf(refund, tx);
    const own = ownPart(refund, refund.destination);
    if (facts) assertRoom({ ...refund, parts: [own] }, facts);
    const { items, shippingAmount, points } = refund;
    const parts = [{ ...own, items, shippingAmount, points }];
    const action = "refund.retry";
    return approveParts({ refund, parts, adminId, note: null, action, set: {}, refundNumbers: [] }, tx);
  });
}

export interface RefundRejection {
  refundId: Types.ObjectId;
  adminId: string;
  reason: string;
}

/** @throws NotFoundError REFUND_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION unless it waits for approval */
export function rejectRefund({ refundId, adminId, reason }: RefundRejection): Promise<RefundDoc> {
  return decideRefund(refundId, async (refund, tx) => {
    assertStatus(refundMachine, refund, { from: [PENDING], to: REJECTED });
    if (refund.orderId) await withdrawRequested(refund.orderId, refund.amount, tx);
    const set = { rejectionReason: reason, parts: [] };
    const messages = [messageOf("refund.rejected", refund)];
    return moveRefund(
      refund,
      { to: REJECTED, adminId, action: "refund.reject", note: reason, set, messages },
      tx,
    );
  });
}
