import { CONTENT, label, muted, SIZES, type Theme } from "../drawing/theme.js";
import { type Block, textBlocks } from "../layout/blocks.js";
import type { PrintedDocument } from "../pdf.types.js";
import { isCreditNote } from "./heading.js";

/** The seller's terms. A page may end between any two lines. */
export function terms({ template }: PrintedDocument, theme: Theme): Block[] {
  const [first, ...rest] = textBlocks(template.terms ?? "", { ...muted(theme), size: SIZES.small }, CONTENT);
  const [heading] = textBlocks("TERMS AND CONDITIONS", label(theme), CONTENT);
  if (!first || !heading) return [];
  return [{ ...heading, gapBefore: 14, keepWithNext: true }, first, ...rest];
}

/** The last lines of the document. */
export function farewell({ invoice }: PrintedDocument, theme: Theme): Block[] {
  const { supportEmail, supportPhone } = invoice.supplier;
  const contacts = [supportEmail, supportPhone].filter((contact) => contact !== null && contact !== "");
  const name = isCreditNote(invoice) ? "credit note" : "invoice";
  const texts = [
    ...(contacts.length > 0 ? [`Questions? Write or call: ${contacts.join(" · ")}`] : []),
    `This is a computer generated ${name} and needs no signature.`,
  ];
  return texts
    .flatMap((text) => textBlocks(text, { ...muted(theme), size: SIZES.small }, CONTENT))
    .map((block, index) => ({ ...block, gapBefore: index === 0 ? 12 : 0 }));
}
