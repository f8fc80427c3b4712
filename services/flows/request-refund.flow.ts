import type { ClientSession, Types } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { Refund, type RefundBankAccount, type RefundDoc } from "../../models/index.js";
import {
  REFUND_INITIATOR,
  REFUND_SOURCE,
  type RefundDestination,
  type ReturnReason,
} from "../../utils/constants.js";
import { toRupees } from "../../utils/money.js";
import type { Actor } from "../../utils/principal.js";
import { refundMachine } from "../../utils/state-machines.js";
import { getRefundFacts } from "../aggregates/refund/refund-facts.js";
import { insertRefund, messageOf, ofOrder } from "../aggregates/refund/refund-rows.js";
import { decideTerms, type RefundTerms, type RefundWish } from "../aggregates/refund/refund-terms.js";
import { requestRefundAmount } from "../aggregates/refund/reserve-refund.js";
import { recordAudit } from "../platform/audit.service.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { firstEntry } from "../platform/transition.service.js";

export interface RefundRequest {
  orderId: Types.ObjectId;
  wish: RefundWish;
  /** For the money; store credit and points go back as what they were. */
  destination: RefundDestination;
  reason: ReturnReason;
  notes: string | null;
  /** A customer (a guest without an id), or an admin. */
  by: Actor<"customer"> | (Actor<"admin"> & { id: string });
  bankAccount?: RefundBankAccount | null;
  /** A repetition of the request finds its refund. */
  requestKey: string | null;
}

/**
 * Asks for a refund of an order. It waits for approval as `pending`, with the split over the order's sources of money
 * that approving it will carry out. Its amount counts against the limit from now on.
 * @throws NotFoundError ORDER_NOT_FOUND; RuleError NOT_REFUNDABLE, PAYMENT_DISPUTED, REFUND_EXCEEDS_PAID with what is
 *   `left` in rupees; ValidationError for a line of another order
 */
export async function requestRefund(request: RefundRequest): Promise<RefundDoc> {
  const refundNumber = await generateUniqueRefundNumber();
  const refund = await inTransaction(
    async (tx) => (await findRefundOf(request, tx)) ?? (await write(request, refundNumber, tx)),
  );
  const { _id, orderNumber, amount } = refund;
  const refundId = _id.toHexString();
  logger.info({ refundId, refundNumber: refund.refundNumber, orderNumber, amount }, "> Refund requested");
  return refund;
}

/** Requests for one order write to it, so that of two at the same moment the second one starts again and finds the first. */
const findRefundOf = async (
  { orderId, requestKey }: RefundRequest,
  tx: ClientSession,
): Promise<RefundDoc | null> =>
  requestKey === null ? null : Refund.findOne({ orderId, requestKey }).session(tx).lean<RefundDoc>();

async function write(request: RefundRequest, refundNumber: string, tx: ClientSession): Promise<RefundDoc> {
  const facts = await getRefundFacts(request.orderId, { except: null }, tx);
  const terms = decideTerms(facts, request);
  await requestRefundAmount(request.orderId, terms.amount, tx);
  const { by, reason, notes, bankAccount = null, requestKey } = request;
  const refund = await insertRefund(
    {
      refundNumber,
      ...ofOrder(facts.order),
      ...terms,
      ...shownTerms(terms, request.destination),
      ...{ reason, notes, bankAccount, requestKey },
      status: refundMachine.initial,
      initiatedByType: by.type === "admin" ? REFUND_INITIATOR.ADMIN : REFUND_INITIATOR.CUSTOMER,
      initiatedById: by.id ?? null,
      history: [firstEntry(refundMachine.initial, by, reason)],
    },
    tx,
  );
  await announce(refund, by, tx);
  return refund;
}

/** A request that needs no split shows its source and destination at once. */
function shownTerms({ parts }: RefundTerms, wished: RefundDestination) {
  const [only, ...others] = parts;
  if (!only || others.length > 0)
    return { source: REFUND_SOURCE.PAYMENT, paymentId: null, destination: wished };
  const { source, paymentId, destination } = only;
  return { source, paymentId, destination };
}

async function announce(refund: RefundDoc, by: RefundRequest["by"], tx: ClientSession): Promise<void> {
  if (by.type === "customer") return enqueueOutbox([messageOf("refund.requested", refund)], tx);
  const { refundNumber, orderNumber, amount, destination, reason } = refund;
  const after = { refundNumber, orderNumber, amount: toRupees(amount), destination, reason };
  const about = { action: "refund.create", resourceType: "refund", resourceId: refund._id.toHexString() };
  await recordAudit({ actor: by, ...about, after }, tx);
}
