import { stringify } from "csv-stringify/sync";

/** A text that begins like this is a formula to a spreadsheet, unless it is a number. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

const toCell = (cell: string | number): string => {
  const text = String(cell);
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
};

/**
 * A small table as CSV (RFC 4180: lines end with CRLF). The first row has the names of the columns. What would be a
 * formula gets an apostrophe in front, which spreadsheets do not show.
 */
export const toCsv = (rows: readonly (readonly (string | number)[])[]): string =>
  stringify(
    rows.map((row) => row.map(toCell)),
    { record_delimiter: "windows", quote_record_delimiter: true },
  );
