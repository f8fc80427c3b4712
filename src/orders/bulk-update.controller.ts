import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { ValidationError } from "../../utils/errors.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { type BulkRow, readRows } from "./bulk-update.rows.service.js";
import * as bulkUpdateService from "./bulk-update.service.js";
import type * as schemas from "./bulk-update.validation.js";
import { toBulkOutcomeView } from "./bulk-update.view.js";

type BulkInput = AdminInput<typeof schemas.bulkUpdateSchema>;

export async function bulkUpdate(input: BulkInput, res: Response): Promise<void> {
  const outcome = await bulkUpdateService.updateOrders(rowsOf(input), input.principal);
  sendResponse(res, HTTP_STATUS.OK, "The orders are updated", toBulkOutcomeView(outcome));
}

/** @throws ValidationError unless there are rows, or one file */
function rowsOf({ body, files }: BulkInput): BulkRow[] {
  const [file] = files.file;
  if (file && !body.rows) return readRows(file.bytes);
  if (body.rows && !file) return body.rows;
  throw new ValidationError([
    { in: "body", path: "rows", message: 'Send "rows", or a form with a CSV "file"' },
  ]);
}
