import Joi from "joi";
import type { Uploads } from "../../middlewares/route.types.js";
import type { BulkRow } from "./bulk-update.rows.service.js";

/** Each row is judged by itself: here only what keeps the request in bounds. */
const MAX_ROWS = 5_000;

const cell = (max: number) => Joi.string().max(max).allow("");

export const bulkUpdateSchema = {
  body: Joi.object<{ rows?: BulkRow[] }>({
    rows: Joi.array()
      .items(
        Joi.object<BulkRow>({
          orderNumber: cell(100).required(),
          status: cell(100).required(),
          note: cell(5_000).allow(null),
        }),
      )
      .min(1)
      .max(MAX_ROWS),
  }),
  files: { file: { contentType: "text/csv", maxBytes: 1_000_000, maxCount: 1 } } satisfies Uploads,
};
