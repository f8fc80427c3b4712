import Joi from "joi";
import type { OutboxMessageDoc } from "../../models/index.js";
import { OUTBOX_STATES } from "../../utils/constants.js";
import { listView, moment } from "../../utils/view-schemas.js";
import { count, id, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

/** A payload contains ids and no personal data, so it may be shown. */
export const toOutboxMessageView = (message: OutboxMessageDoc) => ({
  id: message._id.toHexString(),
  type: message.type,
  dedupeKey: message.dedupeKey,
  payload: message.payload,
  state: message.state,
  dueAt: message.dueAt,
  attempts: message.attempts,
  delivered: message.done,
  lastError: message.lastError,
  requestId: message.requestId,
  createdAt: message.createdAt,
});

export const OutboxMessageView = viewOf<ReturnType<typeof toOutboxMessageView>>("OutboxMessage", {
  id,
  type: text,
  dedupeKey: text,
  payload: Joi.object().unknown(true),
  state: Joi.string().valid(...OUTBOX_STATES),
  dueAt: moment,
  attempts: count,
  delivered: Joi.array().items(text).description("The handlers that have succeeded"),
  lastError: textOrNull,
  requestId: textOrNull,
  createdAt: moment,
});

export const OutboxListView = listView(OutboxMessageView);
