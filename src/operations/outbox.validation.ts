import Joi from "joi";
import { type ListQuery, listQuery, objectId } from "../../utils/request-schemas.js";
import { UNDELIVERED_STATES, type UndeliveredState } from "./outbox.service.js";

export const listMessagesSchema = {
  query: listQuery<ListQuery<"createdAt"> & { state?: UndeliveredState }>(["createdAt"], {
    state: Joi.string().valid(...UNDELIVERED_STATES),
  }),
};

export const replayMessageSchema = {
  params: Joi.object<{ id: string }, true>({ id: objectId().required() }),
};
