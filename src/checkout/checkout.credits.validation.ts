import Joi from "joi";
import { objectId, rupeeAmount } from "../../utils/request-schemas.js";

/** What each handler takes, under the handler's name. */

const params = Joi.object<{ sessionId: string }, true>({ sessionId: objectId().required() });

/** Above every balance, far below where their worth in paise would cease to be exact. */
const MAX_POINTS = 10_000_000;

export const payWithPointsSchema = {
  params,
  body: Joi.object<{ points: number }, true>({
    points: Joi.number().integer().min(1).max(MAX_POINTS).required(),
  }).required(),
};

export const payWithCreditSchema = {
  params,
  body: Joi.object<{ amount?: number }, true>({ amount: rupeeAmount().min(0.01) }).required(),
};

export const dropPointsSchema = { params };
export const dropCreditSchema = { params };
