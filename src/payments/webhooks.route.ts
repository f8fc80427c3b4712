import Joi from "joi";
import { describedRouter, signed } from "../../middlewares/described-router.js";
import * as controller from "./webhooks.controller.js";

const webhooks = describedRouter({ base: "/api/webhooks", tag: "Webhooks" });

const NoData = Joi.valid(null);

/**
 * @route POST /api/webhooks/razorpay
 * @description Receives every event of the gateway: stored by its id, acknowledged, then applied
 * @access Signed (X-Razorpay-Signature over the raw body)
 */
webhooks.post(
  "/razorpay",
  { summary: "Events of the payment gateway", access: signed("razorpay"), answers: { 200: NoData } },
  controller.receive,
);

/**
 * @route POST /api/webhooks/razorpay/refund
 * @description The same, for shops that have configured a separate URL for refund events
 * @access Signed (X-Razorpay-Signature over the raw body)
 */
webhooks.post(
  "/razorpay/refund",
  { summary: "Refund events of the payment gateway", access: signed("razorpay"), answers: { 200: NoData } },
  controller.receive,
);

/**
 * @route POST /api/webhooks/shipping
 * @description Receives every report of the shipping service: stored by its id, acknowledged, then applied
 * @access Signed (X-Signature over the raw body)
 */
webhooks.post(
  "/shipping",
  { summary: "Reports of the shipping service", access: signed("shipping"), answers: { 200: NoData } },
  controller.receiveShipping,
);

export { webhooks };
