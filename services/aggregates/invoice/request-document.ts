import { type ClientSession, Types } from "mongoose";
import {
  type CreditedUnits,
  InvoiceRequest,
  type InvoiceRequestDoc,
  type OrderDoc,
} from "../../../models/index.js";
import { databaseTime } from "../../../utils/clock.js";
import { INVOICE_TYPE } from "../../../utils/constants.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { saleOrigin } from "./invoice-reads.js";

/** What is to be credited: a refund, what was unpaid, some units, or (none of them) a whole cancelled order. */
export interface CreditNoteDraft {
  orderId: Types.ObjectId;
  refundId: Types.ObjectId | null;
  /** A cancellation or a returned parcel: what of it was never paid. */
  unpaidId?: Types.ObjectId;
  items: CreditedUnits[];
  reason: string;
  createdById: string | null;
  /** Makes a repeated request for units the same request. */
  requestKey?: string;
}

/** Asks the worker for the order's sale invoice. A repeat changes nothing. @returns the document's origin */
export async function requestSaleInvoice(
  orderId: Types.ObjectId,
  createdById: string | null,
): Promise<string> {
  const _id = saleOrigin(orderId);
  const nothingElse = { refundId: null, unpaidId: null, items: [], reason: null };
  await storeRequest({ _id, type: INVOICE_TYPE.SALE, orderId, ...nothingElse, createdById });
  return _id;
}

/** What a credit note is issued for. */
export const refundOrigin = (refundId: Types.ObjectId): string => `refund:${refundId.toHexString()}`;

export function creditOriginOf({ orderId, refundId, unpaidId, ...wish }: CreditNoteDraft): string {
  const { items, requestKey } = wish;
  if (refundId) return refundOrigin(refundId);
  if (unpaidId) return `unpaid:${unpaidId.toHexString()}`;
  if (items.length > 0) return `items:${requestKey ?? new Types.ObjectId().toHexString()}`;
  return `cancellation:${orderId.toHexString()}`;
}

/** Asks the worker for a credit note. A repeat changes nothing. @returns the document's origin */
export async function requestCreditNote(draft: CreditNoteDraft, tx?: ClientSession): Promise<string> {
  const { orderId, refundId, unpaidId = null, items, reason, createdById } = draft;
  const _id = creditOriginOf(draft);
  await storeRequest(
    { _id, type: INVOICE_TYPE.CREDIT_NOTE, orderId, refundId, unpaidId, items, reason, createdById },
    tx,
  );
  return _id;
}

export interface UnpaidNoteDraft {
  order: Pick<OrderDoc, "_id" | "paidAmount">;
  /** The cancellation, or the parcel that came back. */
  unpaidId: Types.ObjectId;
  /** Nothing of the order is wanted any more, or all of it came back. */
  isEverything: boolean;
  reason: string;
}

/**
 * Asks for the credit note of what will never be paid: of exactly that part. So the note of each refund fits beside it, in
 * whatever order they come, and money that is kept stays invoiced until it is refunded. Of an order for which nothing was
 * paid, everything is credited in the end, whatever notes by hand left of it.
 */
export const requestUnpaidNote = (unpaid: UnpaidNoteDraft, tx?: ClientSession): Promise<string> => {
  const { order, unpaidId, isEverything, reason } = unpaid;
  const whole = { orderId: order._id, refundId: null, items: [], createdById: null, reason };
  return requestCreditNote(isEverything && order.paidAmount === 0 ? whole : { ...whole, unpaidId }, tx);
};

type NewRequest = Pick<
  InvoiceRequestDoc,
  "_id" | "type" | "orderId" | "refundId" | "unpaidId" | "items" | "reason" | "createdById"
>;

async function storeRequest(request: NewRequest, tx?: ClientSession): Promise<void> {
  const options = { upsert: true, updatePipeline: true, timestamps: false, session: tx };
  const store = () =>
    InvoiceRequest.updateOne({ _id: request._id }, [{ $replaceWith: toStored(request) }], options);
  try {
    await store();
  } catch (error) {
    // Two processes insert the same request: the second attempt of the slower one finds it.
    if (tx || !isDuplicateKey(error)) throw error;
    await store();
  }
}

/**
 * A new request, or the stored one as it is. An admin who asks makes a postponed request due and takes it over. One that
 * was refused is tried again, unless its refusal is final.
 */
function toStored(request: NewRequest) {
  const row = { ...request, attempts: 0, lastError: null, refusal: null, expiresAt: null };
  const times = { dueAt: databaseTime(), createdAt: databaseTime() };
  const isNew = { $eq: [{ $type: "$type" }, "missing"] };
  const isRetried = { $ne: [{ $ifNull: ["$expiresAt", null] }, null] };
  const takenOver =
    request.createdById === null
      ? {}
      : { createdById: { $literal: request.createdById }, dueAt: databaseTime() };
  return {
    $cond: [
      { $or: [isNew, isRetried] },
      { $mergeObjects: [{ $literal: row }, times] },
      { $mergeObjects: ["$$ROOT", takenOver] },
    ],
  };
}
