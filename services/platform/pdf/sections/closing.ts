import type { Paise } from "../../../../utils/money.js";
import { formatAmount } from "../../../calculations/amount-in-words.js";
import { type Canvas, layoutText, lineHeight, type TextStyle } from "../drawing/canvas.js";
import { body, bold, CONTENT, label, muted, type Theme } from "../drawing/theme.js";
import { type Block, drawText, type PlacedText } from "../layout/blocks.js";
import type { PrintedDocument, PrintedPayment } from "../pdf.types.js";
import { isCreditNote } from "./heading.js";
import { drawQrCode } from "./qr-code.js";
import { taxHeadsOf } from "./tax-columns.js";

const TOTALS = { x: CONTENT.x + 303, width: CONTENT.width - 303 } as const;
const LEFT = { x: CONTENT.x, width: 285 } as const;
const PADDING = 6;
const QR_SIZE = 92;

/** A part of a column of the block: its height, and how it is drawn. */
interface Part {
  height: number;
  draw: (canvas: Canvas, y: number) => void;
}

/** Totals, words and payment in one piece: they are never on different pages. */
export function closing(document: PrintedDocument, theme: Theme): Block {
  const columns = [
    [...words(document, theme), ...payment(document, theme)],
    [...totals(document, theme), ...settlement(document, theme)],
  ];
  const height = Math.max(...columns.map((parts) => parts.reduce((sum, part) => sum + part.height, 0)));
  return {
    height,
    gapBefore: 12,
    content: (canvas, top) => {
      for (const parts of columns) {
        let y = top;
        for (const part of parts) {
          part.draw(canvas, y);
          y += part.height;
        }
      }
    },
  };
}

const gap = (height: number): Part => ({ height, draw: () => undefined });

/** Lines of text below each other. */
const lines = (text: string, style: TextStyle, { x, width } = LEFT as { x: number; width: number }): Part[] =>
  layoutText(text, style, width).map((line) => ({
    height: lineHeight(style),
    draw: (canvas, y) => canvas.line(line, x, y),
  }));

function words({ invoice }: PrintedDocument, theme: Theme): Part[] {
  return [
    ...lines("AMOUNT IN WORDS", label(theme)),
    ...lines(invoice.amountInWords, { ...bold(theme), size: 9 }),
    gap(8),
  ];
}

interface Amount {
  name: string;
  value: string;
  style: TextStyle;
  /** Emphasised by a background. */
  fill?: string;
}

const rupees = (amount: Paise): string =>
  amount < 0 ? `-₹${formatAmount(amount).slice(1)}` : `₹${formatAmount(amount)}`;

/** A name on the left and an amount on the right. */
function amountRow({ name, value, style, fill }: Amount): Part {
  const height = lineHeight(style) + (fill ? 2 * PADDING : 3);
  const [nameLine] = layoutText(name, style, TOTALS.width);
  const [valueLine] = layoutText(value, style, TOTALS.width);
  const texts: PlacedText[] = [
    ...(nameLine ? [{ line: nameLine, x: TOTALS.x + PADDING }] : []),
    ...(valueLine
      ? [{ line: valueLine, x: TOTALS.x + TOTALS.width - PADDING, align: "right" as const }]
      : []),
  ];
  return {
    height,
    draw: (canvas, y) => {
      if (fill) canvas.fill({ ...TOTALS, y, height }, fill);
      for (const text of texts) drawText(canvas, text, y + (fill ? PADDING : 1.5));
    },
  };
}

function totals({ invoice }: PrintedDocument, theme: Theme): Part[] {
  const heads = taxHeadsOf(invoice);
  const { taxableValue, roundOff, grandTotal } = invoice.totals;
  const grand = isCreditNote(invoice) ? "Total credit" : "Grand total";
  const plain = (name: string, value: Paise): Part =>
    amountRow({ name, value: rupees(value), style: body(theme) });
  return [
    plain(heads.length > 0 ? "Taxable value" : "Value of supply", taxableValue),
    ...heads.map(({ name, amountOf }) => plain(name, amountOf(invoice.totals))),
    ...(roundOff === 0 ? [] : [plain("Round off", roundOff)]),
    gap(3),
    amountRow({
      ...{ name: grand, value: rupees(grandTotal), fill: theme.primary },
      style: { ...bold(theme), size: 11, colour: theme.onPrimary },
    }),
    gap(3),
  ];
}

/** How the total was or will be paid. */
function settlement({ payment: paid }: PrintedDocument, theme: Theme): Part[] {
  if (!paid) return [];
  const used: (readonly [string, Paise])[] = [
    ["Store credit used", paid.creditUsed],
    ["Loyalty points used", paid.pointsUsed],
  ];
  const row = (name: string, value: Paise): Part =>
    amountRow({ name, value: rupees(value), style: body(theme) });
  return [
    ...used.filter(([, amount]) => amount > 0).map(([name, amount]) => row(name, amount)),
    row("Amount paid", paid.amountPaid),
    amountRow({ name: "Balance due", value: rupees(paid.balanceDue), style: bold(theme) }),
  ];
}

const STATUS_TEXT: Record<PrintedPayment["status"], string> = {
  paid: "Paid",
  unpaid: "Unpaid",
  settled: "Nothing due",
};

function payment({ payment: paid, invoice }: PrintedDocument, theme: Theme): Part[] {
  if (!paid) return [];
  const facts = [
    `Method: ${paid.method}`,
    `Status: ${STATUS_TEXT[paid.status]}`,
    ...(paid.reference ? [`Reference: ${paid.reference}`] : []),
  ];
  return [
    ...lines("PAYMENT", label(theme)),
    ...facts.flatMap((fact) => lines(fact, body(theme))),
    ...(paid.upiLink ? [gap(6), upiPart(paid.upiLink, paid.balanceDue, invoice.supplier.upiVpa, theme)] : []),
  ];
}

function upiPart(link: string, balance: Paise, vpa: string | null, theme: Theme): Part {
  const beside = { x: LEFT.x + QR_SIZE + 10, width: LEFT.width - QR_SIZE - 10 };
  const parts = [
    ...lines("Scan to pay by UPI", bold(theme), beside),
    ...lines(rupees(balance), { ...bold(theme), size: 11, colour: theme.accent }, beside),
    ...lines(`UPI ID: ${vpa ?? ""}`, body(theme), beside),
    ...lines("Any UPI app. Please pay only once.", muted(theme), beside),
  ];
  return {
    height: Math.max(QR_SIZE, ...[parts.reduce((sum, { height }) => sum + height, 0)]),
    draw: (canvas, top) => {
      drawQrCode(canvas, link, { x: LEFT.x, y: top, width: QR_SIZE, height: QR_SIZE });
      let y = top + 12;
      for (const part of parts) {
        part.draw(canvas, y);
        y += part.height;
      }
    },
  };
}
