import { isDeepStrictEqual } from "node:util";
import type { ClientSession } from "mongoose";
import { Payment, type PaymentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { PAYMENT_GATEWAY_STATUS, type PaymentGatewayStatus } from "../../../utils/constants.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { canMove, paymentMachine } from "../../../utils/state-machines.js";
import { amountThatCounts } from "../../calculations/payment-match.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { paymentChanged } from "../../platform/changed-meanwhile.js";
import type { OutboxDraft } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { findMismatchObjection, findObjection, type Objection } from "./counts-as-paid.js";
import { rejectAuthorization, rejectCapture } from "./reject-payment.js";

const { PENDING, AUTHORIZED, CAPTURED, FAILED, REFUNDED } = PAYMENT_GATEWAY_STATUS;

/** Where a report of the gateway came from. Kept in the status history for the person on call. */
export type ReportSource = "callback" | "webhook" | "sweep" | "placement" | "reconciliation" | "admin";

/** A report of the gateway about one payment, and our record of that payment. */
export interface IncomingReport {
  record: PaymentDoc;
  report: GatewayPayment;
  source: ReportSource;
}

/** The payment as it is after a report, and whether the report changed it. */
export interface AppliedReport {
  payment: PaymentDoc;
  changed: boolean;
}

/** With automatic capture an order needs `captured`; with manual capture, placing captures. */
export function awaitsOrder(payment: PaymentDoc): boolean {
  return payment.accepted && !payment.orderId && !payment.surplus;
}

/**
 * Moves a payment to what the gateway reports. Forward only and repeatable: a late or repeated report that the state
 * table does not allow changes nothing. A capture is either *accepted* (it pays for its checkout; a unique index
 * allows one) or *rejected*, and then its refund is written in the same transaction.
 * @throws the typed upstream errors when the gateway must be asked about its own refunds and does not answer
 */
export async function applyReport(incoming: IncomingReport): Promise<AppliedReport> {
  switch (targetStatus(incoming)) {
    case AUTHORIZED:
      return authorize(incoming);
    case CAPTURED:
      return incoming.record.status === CAPTURED ? recheckCapture(incoming) : capture(incoming);
    case FAILED:
      return fail(incoming);
    case REFUNDED:
      return returnUncaptured(incoming);
    default:
      return unchanged(incoming);
  }
}

const unchanged = ({ record }: IncomingReport): AppliedReport => ({ payment: record, changed: false });

/** After a change of more than the payment's status. */
async function reread({ record }: IncomingReport, changed: boolean): Promise<AppliedReport> {
  return { payment: (await Payment.findById(record._id).lean<PaymentDoc>()) ?? record, changed };
}

/** The status of a record by the gateway's status. */
function targetStatus({ record, report }: IncomingReport): PaymentGatewayStatus {
  switch (report.status) {
    case "created":
    case "requires_action":
      return PENDING;
    case "cancelled":
      return wasAuthorized(record, report) ? REFUNDED : FAILED;
    // The gateway also reports a captured payment as `refunded` once all of it is refunded. Here a refund never
    // changes the status of a captured payment; only an uncaptured one becomes `refunded`.
    case "refunded":
      return report.captured || record.status === CAPTURED ? CAPTURED : REFUNDED;
    default:
      return report.status;
  }
}

/** An authorisation that was voided goes back to the customer, like one that expired. */
const wasAuthorized = (record: PaymentDoc, report: GatewayPayment): boolean =>
  record.status === AUTHORIZED || report.authorizedAt !== null;

/** What is known of the card, the bank, …: a report of a list may say less than an event did. */
const detailsOf = ({ record, report }: IncomingReport) => ({
  ...record.methodDetails,
  ...report.methodDetails,
});

/** The reported facts that the record keeps. Null never overwrites a known value. */
function factsOf(incoming: IncomingReport): Partial<PaymentDoc> {
  const { report } = incoming;
  const known: Partial<PaymentDoc> = {
    methodDetails: detailsOf(incoming),
    gatewayResponse: report.masked,
  };
  if (report.method !== null) known.method = report.method;
  if (report.fee !== null) known.fee = report.fee;
  if (report.tax !== null) known.tax = report.tax;
  return known;
}

const NO_ERROR = { errorCode: null, errorReason: null, errorMessage: null, nextStep: null };

const authorizedFacts = (incoming: IncomingReport): Partial<PaymentDoc> => ({
  ...factsOf(incoming),
  authorizedAt: incoming.record.authorizedAt ?? now(),
});

const capturedFacts = (incoming: IncomingReport): Partial<PaymentDoc> => ({
  ...factsOf(incoming),
  capturedAt: incoming.record.capturedAt ?? incoming.report.capturedAt ?? now(),
  ...NO_ERROR,
});

async function authorize(incoming: IncomingReport): Promise<AppliedReport> {
  const { record, report, source } = incoming;
  const set = authorizedFacts(incoming);
  // Automatic capture: only the capture decides. Manual capture: the order is placed on the authorisation.
  if (!report.awaitsManualCapture) return move(incoming, AUTHORIZED, { set });
  const objection = await findObjection(record, report);
  if (objection?.mismatch) {
    const rejection = { record, report, objection, facts: set, note: source };
    return reread(incoming, await rejectAuthorization(rejection, objection.mismatch));
  }
  if (objection) return move(incoming, AUTHORIZED, { set });
  try {
    return await move(incoming, AUTHORIZED, {
      set: { ...set, accepted: true },
      guard: { supersededAt: null },
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return move(incoming, AUTHORIZED, { set });
  }
}

/**
 * The gateway returned what it never captured. It had authorised it, whether or not that report arrived. The
 * checkout can be paid for by another payment from now on.
 */
async function returnUncaptured(incoming: IncomingReport): Promise<AppliedReport> {
  const set = factsOf(incoming);
  if (canMove(paymentMachine, incoming.record.status, AUTHORIZED)) {
    await move(incoming, AUTHORIZED, { set: authorizedFacts(incoming) });
  }
  return move(incoming, REFUNDED, { set: { ...set, surplus: true, accepted: false } });
}

async function capture(incoming: IncomingReport): Promise<AppliedReport> {
  const { record, report } = incoming;
  const objection = await findObjection(record, report);
  if (objection) return reject(incoming, objection);
  const amount = amountThatCounts(report);
  const set = {
    ...capturedFacts(incoming),
    ...{ amount, capturedAmount: amount, currency: report.currency, accepted: true },
  };
  let moved: AppliedReport;
  try {
    moved = await move(incoming, CAPTURED, { set, guard: { supersededAt: null } });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return reject(incoming, { reason: "surplus", mismatch: null });
  }
  if (moved.changed) return moved;
  // The guard did not hold: another report came first, or the payment has just been superseded.
  const current = moved.payment;
  if (current.status === CAPTURED) return moved;
  if (current.supersededAt === null) throw paymentChanged(record._id);
  return reject({ ...incoming, record: current }, { reason: "superseded", mismatch: null });
}

/**
 * A further report about a captured payment. The latest report counts until there is an order: money that was
 * refunded at the gateway in the meantime is no longer accepted. Refunds after the order are not settled here.
 */
async function recheckCapture(incoming: IncomingReport): Promise<AppliedReport> {
  const { record, report } = incoming;
  if (awaitsOrder(record)) {
    const objection = await findMismatchObjection(record, report);
    if (objection) return reject(incoming, objection);
  }
  return completeFacts(incoming);
}

async function reject(incoming: IncomingReport, objection: Objection): Promise<AppliedReport> {
  const { record, report, source } = incoming;
  const rejection = { record, report, objection, facts: capturedFacts(incoming), note: source };
  return reread(incoming, await rejectCapture(rejection));
}

/**
 * The fee is null until captured and may come with a later report, and so may the card. Card and report are for people to
 * read: storing them is no change of the payment, so it leaves `updatedAt` alone.
 */
async function completeFacts(incoming: IncomingReport): Promise<AppliedReport> {
  const { record, report } = incoming;
  const methodDetails = detailsOf(incoming);
  const isMoreKnown = !isDeepStrictEqual({ ...record.methodDetails }, methodDetails);
  const facts = { gatewayResponse: report.masked, ...(isMoreKnown && { methodDetails }) };
  if (report.fee !== null && record.fee === null) {
    const set = { ...facts, fee: report.fee, tax: report.tax ?? ZERO_PAISE };
    await Payment.updateOne({ _id: record._id, fee: null }, { $set: set });
    return { payment: { ...record, ...set }, changed: false };
  }
  if (isMoreKnown || !isDeepStrictEqual(record.gatewayResponse, report.masked))
    await Payment.updateOne({ _id: record._id }, { $set: facts }, { timestamps: false });
  return { payment: { ...record, ...facts }, changed: false };
}

/**
 * Only of a payment that is still open. The gateway never fails what it has authorised, so such a report is an old one; with
 * manual capture the authorisation may have been accepted, and the order would be lost.
 */
async function fail(incoming: IncomingReport): Promise<AppliedReport> {
  const { record, report } = incoming;
  if (record.status !== PENDING) return unchanged(incoming);
  const set = {
    ...factsOf(incoming),
    ...{ errorCode: report.errorCode, errorReason: report.errorReason },
    ...{ errorMessage: report.errorDescription, nextStep: report.nextStep },
  };
  const paymentId = record._id.toHexString();
  const dedupeKey = `payment.failed:${paymentId}:${report.id}`;
  const messages = record.supersededAt ? [] : [{ type: "payment.failed", dedupeKey, payload: { paymentId } }];
  return inTransaction((tx) => move(incoming, FAILED, { from: PENDING, set, messages, tx }));
}

interface Move {
  /** Default: any status from which the table allows the move. */
  from?: PaymentGatewayStatus;
  set: Partial<PaymentDoc>;
  guard?: Record<string, unknown>;
  messages?: OutboxDraft[];
  tx?: ClientSession;
}

async function move(
  { record, source }: IncomingReport,
  to: PaymentGatewayStatus,
  { from, set, guard = {}, messages, tx }: Move,
): Promise<AppliedReport> {
  const { changed, document } = await tryTransition({
    machine: paymentMachine,
    model: Payment,
    id: record._id,
    from,
    seen: record,
    to,
    set,
    guard,
    by: { type: "system" },
    note: source,
    messages,
    tx,
  });
  return { payment: document ?? record, changed };
}
