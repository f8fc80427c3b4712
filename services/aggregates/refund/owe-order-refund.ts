import { type ClientSession, Types } from "mongoose";
import { type ChangedBy, Order, type OrderDoc, Payment, type RefundDoc } from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_INITIATOR,
  REFUND_STATUS,
  REFUND_TYPE,
  type RefundDestination,
  type RefundSystemReason,
} from "../../../utils/constants.js";
import { orderNotFound } from "../../../utils/errors.js";
import type { Paise } from "../../../utils/money.js";
import { generateUniqueRefundNumber } from "../../platform/order-number.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { firstEntry } from "../../platform/transition.service.js";
import { type ApprovedPart, toApprovedParts } from "./approval.js";
import type { ApprovalTerms } from "./approval-terms.js";
import type { RefundFacts } from "./refund-facts.js";
import { insertRefund, messageOf, ofOrder } from "./refund-rows.js";
import { assertNoneDisputed, split } from "./refund-terms.js";
import { reserveRefund } from "./reserve-refund.js";

/** Refunds of an order that are owed, and wait for no approval: by the service itself, or for a return that was accepted. */

/** Who started a refund, and why. */
export interface RefundOrigin
  extends Pick<RefundDoc, "initiatedByType" | "initiatedById" | "reason" | "approvedById"> {
  systemReason?: RefundSystemReason;
  /** The first entry of its history. */
  by: ChangedBy;
  note: string;
}

export const startedBySystem = (systemReason: RefundSystemReason): RefundOrigin => ({
  initiatedByType: REFUND_INITIATOR.SYSTEM,
  ...{ systemReason, reason: "other", initiatedById: null, approvedById: null },
  ...{ by: { type: "system" }, note: systemReason },
});

export interface OwedToOrder {
  facts: RefundFacts;
  amount: Paise;
  /** What the amount is for. */
  content: Pick<ApprovalTerms, "items" | "shippingAmount">;
  origin: RefundOrigin;
  /** For the money; default: where it came from. Store credit and points go back as what they were. */
  destination?: RefundDestination;
  returnId: Types.ObjectId | null;
  /** One for each source (`drawRefundNumbers`). Those that are not used leave a gap, which is allowed. */
  refundNumbers: readonly string[];
}

/**
 * Before the transaction: a number for every source that the order may have been paid from.
 * @param existing refunds that have their number already
 * @throws NotFoundError ORDER_NOT_FOUND
 */
export async function drawRefundNumbers(orderId: Types.ObjectId, existing = 0): Promise<string[]> {
  const [order, payments] = await Promise.all([
    Order.findById(orderId).lean<OrderDoc>(),
    Payment.countDocuments({ orderId }),
  ]);
  if (!order) throw orderNotFound();
  const others = [order.storeCreditAmount, order.loyaltyDiscount].filter((amount) => amount > 0);
  const length = Math.max(0, payments + others.length - existing);
  return Promise.all(Array.from({ length }, generateUniqueRefundNumber));
}

/**
 * In the caller's transaction: one refund for each source of the order's money, each to where it came from. They are
 * `processing`, and the outbox performs them; while a payment is disputed, its refund waits.
 * @returns the refunds, that of the first source first
 * @throws RefundLimitError; RuleError REFUND_EXCEEDS_PAID for more than is left, and PAYMENT_DISPUTED for another
 *   destination, where nothing would wait for the end of the dispute
 */
export async function oweOrderRefund(owed: OwedToOrder, tx: ClientSession): Promise<RefundDoc[]> {
  const { facts, amount, content, destination = REFUND_DESTINATION.ORIGINAL } = owed;
  if (destination !== REFUND_DESTINATION.ORIGINAL) assertNoneDisputed(facts);
  const parts = split(facts, { amount, destination });
  const refunds: RefundDoc[] = [];
  for (const [index, part] of toApprovedParts({ parts, ...content }, facts).entries()) {
    await reserveRefund({ ...part, orderId: facts.order._id }, tx);
    const refund = await insert(owed, { part, index, splitFromId: refunds[0]?._id ?? null }, tx);
    await enqueueOutbox([messageOf("refund.send", refund)], tx);
    refunds.push(refund);
  }
  return refunds;
}

function insert(
  { facts, origin, returnId, refundNumbers }: OwedToOrder,
  { part, index, splitFromId }: { part: ApprovedPart; index: number; splitFromId: Types.ObjectId | null },
  tx: ClientSession,
): Promise<RefundDoc> {
  const { order } = facts;
  const refundNumber = refundNumbers[index];
  if (!refundNumber) throw new Error("fewer numbers than sources");
  const status = REFUND_STATUS.PROCESSING;
  const { by, note, ...startedBy } = origin;
  const draft = {
    _id: new Types.ObjectId(),
    refundNumber,
    ...ofOrder(order),
    ...part,
    ...{ splitFromId, returnId },
    type: part.amount === order.paidAmount ? REFUND_TYPE.FULL : REFUND_TYPE.PARTIAL,
    ...startedBy,
    status,
    // A person has to ask the customer which account it goes to.
    attention: part.destination === REFUND_DESTINATION.BANK_TRANSFER,
    history: [firstEntry(status, by, note)],
  };
  return insertRefund(draft, tx);
}
