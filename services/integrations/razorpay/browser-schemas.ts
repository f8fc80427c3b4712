import Joi from "joi";

/** What Razorpay's script in the browser takes and returns. Only schemas: views describe responses with them. */

const text = Joi.string().required();

export interface RazorpayCheckoutOptions {
  key: string;
  orderId: string;
  amount: number;
  currency: string;
  name: string;
  prefill: { name?: string; email?: string; contact?: string; method?: string };
  method: string | null;
}

/** `amount` is the only amount in paise that leaves the service: the gateway's script requires it. */
export const razorpayOptionsSchema = Joi.object<RazorpayCheckoutOptions, true>({
  key: text,
  orderId: text,
  amount: Joi.number().integer().min(100).required(),
  currency: text,
  name: text,
  prefill: Joi.object({
    name: Joi.string(),
    email: Joi.string(),
    contact: Joi.string(),
    method: Joi.string(),
  }).required(),
  method: text.allow(null),
}).meta({ className: "GatewayWindow" });

/** An id of the gateway; an invented one is not found or fails the signature check. */
const gatewayId = Joi.string()
  .max(64)
  .pattern(/^[A-Za-z0-9_]+$/, "an id of the gateway")
  .required();

export interface RazorpayCheckoutAnswer {
  razorpay_order_id: string;
  razorpay_payment_id: string;
  razorpay_signature: string;
}

/** The fields exactly as Checkout.js posts them. */
export const razorpayAnswerSchema = Joi.object<RazorpayCheckoutAnswer, true>({
  razorpay_order_id: gatewayId,
  razorpay_payment_id: gatewayId,
  razorpay_signature: Joi.string()
    .max(256)
    .pattern(/^[\x20-\x7E]*$/, "a signature")
    .required(),
});
