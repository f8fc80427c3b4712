import { type ClientSession, Types } from "mongoose";
import { Order, type OrderDoc, Payment, type RefundDoc } from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_INITIATOR,
  REFUND_STATUS,
  REFUND_TYPE,
  type RefundDestination,
  type RefundSystemReason,
} from "../../../utils/constants.js";
import { NotFoundError } from "../../../utils/errors.js";
import type { Paise } from "../../../utils/money.js";
import { generateUniqueRefundNumber } from "../../platform/order-number.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { firstEntry } from "../../platform/transition.service.js";
import { type ApprovedPart, toApprovedParts } from "./approval.js";
import type { ApprovalTerms } from "./approval-terms.js";
import type { RefundFacts } from "./refund-facts.js";
import { insertRefund, messageOf, ofOrder } from "./refund-rows.js";
import { split } from "./refund-terms.js";
import { reserveRefund } from "./reserve-refund.js";

/** Refunds of an order that the service owes: they need neither a request nor an approval. */

export interface OwedToOrder {
  facts: RefundFacts;
  amount: Paise;
  /** What the amount is for. */
  content: Pick<ApprovalTerms, "items" | "shippingAmount">;
  systemReason: RefundSystemReason;
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
  if (!order) throw new NotFoundError("ORDER_NOT_FOUND", "There is no such order");
  const others = [order.storeCreditAmount, order.loyaltyDiscount].filter((amount) => amount > 0);
  const length = Math.max(0, payments + others.length - existing);
  return Promise.all(Array.from({ length }, generateUniqueRefundNumber));
}

/**
 * In the caller's transaction: one refund for each source of the order's money, each to where it came from. They are
 * `processing`, and the outbox performs them; while a payment is disputed, its refund waits.
 * @throws RefundLimitError, RuleError REFUND_EXCEEDS_PAID for more than is left
 */
export async function oweOrderRefund(owed: OwedToOrder, tx: ClientSession): Promise<void> {
  const { facts, amount, content, destination = REFUND_DESTINATION.ORIGINAL } = owed;
  const parts = split(facts, { amount, destination });
  for (const [index, part] of toApprovedParts({ parts, ...content }, facts).entries()) {
    await reserveRefund({ ...part, orderId: facts.order._id }, tx);
    const refund = await insert(owed, { part, index }, tx);
    await enqueueOutbox([messageOf("refund.send", refund)], tx);
  }
}

function insert(
  { facts, systemReason, returnId, refundNumbers }: OwedToOrder,
  { part, index }: { part: ApprovedPart; index: number },
  tx: ClientSession,
): Promise<RefundDoc> {
  const { order } = facts;
  const refundNumber = refundNumbers[index];
  if (!refundNumber) throw new Error("fewer numbers than sources");
  const status = REFUND_STATUS.PROCESSING;
  const draft = {
    _id: new Types.ObjectId(),
    refundNumber,
    ...ofOrder(order),
    ...part,
    returnId,
    type: part.amount === order.paidAmount ? REFUND_TYPE.FULL : REFUND_TYPE.PARTIAL,
    reason: "other",
    systemReason,
    status,
    initiatedByType: REFUND_INITIATOR.SYSTEM,
    // A person has to ask the customer which account it goes to.
    attention: part.destination === REFUND_DESTINATION.BANK_TRANSFER,
    history: [firstEntry(status, { type: "system" }, systemReason)],
  };
  return insertRefund(draft, tx);
}
