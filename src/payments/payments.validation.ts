import Joi from "joi";
import { CHECKOUT_PAYMENT_METHODS, type CheckoutPaymentMethod } from "../../utils/constants.js";
import { objectId } from "../../utils/request-schemas.js";

/** One request schema per handler, named after it. */

/** `terms_accepted` is an alias of `termsAccepted`. */
interface Terms {
  termsAccepted?: boolean;
  terms_accepted?: boolean;
}

const terms = { termsAccepted: Joi.boolean(), terms_accepted: Joi.boolean() };
const method = () => Joi.string().valid(...CHECKOUT_PAYMENT_METHODS);

export const paySchema = {
  body: Joi.object<Terms & { checkoutSessionId: string; method: CheckoutPaymentMethod }, true>({
    checkoutSessionId: objectId().required(),
    method: method().required(),
    ...terms,
  })
    .oxor("termsAccepted", "terms_accepted")
    .required(),
};

export const payOnDeliverySchema = {
  body: Joi.object<Terms & { checkoutSessionId: string }, true>({
    checkoutSessionId: objectId().required(),
    ...terms,
  })
    .oxor("termsAccepted", "terms_accepted")
    .required(),
};

/** An id of the gateway; an invented one is not found or fails the signature check. */
const gatewayId = () =>
  Joi.string()
    .max(64)
    .pattern(/^[A-Za-z0-9_]+$/, "an id of the gateway");

export interface VerifyPaymentBody {
  razorpay_order_id: string;
  razorpay_payment_id: string;
  razorpay_signature: string;
}

/** The fields exactly as Checkout.js posts them. */
export const verifyPaymentSchema = {
  body: Joi.object<VerifyPaymentBody, true>({
    razorpay_order_id: gatewayId().required(),
    razorpay_payment_id: gatewayId().required(),
    razorpay_signature: Joi.string()
      .max(256)
      .pattern(/^[\x20-\x7E]*$/, "a signature")
      .required(),
  }).required(),
};

const params = Joi.object<{ paymentId: string }, true>({ paymentId: objectId().required() });

export const retryPaymentSchema = {
  params,
  body: Joi.object<{ method?: CheckoutPaymentMethod }, true>({ method: method() }).required(),
};

export const getPaymentSchema = { params };
