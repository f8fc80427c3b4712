import type { Types } from "mongoose";
import { Invoice, type InvoiceDeliveryDoc, type InvoiceDoc, Order } from "../../models/index.js";
import {
  type InvoiceEmail,
  listDeliveries,
  queueInvoiceEmail,
} from "../../services/flows/email-invoice.flow.js";
import { dateRangeFromStart, type Page, paginate } from "../../services/platform/paginate.service.js";
import { INVOICE_STATUS, type InvoiceStatus, type InvoiceType } from "../../utils/constants.js";
import type { ListQuery } from "../../utils/request-schemas.js";

export {
  issueCreditNote,
  issueSaleInvoice,
} from "../../services/flows/issue-invoices/issue-invoices.flow.js";

/** Dates: range of `issuedAt`. */
export interface InvoiceListQuery extends ListQuery<"issuedAt"> {
  type?: InvoiceType;
  status?: InvoiceStatus;
  orderNumber?: string;
}

const NOTHING: Page<InvoiceDoc> = { items: [], total: 0 };

/** Invoices and credit notes by date of issue, newest first by default. */
export async function listInvoices(query: InvoiceListQuery): Promise<Page<InvoiceDoc>> {
  // Only issued documents are stored: a draft exists only as a preview.
  if (query.status && query.status !== INVOICE_STATUS.ISSUED) return NOTHING;
  const order = query.orderNumber ? await Order.exists({ orderNumber: query.orderNumber }) : null;
  if (query.orderNumber && !order) return NOTHING;
  const filter = () => filterOf(query, order?._id ?? null);
  return paginate({ model: Invoice, filter, sortBy: "issuedAt" }, query);
}

function filterOf({ type, ...dates }: InvoiceListQuery, orderId: Types.ObjectId | null) {
  return {
    ...(orderId ? { orderId } : {}),
    ...(type ? { type } : {}),
    issuedAt: dateRangeFromStart(dates),
  };
}

export interface LoggedEmail {
  delivery: InvoiceDeliveryDoc;
  /** All e-mails with this invoice, newest first. */
  log: InvoiceDeliveryDoc[];
}

/** @throws NotFoundError INVOICE_NOT_FOUND */
export async function emailInvoice(email: InvoiceEmail): Promise<LoggedEmail> {
  const delivery = await queueInvoiceEmail(email);
  return { delivery, log: await listDeliveries(delivery.invoiceId) };
}
