import { breakLines, type TextLine } from "../text/lines.js";
import { type Glyph, type GlyphRun, needsActualText, shape } from "../text/shape.js";
import { EmbeddedFont } from "./embedded-font.js";
import { decimal, isDot, showGlyphs, spanOf } from "./glyph-operators.js";

export interface TextStyle {
  /** Points. */
  size: number;
  bold?: boolean;
  /** `#rrggbb`. */
  colour: string;
}

/** A line of text with the width that it takes, in points. */
export interface StyledLine {
  runs: TextLine["runs"];
  style: TextStyle;
  width: number;
}

/** Noto Sans is 1.07 high above its base line and 0.29 below; some leading keeps stacked letters apart. */
const LINE_HEIGHT = 1.4;
const BASELINE = 1.08;

/** Distance of two lines, in points. */
export const lineHeight = ({ size }: TextStyle): number => size * LINE_HEIGHT;

/** Breaks text into lines of at most some points. */
export function layoutText(text: string, style: TextStyle, maxWidth: number): StyledLine[] {
  const perUnit = style.size / 1000;
  const options = { bold: style.bold ?? false, maxWidth: maxWidth / perUnit };
  return breakLines(text, options, shape).map(({ runs, width }) => ({ runs, style, width: width * perUnit }));
}

/** The width of a text in one line, in points. */
export const textWidth = (text: string, style: TextStyle): number =>
  Math.max(0, ...layoutText(text, style, Number.MAX_SAFE_INTEGER).map(({ width }) => width));

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What sections draw with. Coordinates are points from the upper left corner of the page. */
export class Canvas {
  private readonly fonts = new Map<string, EmbeddedFont>();

  constructor(readonly document: PDFKit.PDFDocument) {}

  /** Draws a line whose upper edge is at `y`. */
  line({ runs, style }: StyledLine, x: number, y: number): void {
    if (runs.length === 0) return;
    const baseline = y + style.size * BASELINE;
    this.document.fillColor(style.colour);
    // The page's coordinates point down; the matrix turns the letters upright again.
    const operators = [`BT 1 0 0 -1 ${decimal(x)} ${decimal(baseline)} Tm`];
    for (const run of runs) operators.push(...this.operatorsOf(run, style.size));
    operators.push(...this.dotsOf(runs, style.size), "ET");
    this.document.addContent(operators.join("\n"));
  }

  /** One line that is known to fit; `align` says on which side of `x` it stands. */
  text(text: string, style: TextStyle, { x, y, align = "left" }: TextPlace): void {
    const [line] = layoutText(text, style, Number.MAX_SAFE_INTEGER);
    if (line) this.line(line, align === "left" ? x : x - line.width, y);
  }

  fill({ x, y, width, height }: Box, colour: string): void {
    this.document.rect(x, y, width, height).fill(colour);
  }

  /** An image in a box, as large as it fits, at the upper left corner. */
  image(bytes: Buffer, { x, y, width, height }: Box): void {
    this.document.image(bytes, x, y, { fit: [width, height] });
  }

  /** Many boxes of one colour, as one shape. */
  fillAll(boxes: readonly Box[], colour: string): void {
    for (const { x, y, width, height } of boxes) this.document.rect(x, y, width, height);
    this.document.fill(colour);
  }

  rule(x: number, y: number, width: number, colour: string): void {
    this.document
      .moveTo(x, y)
      .lineTo(x + width, y)
      .lineWidth(0.5)
      .stroke(colour);
  }

  /** A word across a box, through which everything below can be read. */
  watermark(text: string, { x, y, width, height }: Box): void {
    const style = { size: 96, bold: true, colour: "#000000" };
    const centre = { x: x + width / 2, y: y + height / 2 };
    const [line] = layoutText(text, style, Number.MAX_SAFE_INTEGER);
    if (!line) return;
    this.document
      .save()
      .rotate(-50, { origin: [centre.x, centre.y] })
      .fillOpacity(0.07);
    this.line(line, centre.x - line.width / 2, centre.y - lineHeight(style) / 2);
    this.document.restore();
  }

  /** Writes the fonts, after the last page. */
  end(): void {
    for (const font of this.fonts.values()) font.end();
  }

  private operatorsOf(run: GlyphRun, size: number): string[] {
    const options = { font: this.fontOf(run), size, isShown: (glyph: Glyph) => !isDot(run, glyph) };
    const operators = showGlyphs(run, options);
    return needsActualText(run) ? [spanOf(run.text), ...operators, "EMC"] : operators;
  }

  /**
   * The dots of Arabic letters are glyphs of their own, without characters. They follow the line in an empty span;
   * between the letters they would break words for readers.
   */
  private dotsOf(runs: readonly GlyphRun[], size: number): string[] {
    if (!runs.some((run) => run.glyphs.some((glyph) => isDot(run, glyph)))) return [];
    let back = runs.reduce((sum, { width }) => sum + width, 0);
    const operators = runs.flatMap((run) => {
      const options = { font: this.fontOf(run), size, back, isShown: (glyph: Glyph) => isDot(run, glyph) };
      back = 0;
      return showGlyphs(run, options);
    });
    return [spanOf(""), ...operators, "EMC"];
  }

  private fontOf({ face }: GlyphRun): EmbeddedFont {
    const known = this.fonts.get(face.key);
    const font = known ?? new EmbeddedFont(this.document, face, `T${this.fonts.size + 1}`);
    this.fonts.set(face.key, font);
    this.document.page.fonts[font.name] = font.reference;
    return font;
  }
}

export interface TextPlace {
  x: number;
  y: number;
  align?: "left" | "right";
}
