import { stateByCode } from "../../../../utils/gst/states.js";
import { type Canvas, layoutText, lineHeight, type StyledLine } from "../drawing/canvas.js";
import { body, bold, CONTENT, muted, SIZES, type Theme } from "../drawing/theme.js";
import { type Block, besides, type Row, rowBlocks, rowsOf, space, textBlocks } from "../layout/blocks.js";
import type { PrintedDocument } from "../pdf.types.js";

type Invoice = PrintedDocument["invoice"];

const LEFT = { x: CONTENT.x, width: 290 } as const;
const RIGHT = { x: CONTENT.x + 310, width: CONTENT.width - 310 } as const;
const LABEL_WIDTH = 82;
const LOGO = { width: 150, height: 46 } as const;
/** Without a logo: two lines of title or name. */
const NAME_HEIGHT = 34;

/** India has no daylight saving: always 5 h 30 min ahead of UTC. */
const INDIA_MS = 19_800_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day in Indian time: `20 Nov 2026`. */
export function formatDay(at: Date): string {
  const local = new Date(at.getTime() + INDIA_MS);
  const day = String(local.getUTCDate()).padStart(2, "0");
  return `${day} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
}

export const isCreditNote = ({ type }: Invoice): boolean => type === "credit_note";

const stateLine = (code: string): string => {
  const state = stateByCode(code);
  return state ? `${code}-${state.name}` : code;
};

/** Logo or name, the title of the document, and what identifies it. */
export function heading(document: PrintedDocument, theme: Theme): Block[] {
  const { template } = document;
  const height = lineHeight(body(theme));
  return [
    masthead(document, theme),
    ...rowBlocks(besides([supplierRows(document, theme), factRows(document, theme)]), height),
    ...(template.header ? [space(4), ...textBlocks(template.header, muted(theme), CONTENT)] : []),
  ];
}

function masthead({ invoice, template }: PrintedDocument, theme: Theme): Block {
  const { logo } = template;
  const title = titleLine(invoice.documentTitle, theme);
  const copy = { size: SIZES.small, bold: true, colour: theme.muted };
  return space((logo ? LOGO.height : NAME_HEIGHT) + 10, (canvas, y) => {
    if (logo) canvas.image(Buffer.from(logo.bytes), { x: LEFT.x, y, ...LOGO });
    else drawName(canvas, invoice.supplier.name, theme, y);
    if (title) canvas.line(title, CONTENT.x + CONTENT.width - title.width, y);
    canvas.text("ORIGINAL FOR RECIPIENT", copy, {
      ...{
        x: CONTENT.x + CONTENT.width,
        y: y + lineHeight({ size: SIZES.title, colour: "" }),
        align: "right",
      },
    });
  });
}

/** On one line, as large as it fits: "Invoice-cum-Bill of Supply" is longer than the others, and the law wants all of it. */
function titleLine(title: string, theme: Theme): StyledLine | undefined {
  const sizes = [SIZES.title, SIZES.name, SIZES.name - 2];
  const lines = sizes.map((size) =>
    layoutText(title, { size, bold: true, colour: theme.accent }, RIGHT.width),
  );
  return (lines.find(({ length }) => length === 1) ?? lines.at(-1))?.[0];
}

/** The name in place of a logo: in one or two lines. */
const nameLines = (name: string, theme: Theme): StyledLine[] =>
  layoutText(name, { size: SIZES.name, bold: true, colour: theme.accent }, LEFT.width);

function drawName(canvas: Canvas, name: string, theme: Theme, top: number): void {
  for (const [index, line] of nameLines(name, theme).slice(0, 2).entries()) {
    canvas.line(line, LEFT.x, top + index * lineHeight(line.style));
  }
}

function supplierRows({ invoice: { supplier }, template }: PrintedDocument, theme: Theme): Row[] {
  const isNamed = template.logo === null && nameLines(supplier.name, theme).length <= 2;
  return [
    ...(isNamed ? [] : rowsOf(supplier.name, bold(theme), LEFT)),
    ...rowsOf(supplier.address, body(theme), LEFT),
    ...rowsOf(`GSTIN: ${supplier.gstin}`, bold(theme), LEFT),
    ...rowsOf(`State: ${stateLine(supplier.stateCode)}`, body(theme), LEFT),
  ];
}

function factRows(document: PrintedDocument, theme: Theme): Row[] {
  return factsOf(document).flatMap(([name, value]) => {
    const values = rowsOf(value, bold(theme), {
      x: RIGHT.x + LABEL_WIDTH,
      width: RIGHT.width - LABEL_WIDTH,
    });
    return besides([rowsOf(name, muted(theme), { ...RIGHT, width: LABEL_WIDTH }), values]);
  });
}

function numberLabel(invoice: Invoice): string {
  if (isCreditNote(invoice)) return "Credit note no.";
  return invoice.documentTitle.includes("Invoice") ? "Invoice no." : "Bill no.";
}

function factsOf({ invoice, originalIssuedAt }: PrintedDocument): (readonly [string, string])[] {
  const { placeOfSupply, originalInvoiceNumber, refundNumber } = invoice;
  return [
    [numberLabel(invoice), invoice.invoiceNumber],
    ["Date", formatDay(invoice.issuedAt)],
    ["Order no.", invoice.orderNumber],
    ...(originalInvoiceNumber ? [["Original invoice", originalInvoiceNumber] as const] : []),
    ...(originalIssuedAt ? [["Invoice date", formatDay(originalIssuedAt)] as const] : []),
    ...(refundNumber ? [["Refund no.", refundNumber] as const] : []),
    ["Place of supply", `${placeOfSupply.code}-${placeOfSupply.name}`],
    ["Reverse charge", "No"],
  ];
}

/** Credit notes: why, and what it means for the buyer's tax. */
export function creditReason({ invoice }: PrintedDocument, theme: Theme): Block[] {
  if (!isCreditNote(invoice)) return [];
  const reason = invoice.reason ? textBlocks(`Reason: ${invoice.reason}`, body(theme), CONTENT) : [];
  const effect = invoice.hasGstEffect
    ? []
    : textBlocks(
        "Commercial credit note: issued after the last date for adjusting tax, so it does not reduce the GST of the original invoice.",
        bold(theme),
        CONTENT,
      );
  return [...(reason.length + effect.length > 0 ? [space(6)] : []), ...reason, ...effect];
}
