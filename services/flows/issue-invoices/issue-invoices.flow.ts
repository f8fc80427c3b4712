import { setTimeout as sleep } from "node:timers/promises";
import { mongo, type Types, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import {
  type InvoiceDoc,
  type InvoiceRefusal,
  InvoiceRequest,
  type InvoiceRequestDoc,
  Order,
} from "../../../models/index.js";
import { tidyUp } from "../../../utils/async.js";
import { databaseTime } from "../../../utils/clock.js";
import { INVOICE_TYPE, type INVOICE_TYPES, type InvoiceType } from "../../../utils/constants.js";
import { isNotFoundCode, isRuleCode } from "../../../utils/error-codes.js";
import {
  AppError,
  InvoiceNotReadyError,
  NotFoundError,
  OutcomeUnknownError,
  orderNotFound,
  RuleError,
} from "../../../utils/errors.js";
import { findInvoiceOf, saleOrigin } from "../../aggregates/invoice/invoice-reads.js";
import {
  type CreditNoteDraft,
  creditOriginOf,
  requestCreditNote,
  requestSaleInvoice,
} from "../../aggregates/invoice/request-document.js";
import { type BackgroundLoop, startBackgroundLoop } from "../../platform/background-loop.js";
import { acquireLease, type LeaseGrant, releaseLease, renewLease } from "../../platform/lease.service.js";
import { BATCH, issueBatch } from "./issue-batch.js";
import { postponeRequest } from "./request-outcomes.js";

const LEASE = "invoice-worker";
/** A batch takes less than a second. After a crash, documents wait this long. */
const LEASE_MS = 15_000;
/** Sales first: a credit note needs its invoice. */
const ORDER_OF_TYPES = [INVOICE_TYPE.SALE, INVOICE_TYPE.CREDIT_NOTE] as const satisfies typeof INVOICE_TYPES;

/**
 * Issues every document that is due, unless another process is doing so.
 * @returns how many
 * @throws OutcomeUnknownError, or the driver's error, while the database does not answer; a later call goes on
 */
export async function issueDueInvoices(signal?: AbortSignal): Promise<number> {
  if (!(await isAnyDue())) return 0;
  const grant = await acquireLease(LEASE, LEASE_MS);
  if (!grant) return 0;
  try {
    let issued = 0;
    for (const type of ORDER_OF_TYPES) issued += await issueDueOfType(type, grant, signal);
    return issued;
  } finally {
    await tidyUp(releaseLease(grant));
  }
}

const dueOf = (type: InvoiceType) => ({
  type,
  refusal: null,
  $expr: trusted({ $lte: ["$dueAt", databaseTime()] }),
});

async function isAnyDue(): Promise<boolean> {
  const found = await Promise.all(ORDER_OF_TYPES.map((type) => InvoiceRequest.exists(dueOf(type))));
  return found.some(Boolean);
}

async function findDue(type: InvoiceType): Promise<string[]> {
  const due = await InvoiceRequest.find(dueOf(type), { _id: 1 })
    .sort({ dueAt: 1 })
    .limit(BATCH)
    .lean<Pick<InvoiceRequestDoc, "_id">[]>();
  return due.map(({ _id }) => _id);
}

async function issueDueOfType(
  type: InvoiceType,
  grant: LeaseGrant,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (let issued = 0; ; ) {
    const ids = signal?.aborted ? [] : await findDue(type);
    if (ids.length === 0) return issued;
    const renewed = await renewLease(grant, LEASE_MS);
    if (!renewed) return issued;
    issued += await issueOrSplit(type, ids, new Date(renewed.until.getTime() - LEASE_MS));
    if (ids.length < BATCH) return issued;
  }
}

/** When a batch fails, its requests are issued one by one, so that a bad one does not stop the others. */
async function issueOrSplit(type: InvoiceType, ids: readonly string[], at: Date): Promise<number> {
  try {
    return await issueBatch({ type, ids, at });
  } catch (error) {
    if (isTrouble(error)) throw error;
    const [id, ...others] = ids;
    if (id === undefined) return 0;
    if (others.length === 0) {
      await postponeRequest(id, error);
      return 0;
    }
    let issued = 0;
    for (const single of ids) issued += await issueOrSplit(type, [single], at);
    return issued;
  }
}

/** The database, not a request: nothing else would succeed now either. */
const isTrouble = (error: unknown): boolean =>
  error instanceof AppError ||
  (error instanceof mongo.MongoError && !(error instanceof mongo.MongoServerError));

/** Issues once a second: a batch takes some twenty round trips, whether for one order or for those of a second. */
export const startInvoiceWorker = (): BackgroundLoop =>
  startBackgroundLoop({
    work: async (signal) => {
      await issueDueInvoices(signal);
      return false;
    },
    onError: (error) => logger.error({ err: error }, "> Invoices could not be issued"),
  });

export interface IssuedDocument {
  invoice: InvoiceDoc;
  /** False when the document existed before the call. */
  created: boolean;
}

/**
 * The order's sale invoice, issued now if there is none.
 * @throws NotFoundError ORDER_NOT_FOUND; RuleError ORDER_NOT_INVOICEABLE; OutcomeUnknownError when the worker does not
 *   get to it in time (the request stays, so a repeat finds the invoice)
 */
export async function issueSaleInvoice(orderId: Types.ObjectId, by: string): Promise<IssuedDocument> {
  const existing = await findInvoiceOf(saleOrigin(orderId));
  if (existing) return { invoice: existing, created: false };
  await assertOrder(orderId);
  return issueNow(await requestSaleInvoice(orderId, by));
}

/**
 * A credit note for some units, a completed refund, or a whole cancelled order.
 * @throws NotFoundError ORDER_NOT_FOUND, REFUND_NOT_FOUND; InvoiceNotReadyError; RuleError CREDIT_EXCEEDS_INVOICE,
 *   REFUND_NOT_COMPLETED, ORDER_NOT_INVOICEABLE; OutcomeUnknownError as above
 */
export async function issueCreditNote(draft: CreditNoteDraft): Promise<IssuedDocument> {
  const existing = await findInvoiceOf(creditOriginOf(draft));
  if (existing) return { invoice: existing, created: false };
  await assertOrder(draft.orderId);
  return issueNow(await requestCreditNote(draft));
}

async function assertOrder(orderId: Types.ObjectId): Promise<void> {
  if (!(await Order.exists({ _id: orderId }))) throw orderNotFound();
}

const WAIT_MS = 5_000;
const FIRST_PAUSE_MS = 40;
const LAST_PAUSE_MS = 400;

/** Issues what is due, or waits for the process that is doing so. */
async function issueNow(origin: string): Promise<IssuedDocument> {
  const deadline = AbortSignal.timeout(WAIT_MS);
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LAST_PAUSE_MS)) {
    await issueDueInvoices(deadline);
    const invoice = await findInvoiceOf(origin);
    if (invoice) return { invoice, created: true };
    const request = await InvoiceRequest.findById(origin).lean<InvoiceRequestDoc>();
    if (request?.refusal) throw toError(request.refusal);
    if (deadline.aborted) throw new OutcomeUnknownError("invoices");
    await sleep(pause);
  }
}

/** The stored refusal as the error that it was. */
function toError({ code, message, details }: InvoiceRefusal): AppError {
  if (isNotFoundCode(code)) return new NotFoundError(code, message);
  return isRuleCode(code) ? new RuleError(code, message, details ?? undefined) : new InvoiceNotReadyError();
}
