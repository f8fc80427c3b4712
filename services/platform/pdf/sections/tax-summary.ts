import { addPaise, type Paise } from "../../../../utils/money.js";
import { formatAmount } from "../../../calculations/amount-in-words.js";
import { CONTENT, label, type Theme } from "../drawing/theme.js";
import { type Block, textBlocks } from "../layout/blocks.js";
import type { TableColumn } from "../layout/columns.js";
import { tableBlocks } from "../layout/table.js";
import type { PrintedDocument } from "../pdf.types.js";
import { formatRate, taxCell, taxHeadsOf } from "./tax-columns.js";

const right = (header: string): TableColumn => ({ header, align: "right" });

/** Tax by HSN code and rate; nothing on a bill of supply. */
export function taxSummary({ invoice, template }: PrintedDocument, theme: Theme): Block[] {
  const heads = taxHeadsOf(invoice);
  if (heads.length === 0) return [];
  const columns: TableColumn[] = [
    { header: "HSN/SAC", align: "left" },
    ...[right("Qty"), right("GST rate"), right("Taxable value (₹)")],
    ...heads.map(({ name }) => right(`${name} (₹)`)),
    right("Total tax (₹)"),
  ];
  const rows = invoice.taxSummary.map((row) => [
    { text: row.hsnCode ?? "–" },
    { text: row.quantity === 0 ? "–" : `${row.quantity} ${row.uqc}` },
    { text: formatRate(row.rateBps) },
    { text: formatAmount(row.taxableValue) },
    // With columns, each line already shows the rate of each head.
    ...heads.map((head) => ({
      ...taxCell(head, row),
      ...(template.taxDisplay === "columns" && { note: "" }),
    })),
    { text: formatAmount(totalTax(row)) },
  ]);
  const [heading] = textBlocks("TAX SUMMARY", label(theme), CONTENT);
  const table = tableBlocks({ columns, rows, theme, x: CONTENT.x, width: CONTENT.width, isSecondary: true });
  return heading ? [{ ...heading, gapBefore: 12, keepWithNext: true }, ...table] : table;
}

const totalTax = (row: Record<"cgst" | "sgst" | "utgst" | "igst", Paise>): Paise =>
  addPaise(row.cgst, row.sgst, row.utgst, row.igst);
