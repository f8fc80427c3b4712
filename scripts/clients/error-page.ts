import { errorTable } from "../../config/openapi/error-table.js";

const BEGIN = "<!-- The table is written by `npm run client` from utils/error-codes.ts. -->\n";
const END = "\n<!-- The end of the table. -->";

/** The page with the current table between its marks. @throws Error for a page without them */
export function withErrorTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) throw new Error("the page has no place for the table");
  return `${before}${BEGIN}${errorTable()}${END}${after}`;
}
