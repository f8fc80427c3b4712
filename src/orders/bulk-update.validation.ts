import Joi from "joi";
import type { Uploads } from "../../middlewares/route.types.js";
import { type BulkRow, MAX_ROWS } from "./bulk-update.rows.service.js";

/** Each row is judged by itself (`checkRow`), so that one that is wrong fails alone: here only what the request has to be. */
const cell = (description: string) => Joi.any().description(description);

export const bulkUpdateSchema = {
  body: Joi.object<{ rows?: BulkRow[] }>({
    rows: Joi.array()
      .items(
        Joi.object<BulkRow>({
          orderNumber: cell("Text. A row without a valid order number fails, and no other"),
          status: cell("Text: the status that the order shall have"),
          note: cell("Optional text of up to 2,000 characters").allow(null),
        }).unknown(true),
      )
      .min(1)
      .max(MAX_ROWS),
  }),
  files: { file: { contentType: "text/csv", maxBytes: 1_000_000, maxCount: 1 } } satisfies Uploads,
};
