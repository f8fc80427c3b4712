import Joi from "joi";
import { ORDER_STATUSES, type OrderStatus } from "../../utils/constants.js";
import { type ListQuery, listQuery, objectId, orderNumber } from "../../utils/request-schemas.js";

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
/** `<unix seconds>.<signature>`; the service verifies it. */
const token = Joi.string()
  .max(200)
  .pattern(/^[A-Za-z0-9._-]+$/, "a token");

export const getOrderSchema = { params, query: Joi.object<{ token?: string }, true>({ token }) };
export const getConfirmationSchema = { params };
export const getTimelineSchema = { params };
