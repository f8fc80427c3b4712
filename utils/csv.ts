import { stringify } from "csv-stringify/sync";

/** A text that begins like this is a formula to a spreadsheet, unless it is a number. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^-?\d+(\.\d+)?$/;
/** Some programs end a text there. */
const NUL = /\0/g;

const toCell = (cell: string | number): string => {
  const text = String(cell).replace(NUL, "");
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
};

const FORMAT = { record_delimiter: "windows", quote_record_delimiter: true, quoted_match: ";" } as const;

/**
 * A small table as CSV (RFC 4180: lines end with CRLF), with the byte-order mark by which spreadsheets recognise UTF-8.
 * The first row has the names of the columns. What would be a formula gets an apostrophe in front. A semicolon is quoted,
 * because in some countries spreadsheets split lines at it.
 */
export const toCsv = (rows: readonly (readonly (string | number)[])[]): string =>
  stringify(
    rows.map((row) => row.map(toCell)),
    { ...FORMAT, bom: true },
  );

/** One more row of a table that is too large for `toCsv`: its header is the table without any. */
export const toCsvRow = (row: readonly (string | number)[]): string => stringify([row.map(toCell)], FORMAT);
