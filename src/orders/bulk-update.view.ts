import Joi from "joi";
import { count, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { BulkOutcome } from "./bulk-update.service.js";

export const toBulkOutcomeView = ({ succeeded, unchanged, failed, errors }: BulkOutcome) => ({
  ...{ succeeded, unchanged, failed },
  errors: errors.map(({ row, orderNumber, code, message }) => ({ row, orderNumber, code, message })),
});

export const BulkOutcomeView = viewOf<ReturnType<typeof toBulkOutcomeView>>("BulkOutcome", {
  succeeded: count,
  unchanged: count.description("Orders that had the status already"),
  failed: count,
  errors: Joi.array().items(
    Joi.object({
      row: count.min(1).required().description("From 1, without the line that names the columns"),
      ...{ orderNumber: Joi.string().allow("").required(), code: text.required(), message: text.required() },
    }),
  ),
});
