import { type ClientSession, Types } from "mongoose";
import type { OrderDoc, RefundDoc } from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_INITIATOR,
  REFUND_SOURCE,
  REFUND_STATUS,
} from "../../../utils/constants.js";
import { SameApproverError } from "../../../utils/errors.js";
import { addPaise, type Paise, ZERO_PAISE } from "../../../utils/money.js";
import { adminActor, ownerFieldsOf } from "../../../utils/principal.js";
import { roundHalfUp } from "../../calculations/allocation.js";
import { spreadContent } from "../../calculations/refund-split.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { firstEntry } from "../../platform/transition.service.js";
import type { ApprovalTerms } from "./approval-terms.js";
import { moveRefund } from "./decide-refund.js";
import type { RefundFacts } from "./refund-facts.js";
import { insertRefund, messageOf } from "./refund-rows.js";
import { toContent } from "./refund-terms.js";
import { reserveRefund, withdrawRequested } from "./reserve-refund.js";

/** What approving a refund means for its row, and for the rows of its other parts. */

/**
 * @param fourEyesAbove the setting, in paise
 * @throws SameApproverError when the admin started the refund, and its amount needs a second one
 */
export function assertMayApprove(refund: RefundDoc, adminId: string, fourEyesAbove: Paise): void {
  const isOwn = refund.initiatedByType === REFUND_INITIATOR.ADMIN && refund.initiatedById === adminId;
  if (isOwn && refund.amount > fourEyesAbove) throw new SameApproverError();
}

/** What a row takes from one source: fields of the refund. */
export type ApprovedPart = Pick<
  RefundDoc,
  "amount" | "items" | "shippingAmount" | "source" | "paymentId" | "destination" | "points"
>;

/** The terms as one row for each source. Units of a line that two sources pay for are in the first. */
export function toApprovedParts(
  { parts, items, shippingAmount }: ApprovalTerms,
  facts: RefundFacts | null,
): ApprovedPart[] {
  const amounts = parts.map(({ amount }) => amount);
  const lines = items.map(({ orderItemId, quantity, amount }) => ({
    id: orderItemId.toHexString(),
    ...{ units: quantity, amount },
  }));
  const contents = spreadContent(amounts, { items: lines, chargesAmount: shippingAmount });
  return parts.map(({ source, paymentId, destination, amount }, index) => ({
    ...{ source, paymentId, destination, amount },
    ...toContent(contents[index] ?? NO_CONTENT),
    points: source === REFUND_SOURCE.POINTS && facts ? pointsOf(amount, facts) : null,
  }));
}

const NO_CONTENT = { items: [], chargesAmount: ZERO_PAISE };

/** Points are whole; each refund gives back the difference of two rounded shares, so that together they are all. */
function pointsOf(amount: Paise, { order, refunds }: RefundFacts): number {
  const earlier = refunds.filter(
    ({ source, status }) => source === REFUND_SOURCE.POINTS && status !== REFUND_STATUS.PENDING,
  );
  const before = addPaise(...earlier.map((refund) => refund.amount));
  return sharePoints(order, addPaise(before, amount)) - sharePoints(order, before);
}

const sharePoints = ({ loyaltyPoints, loyaltyDiscount }: OrderDoc, amount: Paise): number =>
  loyaltyDiscount === 0 ? 0 : roundHalfUp(loyaltyPoints * amount, loyaltyDiscount);

export interface Approved {
  refund: RefundDoc;
  parts: readonly ApprovedPart[];
  adminId: string;
  note: string | null;
  action: string;
  /** Fields that the approval sets beside those of the part. */
  set: Partial<RefundDoc>;
  /** For the rows of the other parts, drawn before the transaction. */
  refundNumbers: readonly string[];
}

/**
 * In the caller's transaction: reserves each part, moves the refund to `processing` with the first one, and inserts a row
 * for each other. The outbox performs them.
 * @throws RefundLimitError; ConflictError VERSION_CONFLICT
 */
export async function approveParts(approved: Approved, tx: ClientSession): Promise<RefundDoc> {
  const { refund, parts, adminId, note, action, set, refundNumbers } = approved;
  const [first, ...others] = parts;
  if (!first) throw new Error("a refund without a part");
  const { orderId, status } = refund;
  if (status === REFUND_STATUS.PENDING && orderId) await withdrawRequested(orderId, refund.amount, tx);
  for (const part of parts) await reserveRefund({ ...part, orderId }, tx);
  const again = { parts: [], gatewayRefundId: null, dueAt: null, failureReason: null, attention: false };
  const send = messageOf("refund.send", refund);
  // The customer is told once; that a refund failed and is repeated concerns the staff.
  const messages = status === REFUND_STATUS.PENDING ? [messageOf("refund.approved", refund), send] : [send];
  const to = REFUND_STATUS.PROCESSING;
  const moved = await moveRefund(
    refund,
    { to, adminId, action, note, set: { ...again, ...set, ...first }, messages },
    tx,
  );
  for (const [index, part] of others.entries()) {
    const refundNumber = refundNumbers[index];
    if (!refundNumber) throw new Error("fewer numbers than parts");
    const row = await insertPart(moved, { part, refundNumber, adminId }, tx);
    await enqueueOutbox([messageOf("refund.send", row)], tx);
  }
  return moved;
}

function insertPart(
  refund: RefundDoc,
  { part, refundNumber, adminId }: { part: ApprovedPart; refundNumber: string; adminId: string },
  tx: ClientSession,
): Promise<RefundDoc> {
  const row = {
    ...part,
    _id: new Types.ObjectId(),
    refundNumber,
    splitFromId: refund._id,
    ...{ orderId: refund.orderId, orderNumber: refund.orderNumber },
    ...{ checkoutSessionId: refund.checkoutSessionId, returnId: refund.returnId },
    ...ownerFieldsOf(refund),
    ...{ type: refund.type, reason: refund.reason, notes: refund.notes },
    ...{ initiatedByType: refund.initiatedByType, initiatedById: refund.initiatedById },
    approvedById: adminId,
    // Only a transfer needs it.
    bankAccount: part.destination === REFUND_DESTINATION.BANK_TRANSFER ? refund.bankAccount : null,
    status: REFUND_STATUS.PROCESSING,
    history: [firstEntry(REFUND_STATUS.PROCESSING, adminActor(adminId), `part of ${refund.refundNumber}`)],
  };
  return insertRefund(row, tx);
}
