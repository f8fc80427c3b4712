import Joi from "joi";
import { checkoutAnswerSchema } from "../../services/integrations/payment-gateway.schemas.js";
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

/** The fields exactly as the gateway's script in the browser hands them over. */
export const verifyPaymentSchema = { body: checkoutAnswerSchema.required() };

const params = Joi.object<{ paymentId: string }, true>({ paymentId: objectId().required() });

export const retryPaymentSchema = {
  params,
  body: Joi.object<{ method?: CheckoutPaymentMethod }, true>({ method: method() }).required(),
};

export const getPaymentSchema = { params };
