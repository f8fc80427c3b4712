import Joi from "joi";
import type { OrderItemDoc } from "../../models/index.js";
import { NOT_RETURNABLE_MESSAGES, returnableUnits } from "../../utils/returnable-units.js";
import { moment } from "../../utils/view-schemas.js";
import { count, id, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

export { ReasonsView, toReasonsView } from "../../utils/views/reasons.view.js";
export { ReturnView, toReturnView } from "../../utils/views/return.view.js";

function toLineView(line: OrderItemDoc, at: Date) {
  const { quantity, reason } = returnableUnits(line, at);
  return {
    orderItemId: line._id.toHexString(),
    name: line.name,
    returnableQuantity: quantity,
    returnableUntil: line.returnableUntil ?? undefined,
    reason: reason ?? undefined,
    message: reason === null ? undefined : NOT_RETURNABLE_MESSAGES[reason],
  };
}

/** @param at decides which return windows are open */
export const toEligibilityView = (orderNumber: string, lines: readonly OrderItemDoc[], at: Date) => ({
  orderNumber,
  items: lines.map((line) => toLineView(line, at)),
});

const LineView = viewOf<ReturnType<typeof toLineView>>(
  "ReturnEligibilityLine",
  { orderItemId: id, name: text, returnableQuantity: count },
  {
    returnableUntil: moment,
    reason: Joi.string()
      .valid(...Object.keys(NOT_RETURNABLE_MESSAGES))
      .description("Why nothing of the line can be returned"),
    message: text,
  },
);

export const EligibilityView = viewOf<ReturnType<typeof toEligibilityView>>("ReturnEligibility", {
  orderNumber: text,
  items: Joi.array().items(LineView),
});
