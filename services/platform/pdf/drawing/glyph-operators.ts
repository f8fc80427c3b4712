/** The operators of a PDF page that show glyphs. */
import { type Glyph, type GlyphRun, NOTHING } from "../text/shape.js";
import { type EmbeddedFont, utf16Hex } from "./embedded-font.js";

/** At most three decimals: a thousandth of a point is invisible. */
export const decimal = (value: number): string => String(Math.round(value * 1000) / 1000);

/** Readers take the text of a span from here, and not from its glyphs. */
export const spanOf = (text: string): string => `/Span << /ActualText <feff${utf16Hex(text)}> >> BDC`;

/** A glyph without characters: a part of an Arabic letter. */
export const isDot = ({ rtl }: GlyphRun, { text }: Glyph): boolean => rtl && text === NOTHING;

interface ShowOptions {
  font: EmbeddedFont;
  size: number;
  /** The others only take their space. */
  isShown: (glyph: Glyph) => boolean;
  /** How far to go back before the first glyph, in thousandths. */
  back?: number;
}

/** Shows glyphs at their positions: numbers in the array move the next glyph to the left by thousandths. */
export function showGlyphs({ glyphs }: GlyphRun, { font, size, isShown, back = 0 }: ShowOptions): string[] {
  const operators = [`/${font.name} ${decimal(size)} Tf`];
  let array: string[] = [];
  let rise = 0;
  let move = back;
  const flush = () => {
    if (array.length > 0) operators.push(`[${array.join(" ")}] TJ`);
    array = [];
  };
  const moveBy = (units: number) => {
    if (decimal(units) !== "0") array.push(decimal(units));
  };
  for (const glyph of glyphs) {
    if (!isShown(glyph)) {
      move -= glyph.advance;
      continue;
    }
    if (glyph.yOffset !== rise) {
      flush();
      operators.push(`${decimal((glyph.yOffset * size) / 1000)} Ts`);
      rise = glyph.yOffset;
    }
    moveBy(move - glyph.xOffset);
    array.push(`<${font.encode(glyph)}>`);
    move = Math.round(glyph.width) + glyph.xOffset - glyph.advance;
  }
  moveBy(move);
  flush();
  if (rise !== 0) operators.push("0 Ts");
  return operators;
}
