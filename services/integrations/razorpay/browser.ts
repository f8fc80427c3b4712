import { CURRENCY } from "../../../utils/constants.js";
import type { PaymentGateway } from "../payment-gateway.js";
import { isHmacValid } from "../signatures.js";
import {
  type RazorpayCheckoutOptions,
  razorpayAnswerSchema,
  razorpayOptionsSchema,
} from "./browser-schemas.js";
import type { RazorpayOptions } from "./connection.js";
import { toDescription, withoutEmpty } from "./requests.js";

type BrowserPart = Pick<
  PaymentGateway,
  "checkoutSchemas" | "checkoutOptions" | "readCheckoutAnswer" | "isCheckoutAnswerGenuine"
>;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The payment window of Checkout.js, and the check of what it returns. */
export const browserPart = ({ keyId, keySecret, merchantName }: RazorpayOptions): BrowserPart => ({
  checkoutSchemas: { options: razorpayOptionsSchema, answer: razorpayAnswerSchema },

  checkoutOptions({ gatewayOrderId, amount, prefill = {}, method = null }) {
    const name = prefill.name ? toDescription(prefill.name) : null;
    const options: RazorpayCheckoutOptions = {
      key: keyId,
      orderId: gatewayOrderId,
      amount,
      currency: CURRENCY,
      name: toDescription(merchantName),
      prefill: withoutEmpty({ ...prefill, name, method }),
      method,
    };
    return { ...options };
  },

  readCheckoutAnswer: (answer) => ({
    gatewayOrderId: textOf(answer.razorpay_order_id),
    gatewayPaymentId: textOf(answer.razorpay_payment_id),
  }),

  isCheckoutAnswerGenuine(answer, gatewayOrderId) {
    const signed = `${gatewayOrderId}|${textOf(answer.razorpay_payment_id)}`;
    return isHmacValid(keySecret, signed, textOf(answer.razorpay_signature));
  },
});
