import { type ClientSession, type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { Payment, type PaymentDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { PaymentGatewayStatus } from "../../utils/constants.js";
import { ConflictError } from "../../utils/errors.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { ZERO_PAISE } from "../../utils/money.js";
import { canMove, paymentMachine } from "../../utils/state-machines.js";
import { findOrAdoptPayment } from "../aggregates/payment/match-payment.js";
import {
  findMismatchObjection,
  findObjection,
  type Objection,
} from "../aggregates/payment/payment-objection.js";
import { rejectAuthorization, rejectCapture } from "../aggregates/payment/reject-payment.js";
import { amountThatCounts } from "../calculations/payment-match.js";
import type { GatewayPayment } from "../integrations/payment-gateway.js";
import type { OutboxDraft } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { tryTransition } from "../platform/transition.service.js";

/** Where the gateway's report came from. Kept in the status history for the person on call. */
export type SettlementSource = "callback" | "webhook" | "sweep" | "placement";

export interface Settlement {
  payment: PaymentDoc;
  /** Whether this report changed the payment. */
  changed: boolean;
  /** Whether the payment now waits for an order to be placed. */
  awaitsOrder: boolean;
}

/** One report of the gateway about one payment of ours. */
interface Report {
  record: PaymentDoc;
  word: GatewayPayment;
  source: SettlementSource;
}

/**
 * Applies the gateway's report about one payment. This is the only way in which an online payment changes,
 * for the client's callback, every webhook, the sweep and the placement alike.
 *
 * Forward only and repeatable: a late or repeated report that the state table does not list changes nothing.
 * A capture is either *accepted* (it pays for its checkout; a unique index lets one through) or *rejected*
 * (too late, a second one, or not what was asked for), and then its refund is written in the same transaction.
 * @returns null when the gateway order is unknown here (the caller keeps and flags the event)
 * @throws the typed upstream errors when the gateway must be asked about refunds of its own and does not answer
 */
export async function settlePayment(
  word: GatewayPayment,
  source: SettlementSource,
): Promise<Settlement | null> {
  const record = await findOrAdoptPayment(word);
  if (!record) return null;
  const changed = await applyReport({ record, word, source });
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
      "> Payment changed by the gateway's report",
    );
  }
  return { payment, changed, awaitsOrder: awaitsOrder(payment) };
}

/** With automatic capture an order needs `captured`; with manual capture, placing captures. */
export function awaitsOrder(payment: PaymentDoc): boolean {
  return payment.accepted && !payment.orderId && !payment.surplus;
}

async function applyReport(report: Report): Promise<boolean> {
  switch (targetStatus(report)) {
    case "authorized":
      return authorize(report);
    case "captured":
      return report.record.status === "captured" ? checkAgain(report) : capture(report);
    case "failed":
      return fail(report);
    case "refunded":
      return giveBack(report);
    default:
      return false;
  }
}

/**
 * The gateway also calls a captured payment `refunded` once all of it is refunded. Here a refund never changes
 * the status of a captured payment; only an uncaptured one becomes `refunded`.
 */
function targetStatus({ record, word }: Report): PaymentGatewayStatus {
  if (word.status === "created") return "pending";
  if (word.status !== "refunded") return word.status;
  return word.captured || record.status === "captured" ? "captured" : "refunded";
}

/** What the gateway reports about a payment, as the record keeps it. Null never overwrites a known value. */
function factsOf({ record, word }: Report): Partial<PaymentDoc> {
  const known: Partial<PaymentDoc> = { methodDetails: { ...record.methodDetails, ...word.methodDetails } };
  if (word.method !== null) known.method = word.method;
  if (word.fee !== null) known.fee = word.fee;
  if (word.tax !== null) known.tax = word.tax;
  return known;
}

const authorizedFacts = (report: Report): Partial<PaymentDoc> => ({
  ...factsOf(report),
  authorizedAt: report.record.authorizedAt ?? now(),
});

const capturedFacts = (report: Report): Partial<PaymentDoc> => ({
  ...factsOf(report),
  capturedAt: report.record.capturedAt ?? report.word.capturedAt ?? now(),
  errorCode: null,
  errorMessage: null,
});

async function authorize(report: Report): Promise<boolean> {
  const { record, word, source } = report;
  const set = authorizedFacts(report);
  // Automatic capture: only the capture decides. Manual capture: the order is placed on the authorisation.
  if (!word.awaitsManualCapture) return move(report, "authorized", { set });
  const objection = await findObjection(record, word);
  if (objection?.mismatch) {
    return rejectAuthorization(
      { record, report: word, objection, facts: set, note: source },
      objection.mismatch,
    );
  }
  if (objection) return move(report, "authorized", { set });
  try {
    return await move(report, "authorized", {
      set: { ...set, accepted: true },
      guard: { supersededAt: null },
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return move(report, "authorized", { set });
  }
}

/**
 * The gateway returned what it never captured. It had authorised it, whether or not that report arrived. The
 * checkout can be paid for by another payment from now on.
 */
async function giveBack(report: Report): Promise<boolean> {
  const set = factsOf(report);
  if (canMove(paymentMachine, report.record.status, "authorized")) {
    await move(report, "authorized", { set: authorizedFacts(report) });
  }
  return move(report, "refunded", { set: { ...set, surplus: true, accepted: false } });
}

async function capture(report: Report): Promise<boolean> {
  const { record, word } = report;
  const objection = await findObjection(record, word);
  if (objection) return reject(report, objection);
  const amount = amountThatCounts(word);
  const set = {
    ...capturedFacts(report),
    ...{ amount, capturedAmount: amount, currency: word.currency, accepted: true },
  };
  try {
    if (await move(report, "captured", { set, guard: { supersededAt: null } })) return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return reject(report, { reason: "surplus", mismatch: null });
  }
  // The guard did not hold: either another report was faster, or the payment has just been superseded.
  const current = await Payment.findById(record._id).lean<PaymentDoc>();
  if (!current || current.status === "captured") return false;
  if (current.supersededAt === null)
    throw new ConflictError("VERSION_CONFLICT", "The payment changed in the meantime");
  return reject({ ...report, record: current }, { reason: "superseded", mismatch: null });
}

/**
 * A further report about a captured payment. The latest report counts until there is an order: money that was
 * refunded at the gateway in the meantime is no longer accepted. Refunds after the order are not settled here.
 */
async function checkAgain(report: Report): Promise<boolean> {
  const { record, word } = report;
  if (awaitsOrder(record)) {
    const objection = await findMismatchObjection(record, word);
    if (objection) return reject(report, objection);
  }
  return completeFacts(report);
}

const reject = (report: Report, objection: Objection): Promise<boolean> =>
  rejectCapture({
    record: report.record,
    report: report.word,
    objection,
    facts: capturedFacts(report),
    note: report.source,
  });

/** The fee is null until captured and may come with a later report. */
async function completeFacts({ record, word }: Report): Promise<boolean> {
  if (word.fee === null || record.fee !== null) return false;
  await Payment.updateOne(
    { _id: record._id, fee: null },
    { $set: { fee: word.fee, tax: word.tax ?? ZERO_PAISE } },
  );
  return false;
}

/** With manual capture the payment may have been accepted; another one can pay for the checkout from now on. */
function fail(report: Report): Promise<boolean> {
  const { record, word } = report;
  const set = {
    ...factsOf(report),
    ...{ accepted: false, errorCode: word.errorCode, errorMessage: word.errorDescription },
  };
  const paymentId = record._id.toHexString();
  const dedupeKey = `payment.failed:${paymentId}:${word.id}`;
  const messages = record.supersededAt ? [] : [{ type: "payment.failed", dedupeKey, payload: { paymentId } }];
  return inTransaction((tx) => move(report, "failed", { set, messages, tx }));
}

interface Move {
  set: Partial<PaymentDoc>;
  guard?: Record<string, unknown>;
  messages?: OutboxDraft[];
  tx?: ClientSession;
}

async function move(
  { record, source }: Report,
  to: PaymentGatewayStatus,
  { set, guard = {}, messages, tx }: Move,
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
    messages,
    tx,
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
