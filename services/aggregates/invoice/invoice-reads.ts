import { type ClientSession, type Types, trusted } from "mongoose";
import { Invoice, type InvoiceDoc, InvoiceRequest } from "../../../models/index.js";
import { INVOICE_TYPE } from "../../../utils/constants.js";
import { InvoiceNotReadyError, NotFoundError } from "../../../utils/errors.js";
import { groupBy } from "../../../utils/helpers.js";

/** All documents of an order, oldest first: the invoice, then its credit notes. */
export function listInvoicesOfOrder(orderId: Types.ObjectId): Promise<InvoiceDoc[]> {
  return Invoice.find({ orderId }).sort({ issuedAt: 1 }).lean<InvoiceDoc[]>().exec();
}

/** All documents of some orders, by order. */
export async function findInvoicesOfOrders(
  orderIds: readonly Types.ObjectId[],
  tx?: ClientSession,
): Promise<Map<string, InvoiceDoc[]>> {
  const found = await Invoice.find({ orderId: trusted({ $in: orderIds }) })
    .session(tx ?? null)
    .lean<InvoiceDoc[]>();
  return groupBy(found, ({ orderId }) => orderId.toHexString());
}

export const isSale = ({ type }: InvoiceDoc): boolean => type === INVOICE_TYPE.SALE;

/** Null until it is issued. */
export const findSaleInvoice = (orderId: Types.ObjectId): Promise<InvoiceDoc | null> =>
  findInvoiceOf(saleOrigin(orderId));

/**
 * The invoice that a credit note can correct. Null: the order is not invoiced, so there is nothing to credit.
 * @throws InvoiceNotReadyError while the invoice is under way
 */
export async function findInvoiceToCredit(orderId: Types.ObjectId): Promise<InvoiceDoc | null> {
  // In this order: the transaction that stores the invoice deletes its request.
  const isUnderWay = await InvoiceRequest.exists({ _id: saleOrigin(orderId), refusal: null });
  const invoice = await findSaleInvoice(orderId);
  if (!invoice && isUnderWay) throw new InvoiceNotReadyError();
  return invoice;
}

/** What the order's invoice is issued for. */
export const saleOrigin = (orderId: Types.ObjectId): string => `order:${orderId.toHexString()}`;

/** The document that was issued for an origin. */
export function findInvoiceOf(origin: string): Promise<InvoiceDoc | null> {
  return Invoice.findOne({ origin }).lean<InvoiceDoc>().exec();
}

/** @throws NotFoundError INVOICE_NOT_FOUND */
export async function getInvoice(invoiceNumber: string): Promise<InvoiceDoc> {
  const invoice = await Invoice.findOne({ invoiceNumber }).lean<InvoiceDoc>();
  if (!invoice) throw new NotFoundError("INVOICE_NOT_FOUND", "There is no such invoice");
  return invoice;
}
