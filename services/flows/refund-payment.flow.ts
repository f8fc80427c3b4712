import type { ClientSession, Types } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { Order, Payment, type PaymentDoc, Refund, type RefundDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { addPaise, type Paise, subtractPaise } from "../../utils/money.js";
import { type Failure, type Result, toUpstreamError } from "../../utils/result.js";
import { refundMachine } from "../../utils/state-machines.js";
import type { GatewayRefund } from "../integrations/payment-gateway.js";
import { paymentGateway } from "../integrations/payment-gateway.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { tryTransition } from "../platform/transition.service.js";

/** The first sending is `REF-…`; after a definite failure the next is `REF-…-2`, with a new key (`domain.md` §5.6). */
const receiptOf = (refund: RefundDoc, attempt: number) =>
  attempt <= 1 ? refund.refundNumber : `${refund.refundNumber}-${attempt}`;
const keyOf = (refund: RefundDoc, attempt: number) => `${refund._id.toHexString()}-${attempt}`;

/**
 * Sends a refund to its original method. The row exists before the gateway hears of it; the key and the
 * receipt make the sending repeatable; an outcome that is not known stays `processing` and is looked up by
 * its receipt before anything is sent again.
 * @throws the typed upstream error when the outcome is unknown: the outbox calls again later.
 */
export async function sendRefund(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (refund?.destination !== "original" || !refund.paymentId) return;
  if (refund.status !== "pending" && refund.status !== "processing") return;
  const payment = await Payment.findById(refund.paymentId).lean<PaymentDoc>();
  if (!payment?.gatewayPaymentId) return;
  const repeated = refund.status === "processing";
  if (refund.status === "pending") await beginAttempt(refund);
  const attempt = Math.max(1, refund.attempts.length);
  const result = await askGateway({
    refund,
    payment,
    gatewayPaymentId: payment.gatewayPaymentId,
    attempt,
    repeated,
  });
  if (result.success) return applyRefundWord(refund._id, result.data);
  if (result.outcome === "refused") return refusedByGateway(refund, payment.gatewayPaymentId, result);
  throw toUpstreamError(result);
}

async function beginAttempt(refund: RefundDoc): Promise<void> {
  const attempt = refund.attempts.length + 1;
  await tryTransition({
    machine: refundMachine,
    model: Refund,
    id: refund._id,
    from: refund.status,
    to: "processing",
    push: {
      attempts: {
        at: now(),
        key: keyOf(refund, attempt),
        receipt: receiptOf(refund, attempt),
        outcome: "sent",
        error: null,
      },
    },
    by: { type: "system" },
  });
}

interface Sending {
  refund: RefundDoc;
  payment: PaymentDoc;
  gatewayPaymentId: string;
  attempt: number;
  repeated: boolean;
}

async function askGateway(sending: Sending): Promise<Result<GatewayRefund>> {
  const { refund, gatewayPaymentId, attempt, repeated } = sending;
  const receipt = receiptOf(refund, attempt);
  if (repeated) {
    const found = await paymentGateway.findRefundByReceipt(gatewayPaymentId, receipt);
    if (!found.success) return found;
    if (found.data) return { success: true, data: found.data };
  }
  return paymentGateway.createRefund({
    paymentId: gatewayPaymentId,
    amount: refund.amount,
    receipt,
    idempotencyKey: keyOf(refund, attempt),
    notes: { refundNumber: refund.refundNumber },
  });
}

/**
 * The gateway's word about a refund of ours: its answer, a webhook or a look-up. Repeatable and forward only.
 * `pending` there stays `processing` here, with the gateway's id kept.
 */
export async function applyRefundWord(refundId: Types.ObjectId, word: GatewayRefund): Promise<void> {
  if (word.status === "failed") return failRefund(refundId, word.id, "The gateway could not refund");
  if (word.status === "processed") return completeRefund(refundId, word.id);
  await Refund.updateOne({ _id: refundId, gatewayRefundId: null }, { $set: { gatewayRefundId: word.id } });
}

/** Money is back: the reservation on payment (and order) becomes a refunded amount, in one transaction. */
async function completeRefund(refundId: Types.ObjectId, gatewayRefundId: string): Promise<void> {
  const completed = await inTransaction(async (session) => {
    const moved = await tryTransition({
      machine: refundMachine,
      model: Refund,
      id: refundId,
      to: "completed",
      set: { gatewayRefundId, processedAt: now(), failureReason: null },
      by: { type: "system" },
      session,
    });
    if (!moved.changed) return false;
    await settleReservation(moved.document, "refunded", session);
    await enqueueOutbox(
      [
        {
          type: "refund.completed",
          dedupeKey: `refund.completed:${refundId.toHexString()}`,
          payload: { refundId: refundId.toHexString() },
        },
      ],
      session,
    );
    return true;
  });
  if (!completed) return;
  logger.info({ refundId: refundId.toHexString(), gatewayRefundId }, "> Refund completed");
}

/** A definite failure: the amount is free again (it can be retried with a new key), and an admin is told. */
async function failRefund(
  refundId: Types.ObjectId,
  gatewayRefundId: string | null,
  reason: string,
): Promise<void> {
  const failed = await inTransaction(async (session) => {
    const moved = await tryTransition({
      machine: refundMachine,
      model: Refund,
      id: refundId,
      to: "failed",
      set: { failureReason: reason, attention: true, ...(gatewayRefundId ? { gatewayRefundId } : {}) },
      by: { type: "system" },
      note: reason,
      session,
    });
    if (!moved.changed) return false;
    await settleReservation(moved.document, moved.from === "completed" ? "taken back" : "freed", session);
    await enqueueOutbox(
      [
        {
          type: "refund.attention",
          dedupeKey: `refund.attention:${refundId.toHexString()}:${moved.document.attempts.length}`,
          payload: { refundId: refundId.toHexString() },
        },
      ],
      session,
    );
    return true;
  });
  if (!failed) return;
  logger.error({ refundId: refundId.toHexString(), reason }, "> Refund failed and needs attention");
}

type Settled = "refunded" | "freed" | "taken back";

/** Moves the refund's amount between `refundReserved` and `refundedAmount` on its payment and its order. */
async function settleReservation(refund: RefundDoc, settled: Settled, session: ClientSession): Promise<void> {
  for (const model of [Payment, Order]) {
    const id = model === Payment ? refund.paymentId : refund.orderId;
    if (!id) continue;
    const change = reservationChange(refund.amount, settled);
    await model.collection.updateOne({ _id: id }, { $inc: change }, { session });
  }
}

function reservationChange(amount: Paise, settled: Settled): Record<string, number> {
  if (settled === "refunded") return { refundReserved: -amount, refundedAmount: amount };
  if (settled === "freed") return { refundReserved: -amount };
  return { refundedAmount: -amount };
}

async function refusedByGateway(
  refund: RefundDoc,
  gatewayPaymentId: string,
  failure: Failure,
): Promise<void> {
  const already =
    failure.code === "FULLY_REFUNDED" ? await findGatewaysOwnRefund(refund, gatewayPaymentId) : null;
  if (already) return completeRefund(refund._id, already.id);
  await failRefund(refund._id, null, failure.error);
}

/** The gateway may have refunded a second or late payment by itself (F27): then ours is done, not failed. */
async function findGatewaysOwnRefund(
  refund: RefundDoc,
  gatewayPaymentId: string,
): Promise<GatewayRefund | null> {
  const refunds = await paymentGateway.listRefunds(gatewayPaymentId);
  if (!refunds.success) throw toUpstreamError(refunds);
  const sum = addPaise(...refunds.data.filter((row) => row.status !== "failed").map((row) => row.amount));
  return subtractPaise(sum, refund.amount) >= 0 ? (refunds.data[0] ?? null) : null;
}

/** Refunds that the gateway has not finished, or whose outcome was not learnt; the sweep asks again. */
export function findUnfinishedRefunds(limit: number): Promise<Pick<RefundDoc, "_id">[]> {
  return Refund.find({ status: "processing", destination: "original" }, { _id: 1 })
    .sort({ createdAt: 1 })
    .limit(limit)
    .lean<Pick<RefundDoc, "_id">[]>();
}
