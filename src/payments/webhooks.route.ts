import Joi from "joi";
import { describedRouter, signed } from "../../middlewares/described-router.js";
import * as controller from "./webhooks.controller.js";

const webhooks = describedRouter({ base: "/api/webhooks", tag: "Webhooks" });

const NoData = Joi.valid(null);

/**
 * @route POST /api/webhooks/razorpay
 * @description Every event of the gateway: stored by its id, answered, then applied
 * @access Signed (X-Razorpay-Signature over the raw body)
 */
webhooks.post(
  "/razorpay",
  { summary: "Events of the payment gateway", access: signed("razorpay"), answers: { 200: NoData } },
  controller.receive,
);

/**
 * @route POST /api/webhooks/razorpay/refund
 * @description The same, for shops that have given refunds an address of their own
 * @access Signed (X-Razorpay-Signature over the raw body)
 */
webhooks.post(
  "/razorpay/refund",
  { summary: "Refund events of the payment gateway", access: signed("razorpay"), answers: { 200: NoData } },
  controller.receive,
);

export { webhooks };
