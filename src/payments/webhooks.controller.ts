import type { Response } from "express";
import type { SignedInput } from "../../middlewares/described-router.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import * as webhooks from "./webhooks.service.js";

export { drainWebhooks } from "./webhooks.service.js";

/** The id is not signed: one that is long or has other characters is ignored. */
const EVENT_ID = /^[A-Za-z0-9_-]{1,100}$/;

const findEventId = (header: unknown): string | null =>
  typeof header === "string" && EVENT_ID.test(header) ? header : null;

export async function receive({ rawBody, body, request }: SignedInput, res: Response): Promise<void> {
  const eventId = findEventId(request.headers[paymentGateway.webhookHeaders.eventId]);
  await webhooks.receiveGatewayEvent({ eventId, rawBody, payload: body });
  sendResponse(res, HTTP_STATUS.OK, "Received");
}
