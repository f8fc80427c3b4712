import type { Response } from "express";
import type { StaffInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import * as outboxService from "./outbox.service.js";
import type * as schemas from "./outbox.validation.js";
import { toOutboxMessageView } from "./outbox.view.js";

export async function listMessages(
  { query }: StaffInput<typeof schemas.listMessagesSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await outboxService.listMessages(query);
  const list = toListView(items.map(toOutboxMessageView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Messages that are not delivered", list);
}

export async function replayMessage(
  { params, principal }: StaffInput<typeof schemas.replayMessageSchema>,
  res: Response,
): Promise<void> {
  const message = await outboxService.replayMessage(toObjectId(params.id), principal);
  sendResponse(res, HTTP_STATUS.OK, "The message is delivered again", toOutboxMessageView(message));
}
