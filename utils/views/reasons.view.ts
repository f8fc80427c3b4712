import Joi from "joi";
import { RETURN_REASON_TEXTS, RETURN_REASONS } from "../constants.js";
import { text } from "./parts.view.js";
import { viewOf } from "./view-of.js";

/** Why goods are returned or money is asked back. */
export const toReasonsView = () => RETURN_REASONS.map((code) => ({ code, ...RETURN_REASON_TEXTS[code] }));

const ReasonView = viewOf<ReturnType<typeof toReasonsView>[number]>("Reason", {
  code: Joi.string().valid(...RETURN_REASONS),
  label: text,
  sellerAtFault: Joi.boolean(),
});

export const ReasonsView = Joi.array().items(ReasonView).required();
