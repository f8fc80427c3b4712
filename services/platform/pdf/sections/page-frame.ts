import { type Canvas, layoutText, lineHeight, type StyledLine } from "../drawing/canvas.js";
import { CONTENT, muted, PAGE, SIZES, type Theme } from "../drawing/theme.js";
import type { PageSpace } from "../layout/paginate.js";
import type { PrintedDocument } from "../pdf.types.js";

const BAND_HEIGHT = 6;
const RUNNING_HEAD = 20;
/** A longer footer text is cut: it stands on every page. */
const MAX_FOOTER_LINES = 4;

export interface PageNumber {
  page: number;
  of: number;
}

/** What stands on every page around its contents. */
export class PageFrame {
  private readonly footer: StyledLine[];
  private readonly small;

  constructor(
    private readonly document: PrintedDocument,
    private readonly theme: Theme,
  ) {
    this.small = { ...muted(theme), size: SIZES.small };
    const text = document.template.footer ?? "";
    this.footer = layoutText(text, this.small, CONTENT.width - 80).slice(0, MAX_FOOTER_LINES);
  }

  get space(): PageSpace {
    return {
      firstTop: CONTENT.y,
      top: CONTENT.y + RUNNING_HEAD,
      bottom: CONTENT.y + CONTENT.height - this.footerHeight,
    };
  }

  draw(canvas: Canvas, number: PageNumber): void {
    canvas.fill({ x: 0, y: 0, width: PAGE.width, height: BAND_HEIGHT }, this.theme.primary);
    if (number.page > 1) this.drawRunningHead(canvas);
    this.drawFooter(canvas, number);
  }

  /** Over everything else, because panels would cover it. */
  drawWatermark(canvas: Canvas): void {
    const { watermark } = this.document;
    if (watermark) canvas.watermark(watermark, { ...PAGE, x: 0, y: 0 });
  }

  private get footerHeight(): number {
    return Math.max(1, this.footer.length) * lineHeight(this.small) + 8;
  }

  /** On the pages after the first: whose document, and which. */
  private drawRunningHead(canvas: Canvas): void {
    const { supplier, documentTitle, invoiceNumber } = this.document.invoice;
    const [name] = layoutText(supplier.name, this.small, CONTENT.width / 2);
    if (name) canvas.line(name, CONTENT.x, CONTENT.y - 6);
    const right = { x: CONTENT.x + CONTENT.width, y: CONTENT.y - 6, align: "right" } as const;
    canvas.text(`${documentTitle} ${invoiceNumber}`, this.small, right);
    canvas.rule(CONTENT.x, CONTENT.y + 6, CONTENT.width, this.theme.line);
  }

  private drawFooter(canvas: Canvas, { page, of }: PageNumber): void {
    const top = CONTENT.y + CONTENT.height - this.footerHeight + 8;
    canvas.rule(CONTENT.x, top - 4, CONTENT.width, this.theme.line);
    for (const [index, line] of this.footer.entries()) {
      canvas.line(line, CONTENT.x, top + index * lineHeight(this.small));
    }
    const place = { x: CONTENT.x + CONTENT.width, y: top, align: "right" } as const;
    canvas.text(`Page ${page} of ${of}`, this.small, place);
  }
}
