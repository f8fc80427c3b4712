import Joi from "joi";
import { RETURN_REASON_TEXTS, RETURN_REASONS } from "../../utils/constants.js";
import { text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

export { RefundView, toRefundView } from "../../utils/views/refund.view.js";

export const toReasonsView = () => RETURN_REASONS.map((code) => ({ code, ...RETURN_REASON_TEXTS[code] }));

const ReasonView = viewOf<ReturnType<typeof toReasonsView>[number]>("Reason", {
  code: Joi.string().valid(...RETURN_REASONS),
  label: text,
  sellerAtFault: Joi.boolean(),
});

export const ReasonsView = Joi.array().items(ReasonView).required();
