import Joi from "joi";
import type { Uploads } from "../../middlewares/route.types.js";
import { freeText, identifier } from "../../utils/text-schemas.js";
import { type BulkRow, MAX_ROWS } from "./bulk-update.rows.service.js";

/** Each row is judged by itself: here only what keeps the request in bounds. */
const cell = () => identifier().max(100).allow("");

export const bulkUpdateSchema = {
  body: Joi.object<{ rows?: BulkRow[] }>({
    rows: Joi.array()
      .items(
        Joi.object<BulkRow>({
          orderNumber: cell().required(),
          status: cell().required(),
          note: freeText(5_000).allow("", null),
        }),
      )
      .min(1)
      .max(MAX_ROWS),
  }),
  files: { file: { contentType: "text/csv", maxBytes: 1_000_000, maxCount: 1 } } satisfies Uploads,
};
