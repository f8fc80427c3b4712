import Joi from "joi";
import { ORDER_STATUSES, type OrderStatus } from "../../utils/constants.js";
import { fromCsv } from "../../utils/csv.js";
import { ValidationError } from "../../utils/errors.js";
import { orderNumber } from "../../utils/request-schemas.js";
import { staffNote } from "../../utils/text-schemas.js";

/** A row as it was sent, which may be anything. */
export interface BulkRow {
  orderNumber?: unknown;
  status?: unknown;
  note?: unknown;
}

export const MAX_ROWS = 5_000;

const invalidFile = (message: string) => new ValidationError([{ in: "body", path: "file", message }]);

/**
 * The rows of a CSV file with the columns `orderNumber`, `status` and, optionally, `note`. Other columns are ignored, and
 * names are compared without blanks and capitals, so that an export of orders can be edited and sent back.
 * @throws ValidationError for a file that is not CSV, lacks a column or has too many rows
 */
export function readRows(bytes: Uint8Array): BulkRow[] {
  const [head = [], ...rows] = readTable(bytes);
  const names = head.map((name) => name.toLowerCase().replace(/[^a-z]/g, ""));
  const at = { orderNumber: names.indexOf("ordernumber"), status: names.indexOf("status") };
  const note = names.indexOf("note");
  if (at.orderNumber < 0 || at.status < 0)
    throw invalidFile("The first line must name the columns orderNumber and status");
  if (rows.length > MAX_ROWS) throw invalidFile(`A file has at most ${MAX_ROWS} rows`);
  return rows.map((row) => ({
    orderNumber: row[at.orderNumber] ?? "",
    status: row[at.status] ?? "",
    note: row[note] ?? null,
  }));
}

function readTable(bytes: Uint8Array): string[][] {
  try {
    return fromCsv(bytes);
  } catch {
    throw invalidFile("The file is not CSV in UTF-8");
  }
}

/** A row that can be judged. */
export interface StatusRow {
  orderNumber: string;
  status: OrderStatus;
  note: string | null;
}

const schema = Joi.object<StatusRow, true>({
  orderNumber: orderNumber().required(),
  status: Joi.string()
    .valid(...ORDER_STATUSES)
    .required(),
  note: staffNote().allow(null).empty("").default(null),
}).prefs({ convert: false, messages: { "string.pattern.name": "{{#label}} must be {{#name}}" } });

const trimmed = (cell: unknown): unknown => (typeof cell === "string" ? cell.trim() : cell);

/** The row as it is stored, or what is wrong with it. Unknown fields are, as in every body: they would change nothing. */
export function checkRow(row: BulkRow): StatusRow | { problem: string } {
  const status = trimmed(row.status);
  const { value, error } = schema.validate({
    ...row,
    orderNumber: trimmed(row.orderNumber),
    status: typeof status === "string" ? status.toLowerCase() : status,
    note: trimmed(row.note) ?? null,
  });
  return error ? { problem: error.message } : value;
}
