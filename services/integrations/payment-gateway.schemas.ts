/**
 * What the browser gets from and sends to the gateway that this shop uses (`payment-gateway.service.ts`). Apart from
 * it, because views and validation describe requests and responses and must not load the gateway's SDK.
 */
export {
  razorpayAnswerSchema as checkoutAnswerSchema,
  razorpayOptionsSchema as checkoutOptionsSchema,
} from "./razorpay/browser-schemas.js";
