import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { CheckoutSession, type CheckoutSessionDoc, Payment, type PaymentDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { CURRENCY, type PaymentStatus, type RefundSystemReason } from "../../utils/constants.js";
import { isDuplicateKey } from "../../utils/duplicate-key.js";
import { ConflictError } from "../../utils/errors.js";
import { ZERO_PAISE } from "../../utils/money.js";
import { canMove, paymentMachine } from "../../utils/state-machines.js";
import type { GatewayPayment } from "../integrations/payment-gateway.js";
import { nextRefundNumber } from "../platform/number.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { tryTransition } from "../platform/transition.service.js";
import { findOrAdoptPayment } from "./steps/payment/match-payment.step.js";
import { oweSystemRefund } from "./steps/payment/owe-refund.step.js";

/** Who brings the gateway's word. Kept in the status history for the person on call. */
export type SettlementSource = "callback" | "webhook" | "sweep" | "placement";

export interface Settlement {
  payment: PaymentDoc;
  /** Whether this word moved the payment. */
  changed: boolean;
  /** Whether the payment now waits for an order to be placed. */
  awaitsOrder: boolean;
}

/**
 * Applies the gateway's word about one payment: the single way by which an online payment moves, for the
 * client's callback, every webhook and the sweep alike (`domain.md` §5.3, D11, D46).
 *
 * Forward only and repeatable: a late or repeated word that the table does not list changes nothing. A
 * capture is either *accepted* (it pays for its session; the unique index lets one through) or *surplus*,
 * and then its refund is written in the same transaction.
 * @returns null when the gateway order is not ours (the caller keeps and flags the event).
 */
export async function settlePayment(
  word: GatewayPayment,
  source: SettlementSource,
): Promise<Settlement | null> {
  const record = await findOrAdoptPayment(word);
  if (!record) return null;
  const changed = await applyWord(record, word, source);
  const payment = await Payment.findById(record._id).lean<PaymentDoc>();
  if (!payment) return null;
  if (changed) {
    logger.info(
      {
        paymentId: payment._id.toHexString(),
        from: record.status,
        to: payment.status,
        source,
        surplus: payment.surplus,
      },
      "> Payment moved by the gateway's word",
    );
  }
  return { payment, changed, awaitsOrder: awaitsOrder(payment) };
}

/** With automatic capture an order needs `captured`; with manual capture, placing captures (D10). */
export function awaitsOrder(payment: PaymentDoc): boolean {
  return payment.accepted && !payment.orderId && !payment.surplus;
}

async function applyWord(
  record: PaymentDoc,
  word: GatewayPayment,
  source: SettlementSource,
): Promise<boolean> {
  switch (targetStatus(word)) {
    case "authorized":
      return authorize(record, word, source);
    case "captured":
      return capture(record, word, source);
    case "failed":
      return fail(record, word, source);
    case "refunded":
      return giveBack(record, word, source);
    default:
      return false;
  }
}

/**
 * The gateway says `refunded` of a captured payment too, once all of it went back; here a refund never
 * changes the payment's `captured` (D12), so only an uncaptured one becomes `refunded`.
 */
function targetStatus(word: GatewayPayment): PaymentStatus {
  if (word.status === "refunded") return word.captured ? "captured" : "refunded";
  return word.status === "created" ? "pending" : word.status;
}

/** What the gateway tells about a payment, as our record keeps it. Null never overwrites a known value. */
function facts(word: GatewayPayment): Partial<PaymentDoc> {
  const known: Partial<PaymentDoc> = { methodDetails: word.methodDetails };
  if (word.method !== null) known.method = word.method;
  if (word.fee !== null) known.fee = word.fee;
  if (word.tax !== null) known.tax = word.tax;
  return known;
}

async function authorize(
  record: PaymentDoc,
  word: GatewayPayment,
  source: SettlementSource,
): Promise<boolean> {
  const set = { ...facts(word), authorizedAt: record.authorizedAt ?? now() };
  // Manual capture: the authorisation is what an order may be placed on, so it must be the only one.
  const refused = word.awaitsManualCapture ? await reasonAgainst(record) : null;
  if (!word.awaitsManualCapture || refused) return move(record, "authorized", set, source);
  try {
    return await move(record, "authorized", { ...set, accepted: true }, source, { supersededAt: null });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return move(record, "authorized", set, source);
  }
}

/**
 * The gateway returned what it never captured. It had authorised it, whether or not that word has come here.
 * The session may be paid for by another payment then.
 */
async function giveBack(
  record: PaymentDoc,
  word: GatewayPayment,
  source: SettlementSource,
): Promise<boolean> {
  const known = facts(word);
  if (canMove(paymentMachine, record.status, "authorized")) {
    await move(record, "authorized", { ...known, authorizedAt: record.authorizedAt ?? now() }, source);
  }
  const pays = record.status === "captured" && record.accepted;
  return move(record, "refunded", { ...known, surplus: true, accepted: pays }, source);
}

async function capture(record: PaymentDoc, word: GatewayPayment, source: SettlementSource): Promise<boolean> {
  const set = {
    ...facts(word),
    capturedAmount: word.amount,
    capturedAt: word.capturedAt ?? now(),
    errorCode: null,
    errorMessage: null,
  };
  if (record.status === "captured") return completeFacts(record, word);
  const refused = await reasonAgainst(record);
  if (!refused) {
    try {
      const moved = await move(record, "captured", { ...set, accepted: true }, source, {
        supersededAt: null,
      });
      if (moved) return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return captureSurplus(record, set, source, "surplus");
    }
    // The guard did not hold: either the same word was faster, or the payment was just superseded.
    const current = await Payment.findById(record._id).lean<PaymentDoc>();
    if (!current || current.status === "captured") return false;
    if (current.supersededAt === null)
      throw new ConflictError("VERSION_CONFLICT", "The payment moved meanwhile");
    return captureSurplus(current, set, source, "superseded");
  }
  return captureSurplus(record, set, source, refused);
}

/** Fees are null until captured and may come with a later word. */
async function completeFacts(record: PaymentDoc, word: GatewayPayment): Promise<boolean> {
  if (word.fee === null || record.fee !== null) return false;
  await Payment.updateOne(
    { _id: record._id, fee: null },
    { $set: { fee: word.fee, tax: word.tax ?? ZERO_PAISE } },
  );
  return false;
}

/** Why this payment cannot pay for its session, or null when it can (D11, D38). */
async function reasonAgainst(record: PaymentDoc): Promise<RefundSystemReason | null> {
  if (record.supersededAt) return "superseded";
  if (!record.checkoutSessionId) return "surplus";
  const checkout = await CheckoutSession.findById(record.checkoutSessionId).lean<CheckoutSessionDoc>();
  if (!checkout) return "surplus";
  // Captured while its order was being placed (manual capture), or it comes after the order.
  if (checkout.status === "completed") return record.accepted ? null : "surplus";
  if (checkout.status === "failed" && checkout.failureReason !== "expired") return "surplus";
  if (!checkout.frozen) return "superseded";
  if (record.currency !== CURRENCY || record.amount !== checkout.frozen.totals.amountDue)
    return "amount_mismatch";
  return null;
}

async function captureSurplus(
  record: PaymentDoc,
  set: Partial<PaymentDoc>,
  source: SettlementSource,
  reason: RefundSystemReason,
): Promise<boolean> {
  const refundNumber = await nextRefundNumber();
  const changed = await inTransaction(async (session) => {
    const moved = await move(record, "captured", { ...set, surplus: true }, source, {}, session);
    if (moved) await oweSystemRefund({ paymentId: record._id, reason, refundNumber }, session);
    return moved;
  });
  if (changed) {
    logger.warn(
      { paymentId: record._id.toHexString(), reason },
      "> Captured money pays for no order; it goes back",
    );
  }
  return changed;
}

async function fail(record: PaymentDoc, word: GatewayPayment, source: SettlementSource): Promise<boolean> {
  const set = { ...facts(word), errorCode: word.errorCode, errorMessage: word.errorDescription };
  const changed = await inTransaction(async (session) => {
    const moved = await move(record, "failed", set, source, {}, session);
    if (moved && !record.supersededAt) {
      await enqueueOutbox(
        [
          {
            type: "payment.failed",
            dedupeKey: `payment.failed:${record._id.toHexString()}:${word.id}`,
            payload: { paymentId: record._id.toHexString() },
          },
        ],
        session,
      );
    }
    return moved;
  });
  return changed;
}

async function move(
  record: PaymentDoc,
  to: PaymentStatus,
  set: Partial<PaymentDoc>,
  source: SettlementSource,
  guard: Record<string, unknown> = {},
  session?: Parameters<typeof oweSystemRefund>[1],
): Promise<boolean> {
  const { changed } = await tryTransition({
    machine: paymentMachine,
    model: Payment,
    id: record._id,
    seen: record,
    to,
    set,
    guard,
    by: { type: "system" },
    note: source,
    session,
  });
  return changed;
}

/** Captured and accepted payments without an order, oldest first: what recovery must look at. */
export function findPaymentsAwaitingOrder(
  before: Date,
  limit: number,
): Promise<{ checkoutSessionId: Types.ObjectId }[]> {
  return Payment.find(
    {
      accepted: true,
      orderId: null,
      surplus: false,
      status: trusted({ $in: ["authorized", "captured"] }),
      updatedAt: trusted({ $lt: before }),
    },
    { checkoutSessionId: 1 },
  )
    .sort({ updatedAt: 1 })
    .limit(limit)
    .lean<{ checkoutSessionId: Types.ObjectId }[]>();
}
