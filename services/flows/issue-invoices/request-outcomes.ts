import { type ClientSession, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import {
  type InvoiceRefusal,
  InvoiceRequest,
  type InvoiceRequestDoc,
  type RefundDoc,
} from "../../../models/index.js";
import { databaseTime, HOUR_MS } from "../../../utils/clock.js";
import { INVOICE_TYPE } from "../../../utils/constants.js";
import { toErrorText } from "../../../utils/errors.js";
import { NOT_INVOICED } from "../../aggregates/invoice/credit-note-document.js";
import {
  refundOrigin,
  requestCreditNote,
  requestUnpaidNote,
} from "../../aggregates/invoice/request-document.js";
import { RETURNED_TO_ORIGIN } from "../../aggregates/order/return-shipment.js";
import { cameBackUndelivered } from "../../calculations/fulfilment.js";
import { backoffMs } from "../../platform/outbox-worker.service.js";
import type { Decision } from "./decide-document.js";
import { sortEarlierRefunds } from "./earlier-refunds.js";
import type { IssueFacts } from "./issue-facts.js";

/** Long enough for the admin who waits for the document, and for a repeat of the request after a lost response. */
const REFUSAL_KEPT_MS = HOUR_MS;

type Refused = Extract<Decision, { kind: "refused" }>;

/** Ends the requests of a batch, in its transaction. */
export async function closeRequests(decisions: readonly Decision[], tx: ClientSession): Promise<void> {
  const refused = decisions.filter((decision) => decision.kind === "refused");
  const kept = refused.filter((decision) => isFinal(decision) || decision.request.createdById !== null);
  for (const decision of refused) {
    const { request, error } = decision;
    logger.warn({ origin: request._id, code: error.code }, `> No document is issued: ${error.message}`);
  }
  for (const decision of kept) await keepRefusal(decision, tx);
  const ended = decisions.filter((decision) => !kept.some((other) => other === decision));
  if (ended.length === 0) return;
  const ids = ended.map(({ request }) => request._id);
  await InvoiceRequest.deleteMany({ _id: trusted({ $in: ids }) }).session(tx);
}

/** A refund that exceeds the invoice, or is of goods that are not on it, always will be: no document is ever taken back. */
const isFinal = ({ request, error }: Refused): boolean =>
  request.refundId !== null &&
  (error.code === "CREDIT_EXCEEDS_INVOICE" || error.code === "ORDER_NOT_INVOICEABLE");

async function keepRefusal(decision: Refused, tx: ClientSession): Promise<void> {
  const { code, message, details = null } = decision.error;
  const refusal: InvoiceRefusal = { code, message, details };
  const expiresAt = isFinal(decision) ? null : databaseTime(REFUSAL_KEPT_MS);
  await InvoiceRequest.updateOne(
    { _id: decision.request._id },
    [{ $set: { refusal: { $literal: refusal }, expiresAt } }],
    { session: tx, updatePipeline: true },
  );
}

/**
 * Refunds and returned parcels that were there before the invoice. A completed refund gets its credit note now, as do goods
 * that came back before they were paid for: when that happened, there was nothing to credit. A refund of units that are
 * not invoiced never gets any; its request is stored as refused.
 */
export async function requestEarlierNotes(
  decisions: readonly Decision[],
  facts: IssueFacts,
  tx: ClientSession,
): Promise<void> {
  for (const decision of decisions) {
    if (decision.kind !== "document") continue;
    const { request, order } = decision;
    const items = facts.itemsOf(order);
    const { toCredit, notInvoiced } = sortEarlierRefunds(facts.refundsOf(request), { order, items });
    for (const refund of toCredit) await requestCreditNote(noteOf(refund, request), tx);
    for (const refund of notInvoiced) await refuseNote(refund, request, tx);
    const isEverything = cameBackUndelivered(items);
    for (const { _id: unpaidId } of order.uncollectedParcels ?? [])
      await requestUnpaidNote({ order, unpaidId, isEverything, reason: RETURNED_TO_ORIGIN }, tx);
  }
}

const noteOf = (refund: RefundDoc, { orderId }: Pick<InvoiceRequestDoc, "orderId">) => ({
  orderId,
  refundId: refund._id,
  items: [],
  reason: refund.systemReason ?? refund.reason,
  createdById: null,
});

async function refuseNote(
  refund: RefundDoc,
  { orderId }: InvoiceRequestDoc,
  tx: ClientSession,
): Promise<void> {
  const refusal: InvoiceRefusal = {
    code: "ORDER_NOT_INVOICEABLE",
    message: NOT_INVOICED,
    details: null,
  };
  const row = {
    type: INVOICE_TYPE.CREDIT_NOTE,
    orderId,
    refundId: refund._id,
    items: [],
    reason: refund.reason,
  };
  const rest = { createdById: null, attempts: 0, lastError: null, refusal, expiresAt: null };
  await InvoiceRequest.updateOne(
    { _id: refundOrigin(refund._id) },
    [{ $set: { ...row, ...rest, dueAt: databaseTime(), createdAt: databaseTime() } }],
    { session: tx, upsert: true, updatePipeline: true, timestamps: false },
  );
}

/** A request that could not be issued is tried again later, and never blocks the others. */
export async function postponeRequest(id: string, error: unknown): Promise<void> {
  const request = await InvoiceRequest.findById(id).lean<InvoiceRequestDoc>();
  if (!request) return;
  const attempts = request.attempts + 1;
  logger.error({ err: error, origin: id, attempts }, "> A document could not be issued; it will be retried");
  const lastError = { $literal: toErrorText(error) };
  await InvoiceRequest.updateOne(
    { _id: id, refusal: null },
    [{ $set: { attempts, lastError, dueAt: databaseTime(backoffMs(attempts)) } }],
    { updatePipeline: true },
  );
}
