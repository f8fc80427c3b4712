import Joi from "joi";
import {
  INVOICE_STATUSES,
  INVOICE_TYPES,
  type InvoiceStatus,
  type InvoiceType,
} from "../../utils/constants.js";
import { email } from "../../utils/contact-schemas.js";
import type { LineUnitsBody } from "../../utils/line-units.js";
import {
  dateRangeKeys,
  type ListQuery,
  listQuery,
  objectId,
  orderNumber,
  unitsOfLines,
  withinRange,
} from "../../utils/request-schemas.js";
import { reasonText } from "../../utils/text-schemas.js";
import { MAX_ARCHIVED } from "./bulk-download.service.js";
import { invoiceParams } from "./invoices.validation.js";

/** The request schemas of the admin handlers, named after them. */

export interface InvoiceFilters {
  type?: InvoiceType;
  status?: InvoiceStatus;
  orderNumber?: string;
}

export const listInvoicesSchema = {
  query: listQuery<ListQuery<"issuedAt"> & InvoiceFilters>(["issuedAt"], {
    type: Joi.string().valid(...INVOICE_TYPES),
    status: Joi.string().valid(...INVOICE_STATUSES),
    orderNumber: orderNumber(),
  }),
};

export const createInvoiceSchema = {
  body: Joi.object<{ orderId: string }, true>({ orderId: objectId().required() }).required(),
};

export interface CreateCreditNoteBody {
  orderId: string;
  /** Units to credit. With neither these nor a refund: all that is left of a cancelled order. */
  items?: LineUnitsBody[];
  refundId?: string;
  reason: string;
}

export const createCreditNoteSchema = {
  body: Joi.object<CreateCreditNoteBody>({
    orderId: objectId().required(),
    items: unitsOfLines(),
    refundId: objectId(),
    reason: reasonText().required(),
  })
    .oxor("items", "refundId")
    .required(),
};

export const emailInvoiceSchema = {
  params: invoiceParams,
  body: Joi.object<{ to?: string }, true>({ to: email() }).required(),
};

export interface BulkDownloadBody {
  dateFrom?: Date;
  dateTo?: Date;
  orderIds?: string[];
}

/** Dates in a body are text, as those in a query are. */
const day = (edge: keyof typeof dateRangeKeys) => dateRangeKeys[edge].prefs({ convert: true });

export const bulkDownloadSchema = {
  body: withinRange(
    Joi.object<BulkDownloadBody>({
      dateFrom: day("dateFrom"),
      dateTo: day("dateTo"),
      orderIds: Joi.array().items(objectId()).min(1).max(MAX_ARCHIVED).unique(),
    })
      .and("dateFrom", "dateTo")
      .xor("orderIds", "dateFrom"),
  ).required(),
};

export const getBulkDownloadSchema = {
  params: Joi.object<{ jobId: string }, true>({ jobId: objectId().required() }),
};
