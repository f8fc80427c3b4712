import Joi from "joi";
import { ORDER_STATUSES, type OrderStatus } from "../../utils/constants.js";
import { type ListQuery, linkToken, listQuery, objectId, orderNumber } from "../../utils/request-schemas.js";

/** One request schema per handler, named after it. */

/** `terms_accepted` is an alias of `termsAccepted`. */
export interface PlaceOrderBody {
  checkoutSessionId: string;
  termsAccepted?: boolean;
  terms_accepted?: boolean;
  paymentId?: string;
}

export const placeOrderSchema = {
  body: Joi.object<PlaceOrderBody, true>({
    checkoutSessionId: objectId().required(),
    termsAccepted: Joi.boolean(),
    terms_accepted: Joi.boolean(),
    paymentId: objectId(),
  })
    .oxor("termsAccepted", "terms_accepted")
    .required(),
};

export const listOrdersSchema = {
  query: listQuery<ListQuery<"createdAt"> & { status?: OrderStatus }>(["createdAt"], {
    status: Joi.string().valid(...ORDER_STATUSES),
  }),
};

const params = Joi.object<{ orderNumber: string }, true>({ orderNumber: orderNumber().required() });
/** With the signed link of the mail instead of signing in. */
const query = Joi.object<{ token?: string }, true>({ token: linkToken() });

export const getOrderSchema = { params, query };
export const reorderSchema = { params };
export const getConfirmationSchema = { params };
export const getTimelineSchema = { params, query };
export const getTrackingSchema = { params, query };
export const getInvoiceSchema = { params, query };
