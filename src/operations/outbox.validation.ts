import Joi from "joi";
import { type ListQuery, listQuery, objectId } from "../../utils/request-schemas.js";

/** Delivered messages are not listed. */
export const UNDELIVERED_STATES = ["pending", "dead"] as const;
export type UndeliveredState = (typeof UNDELIVERED_STATES)[number];

export const listMessagesSchema = {
  query: listQuery<ListQuery<"createdAt"> & { state?: UndeliveredState }>(["createdAt"], {
    state: Joi.string().valid(...UNDELIVERED_STATES),
  }),
};

export const replayMessageSchema = {
  params: Joi.object<{ id: string }, true>({ id: objectId().required() }),
};
