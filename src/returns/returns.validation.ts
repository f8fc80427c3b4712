import Joi from "joi";
import {
  RETURN_CONDITIONS,
  RETURN_REASONS,
  type ReturnCondition,
  type ReturnReason,
} from "../../utils/constants.js";
import {
  type ListQuery,
  lineUnitKeys,
  listQuery,
  objectId,
  ofDifferentLines,
  orderNumber,
} from "../../utils/request-schemas.js";
import { freeText } from "../../utils/text-schemas.js";

/** One request schema per handler, named after it. */

export interface ReturnItemBody {
  orderItemId: string;
  quantity: number;
  reason: ReturnReason;
  condition?: ReturnCondition;
}

export interface CreateReturnBody {
  orderNumber: string;
  items: ReturnItemBody[];
  reason: ReturnReason;
  customerNotes?: string;
}

const reason = () =>
  Joi.string()
    .valid(...RETURN_REASONS)
    .required();

const item = Joi.object<ReturnItemBody>({
  ...lineUnitKeys(),
  reason: reason(),
  condition: Joi.string().valid(...RETURN_CONDITIONS),
});

const saysOther = Joi.array().has(Joi.object({ reason: Joi.valid("other") }).unknown());
const customerNotes = () => freeText(1_000);

export const createReturnSchema = {
  body: Joi.object<CreateReturnBody>({
    orderNumber: orderNumber().required(),
    items: ofDifferentLines(item).required(),
    reason: reason(),
    // `other` says nothing by itself.
    customerNotes: customerNotes()
      .when("reason", { not: "other", otherwise: Joi.required() })
      .when("items", { not: saysOther, otherwise: Joi.required() }),
  }).required(),
};

export const getEligibilitySchema = {
  query: Joi.object<{ orderNumber: string }, true>({ orderNumber: orderNumber().required() }),
};

export const listReturnsSchema = { query: listQuery<ListQuery<"createdAt">>(["createdAt"]) };

export const returnParams = Joi.object<{ returnId: string }, true>({ returnId: objectId().required() });

export const getReturnSchema = { params: returnParams };
