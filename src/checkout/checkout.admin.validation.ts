import Joi from "joi";
import { CHECKOUT_STATUSES, type CheckoutStatus } from "../../utils/constants.js";
import {
  analyticsQuery,
  foreignId,
  type ListQuery,
  listQuery,
  objectId,
} from "../../utils/request-schemas.js";

/** One request schema per admin handler, named after it. */

export const listCheckoutsSchema = {
  query: listQuery<ListQuery<"createdAt"> & { status?: CheckoutStatus; userId?: string }>(["createdAt"], {
    status: Joi.string().valid(...CHECKOUT_STATUSES),
    userId: foreignId(),
  }),
};

export const getFunnelSchema = { query: analyticsQuery() };

export const getCheckoutByIdSchema = {
  params: Joi.object<{ sessionId: string }, true>({ sessionId: objectId().required() }),
};
