import { Readable } from "node:stream";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";

/** A text that begins like this is a formula to a spreadsheet, unless it is a number. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^-?\d+(\.\d+)?$/;
/** Some programs end a text there. */
const NUL = /\0/g;

/** In some countries spreadsheets split lines at a semicolon; some programs end a line at these separators. */
const LINE_OR_CELL = /[;\u0085\u2028\u2029]/;

const toCell = (cell: string | number): string => {
  const text = String(cell).replace(NUL, "");
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
};

/** A time of a cell, empty where there is none. */
export const timeCell = (time: Date | null): string => time?.toISOString() ?? "";

type Row = readonly (string | number)[];

const toText = (rows: readonly Row[], bom = false): string =>
  stringify(
    rows.map((row) => row.map(toCell)),
    { bom, record_delimiter: "windows", quote_record_delimiter: true, quoted_match: LINE_OR_CELL },
  );

/**
 * A small table as CSV (RFC 4180: lines end with CRLF), with the byte-order mark by which spreadsheets recognise UTF-8.
 * The first row has the names of the columns. What would be a formula gets an apostrophe in front. Cells with a
 * semicolon or a line separator are quoted.
 */
export const toCsv = (rows: readonly Row[]): string => toText(rows, true);

const ROWS_PER_CHUNK = 200;

async function* toChunks(rows: AsyncIterable<Row>): AsyncGenerator<string> {
  let chunk: Row[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < ROWS_PER_CHUNK) continue;
    yield toText(chunk);
    chunk = [];
  }
  if (chunk.length > 0) yield toText(chunk);
}

/**
 * A table of any length as CSV, in the form of `toCsv`. It reads rows only as fast as they are sent, so it holds a few
 * hundred of them at most; when it is destroyed it ends the iteration.
 */
export async function toCsvStream(columns: Row, rows: AsyncIterable<Row>): Promise<Readable> {
  const iterator = rows[Symbol.asyncIterator]();
  // Before the first byte: when the source fails at once, the answer can still be an error.
  const first = await iterator.next();
  async function* allRows(): AsyncGenerator<Row> {
    try {
      for (let next = first; !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  async function* all(): AsyncGenerator<string> {
    yield toCsv([columns]);
    yield* toChunks(allRows());
  }
  return Readable.from(all(), { objectMode: false });
}

/** What `toCell` puts an apostrophe in front of. */
const NEUTRALISED = /^'[=+\-@\t\r\n＝＋－＠]/;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The cells of a CSV file in UTF-8, with or without a byte-order mark; a file of ours reads back as it was written. Lines
 * without a cell are left out. Where spreadsheets save with semicolons, the first line shows it.
 * @throws Error for a file that is not CSV in UTF-8
 */
export function fromCsv(bytes: Uint8Array): string[][] {
  const text = decoder.decode(bytes);
  if (text.includes("\0")) throw new Error("not a text");
  const [head = ""] = text.split(/[\r\n]/, 1);
  const delimiter = head.includes(";") && !head.includes(",") ? ";" : ",";
  const rows: string[][] = parse(text, { delimiter, relax_column_count: true, skip_empty_lines: true });
  return rows.map((row) => row.map((cell) => (NEUTRALISED.test(cell) ? cell.slice(1) : cell)));
}
