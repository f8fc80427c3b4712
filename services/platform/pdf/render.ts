import PDFDocument from "pdfkit";
import { Canvas } from "./drawing/canvas.js";
import { type Theme, toTheme } from "./drawing/theme.js";
import type { Block, Draw } from "./layout/blocks.js";
import { space } from "./layout/blocks.js";
import { type Placed, paginate } from "./layout/paginate.js";
import type { PrintedDocument } from "./pdf.types.js";
import { closing } from "./sections/closing.js";
import { creditReason, heading } from "./sections/heading.js";
import { linesTable } from "./sections/lines-table.js";
import { farewell, terms } from "./sections/notes.js";
import { PageFrame } from "./sections/page-frame.js";
import { parties } from "./sections/parties.js";
import { taxSummary } from "./sections/tax-summary.js";

/**
 * Renders a document as PDF. The same input gives the same bytes: nothing depends on the time, on chance or on the
 * machine.
 */
export async function renderDocument(document: PrintedDocument): Promise<Buffer> {
  const theme = toTheme(document.template.colours);
  const frame = new PageFrame(document, theme);
  const pages = layOut(document, theme, frame);
  const pdf = createPdf(document);
  const bytes = collect(pdf);
  const canvas = new Canvas(pdf);
  for (const [index, blocks] of pages.entries()) {
    pdf.addPage();
    frame.draw(canvas, { page: index + 1, of: pages.length });
    for (const { content, y } of blocks) content(canvas, y);
    frame.drawWatermark(canvas);
  }
  canvas.end();
  pdf.end();
  return bytes;
}

/**
 * The blocks of each page. Terms stand below the totals when they end on the same page; longer ones come before, so
 * that the last page always has the totals.
 */
function layOut(document: PrintedDocument, theme: Theme, frame: PageFrame): Placed<Draw>[][] {
  const body = [
    ...heading(document, theme),
    ...parties(document, theme),
    ...creditReason(document, theme),
    space(12),
    ...linesTable(document, theme),
    ...taxSummary(document, theme),
  ];
  const totals = { ...closing(document, theme), keepWithNext: true };
  const [conditions, end] = [terms(document, theme), farewell(document, theme)];
  const last = end.map((block, index) => ({ ...block, keepWithNext: index < end.length - 1 }));
  const usual = paginate<Draw>([...body, totals, ...kept(conditions), ...last], frame.space);
  if (usual.at(-1)?.some(({ content }) => content === totals.content)) return usual;
  return paginate<Draw>([...body, ...conditions, totals, ...last], frame.space);
}

const kept = (blocks: readonly Block[]): Block[] => blocks.map((block) => ({ ...block, keepWithNext: true }));

function createPdf({ invoice }: PrintedDocument): PDFKit.PDFDocument {
  return new PDFDocument({
    size: "A4",
    margin: 0,
    autoFirstPage: false,
    // pdfkit would load Helvetica.
    font: "",
    lang: "en-IN",
    displayTitle: true,
    pdfVersion: "1.7",
    info: {
      Title: `${invoice.documentTitle} ${invoice.invoiceNumber}`,
      Author: invoice.supplier.name,
      // The file's id is derived from these values.
      CreationDate: invoice.issuedAt,
      ModDate: invoice.issuedAt,
    },
  });
}

function collect(pdf: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
    pdf.on("end", () => resolve(Buffer.concat(chunks)));
    pdf.on("error", reject);
  });
}
