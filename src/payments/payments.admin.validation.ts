import Joi from "joi";
import { now } from "../../utils/clock.js";
import {
  PAYMENT_GATEWAY_STATUSES,
  PAYMENT_GATEWAYS,
  PAYMENT_METHODS,
  type PaymentGatewayStatus,
  type PaymentMethod,
} from "../../utils/constants.js";
import {
  analyticsQuery,
  dateRangeKeys,
  type ListQuery,
  listQuery,
  objectId,
  orderNumber,
  rangeQuery,
  receiptReference,
  rupeeAmount,
} from "../../utils/request-schemas.js";
import type { PaymentFilters } from "./payments.selection.service.js";

/** The request schemas of the admin handlers, named after them. */

const status = () => Joi.string().valid(...PAYMENT_GATEWAY_STATUSES);
const method = () => Joi.string().valid(...PAYMENT_METHODS);
/** Of a payment, here or at the gateway, or of a gateway order. */
const anyPaymentId = () => Joi.string().pattern(/^[A-Za-z0-9_-]{1,64}$/, "an id of a payment");

export const listPaymentsSchema = {
  query: listQuery<ListQuery<"createdAt"> & PaymentFilters>(["createdAt"], {
    status: status(),
    method: method(),
    gateway: Joi.string().valid(...PAYMENT_GATEWAYS),
    attention: Joi.boolean(),
    orderNumber: orderNumber(),
    q: anyPaymentId(),
  }),
};

export const getAnalyticsSchema = { query: analyticsQuery() };

export interface ExportPaymentsQuery {
  dateFrom: Date;
  dateTo: Date;
  status?: PaymentGatewayStatus;
  method?: PaymentMethod;
}

export const exportPaymentsSchema = {
  query: rangeQuery<ExportPaymentsQuery>({ ...dateRangeKeys, status: status(), method: method() }),
};

const params = Joi.object<{ paymentId: string }, true>({ paymentId: objectId().required() });

export const getPaymentSchema = { params };
export const getGatewayResponseSchema = { params };
export const capturePaymentSchema = { params };

/** Clocks differ. */
const AHEAD_MS = 5 * 60_000;

const past = () =>
  dateRangeKeys.dateFrom.prefs({ convert: true }).custom((value: Date, helpers) => {
    if (value.getTime() <= now().getTime() + AHEAD_MS) return value;
    return helpers.message({ custom: '"receivedAt" is in the future' });
  });

export interface RecordReceiptBody {
  /** Rupees. */
  amount: number;
  reference: string;
  receivedAt: Date;
}

export const recordReceiptSchema = {
  params,
  body: Joi.object<RecordReceiptBody>({
    amount: rupeeAmount().greater(0).required(),
    reference: receiptReference().required(),
    receivedAt: past().required(),
  }).required(),
};
