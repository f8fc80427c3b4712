import type { Response } from "express";
import type { SignedInput } from "../../middlewares/described-router.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { maskGatewayPayload } from "../../utils/masking.js";
import { identifyShippingEvent } from "./shipping-events.service.js";
import * as webhooks from "./webhooks.service.js";

export { closeWebhooks, drainWebhooks } from "./webhooks.service.js";

export async function receive({ rawBody, body, request }: SignedInput, res: Response): Promise<void> {
  const identity = paymentGateway.identifyWebhook({ headers: request.headers, payload: body });
  await webhooks.receiveEvent({
    source: "razorpay",
    ...identity,
    rawBody,
    payload: maskGatewayPayload(body),
  });
  sendResponse(res, HTTP_STATUS.OK, "Received");
}

export async function receiveShipping({ rawBody, body }: SignedInput, res: Response): Promise<void> {
  await webhooks.receiveEvent({ source: "shipping", ...identifyShippingEvent(body), rawBody, payload: body });
  sendResponse(res, HTTP_STATUS.OK, "Received");
}
