import { config } from "../../config/env.config.js";
import type { PaymentGateway } from "./payment-gateway.js";
import { createRazorpayGateway } from "./razorpay.service.js";

/** The gateway this shop uses. Modules talk to this and know no other name. */
export const paymentGateway: PaymentGateway = createRazorpayGateway({
  ...config.razorpay,
  capture: config.payments.capture,
  merchantName: config.company.name,
  downtimeCacheSeconds: config.catalogCacheSeconds,
});
