import { formatAmount } from "../../../calculations/amount-in-words.js";
import { CONTENT, type Theme } from "../drawing/theme.js";
import type { Block } from "../layout/blocks.js";
import type { Cell, TableColumn } from "../layout/columns.js";
import { tableBlocks } from "../layout/table.js";
import type { PrintedDocument } from "../pdf.types.js";
import { formatRate, taxCell, taxHeadsOf } from "./tax-columns.js";

type Line = PrintedDocument["invoice"]["lines"][number];

interface LineColumn extends TableColumn {
  cell: (line: Line, index: number) => Cell;
}

const right = (header: string, text: (line: Line) => string): LineColumn => ({
  header,
  align: "right",
  cell: (line) => ({ text: text(line) }),
});

/** Charges of a service have no quantity. */
const quantityOf = ({ quantity, uqc }: Line): string => (quantity === 0 ? "–" : `${quantity} ${uqc}`);

const FREE = "Free";

function columnsOf({ invoice, template }: PrintedDocument): LineColumn[] {
  const heads = taxHeadsOf(invoice);
  const price = invoice.pricesIncludeTax && heads.length > 0 ? "Price incl. GST (₹)" : "Rate (₹)";
  const columns: LineColumn[] = [
    { header: "#", align: "left", cell: (_line, index) => ({ text: String(index + 1) }) },
    {
      header: "Description",
      align: "left",
      isFlexible: true,
      cell: ({ description, isFreeGift }) => ({ text: description, note: isFreeGift ? "Free gift" : "" }),
    },
    { header: "HSN/SAC", align: "left", cell: ({ hsnCode }) => ({ text: hsnCode ?? "–" }) },
    right("Qty", quantityOf),
    right(price, ({ unitPrice, isFreeGift }) => (isFreeGift ? FREE : formatAmount(unitPrice))),
    right("Discount (₹)", ({ discount }) => (discount === 0 ? "–" : formatAmount(discount))),
  ];
  if (heads.length === 0) return [...columns, right("Value (₹)", ({ total }) => formatAmount(total))];
  if (template.taxDisplay === "summary") {
    const rate = right("GST", ({ rateBps }) => formatRate(rateBps));
    return [...columns, rate, right("Total (₹)", ({ total }) => formatAmount(total))];
  }
  return [
    ...columns,
    right("Taxable value (₹)", ({ taxableValue }) => formatAmount(taxableValue)),
    ...heads.map<LineColumn>((head) => ({
      header: `${head.name} (₹)`,
      align: "right",
      cell: (line) => taxCell(head, line),
    })),
    right("Total (₹)", ({ total }) => formatAmount(total)),
  ];
}

/** What was sold or credited, charges included. */
export function linesTable(document: PrintedDocument, theme: Theme): Block[] {
  const columns = columnsOf(document);
  const rows = document.invoice.lines.map((line, index) => columns.map(({ cell }) => cell(line, index)));
  return tableBlocks({ columns, rows, theme, x: CONTENT.x, width: CONTENT.width });
}
