import Joi from "joi";
import { WEBHOOK_SOURCES, type WebhookSource } from "../../models/index.js";
import { WEBHOOK_STATES, type WebhookState } from "../../utils/constants.js";
import { type ListQuery, listQuery, objectId } from "../../utils/request-schemas.js";

type EventListQuery = ListQuery<"receivedAt"> & {
  state?: WebhookState;
  event?: string;
  source?: WebhookSource;
};

export const listEventsSchema = {
  query: listQuery<EventListQuery>(["receivedAt"], {
    state: Joi.string().valid(...WEBHOOK_STATES),
    event: Joi.string()
      .max(100)
      .pattern(/^[a-z._]+$/),
    source: Joi.string().valid(...WEBHOOK_SOURCES),
  }),
};

const eventId = Joi.object<{ eventId: string }, true>({ eventId: objectId().required() });

export const getEventSchema = { params: eventId };
export const replayEventSchema = { params: eventId };
