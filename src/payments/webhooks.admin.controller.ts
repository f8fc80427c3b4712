import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import * as webhooks from "./webhooks.admin.service.js";
import type * as schemas from "./webhooks.admin.validation.js";
import { toWebhookEventDetailView, toWebhookEventView } from "./webhooks.admin.view.js";

export async function listEvents(
  { query }: AdminInput<typeof schemas.listEventsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await webhooks.listEvents(query);
  const list = toListView(items.map(toWebhookEventView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Webhook events", list);
}

export async function getEvent(
  { params }: AdminInput<typeof schemas.getEventSchema>,
  res: Response,
): Promise<void> {
  const event = await webhooks.getEvent(toObjectId(params.eventId));
  sendResponse(res, HTTP_STATUS.OK, "Webhook event", toWebhookEventDetailView(event));
}

export async function replayEvent(
  { params, principal }: AdminInput<typeof schemas.replayEventSchema>,
  res: Response,
): Promise<void> {
  const event = await webhooks.replayEvent(toObjectId(params.eventId), principal);
  sendResponse(res, HTTP_STATUS.OK, "The event is applied again", toWebhookEventView(event));
}
