import * as harfbuzz from "harfbuzzjs";
import { covers, type FontFace, getFace } from "./fonts.js";
import { type Family, itemise } from "./itemise.js";

/** A shape of a font at its place. Lengths are thousandths of the font size. */
export interface Glyph {
  /** Its number in the font. */
  id: number;
  /** Width in the font, without kerning. */
  width: number;
  advance: number;
  xOffset: number;
  yOffset: number;
  /** The characters that a reader copies for it; see `textsOfGlyphs`. */
  text: string;
}

/** Text that one font draws in one direction. */
export interface GlyphRun {
  face: FontFace;
  /** From left to right, also of text that is read from right to left. */
  glyphs: readonly Glyph[];
  /** In the order of reading. */
  text: string;
  rtl: boolean;
  /** Thousandths of the font size. */
  width: number;
}

export interface ShapeOptions {
  bold: boolean;
  rtl: boolean;
  /** The family of characters that belong to no script. */
  preferred?: Family;
}

/** The same words occur in every invoice: numbers, headings, names of states. Emptied when full. */
const CACHE_SIZE = 20_000;
const cache = new Map<string, GlyphRun[]>();
const buffer = new harfbuzz.Buffer();

/** The glyphs of a text of one direction, run by run in the order of reading. */
export function shape(text: string, { bold, rtl, preferred }: ShapeOptions): readonly GlyphRun[] {
  const key = `${bold ? "b" : "r"}${rtl ? "<" : ">"}${preferred ?? ""}:${text}`;
  const known = cache.get(key);
  if (known) return known;
  const runs = itemise(text, covers, preferred).map((run) =>
    shapeRun(getFace(run.family, bold), run.text, rtl),
  );
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(key, runs);
  return runs;
}

function shapeRun(face: FontFace, text: string, rtl: boolean): GlyphRun {
  buffer.reset();
  buffer.addText(text);
  buffer.guessSegmentProperties();
  buffer.setDirection(rtl ? harfbuzz.Direction.RTL : harfbuzz.Direction.LTR);
  harfbuzz.shape(face.font, buffer);
  const infos = buffer.getGlyphInfos();
  const positions = buffer.getGlyphPositions();
  const widths = infos.map(({ codepoint }) => face.font.glyphHAdvance(codepoint) * face.scale);
  const texts = textsOfGlyphs(
    text,
    infos.map(({ cluster }, index) => ({ cluster, width: widths[index] ?? 0 })),
  );
  const glyphs = infos.map(({ codepoint: id }, index) => {
    const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[index] ?? {};
    return {
      id,
      width: widths[index] ?? 0,
      advance: xAdvance * face.scale,
      xOffset: xOffset * face.scale,
      yOffset: yOffset * face.scale,
      text: texts[index] ?? "",
    };
  });
  return { face, glyphs, text, rtl, width: glyphs.reduce((sum, { advance }) => sum + advance, 0) };
}

/** What a glyph without characters is mapped to: readers skip it, where they would invent something for no mapping. */
export const NOTHING = "\u200B";

/**
 * The characters of each glyph. A cluster is what the font shapes together; its glyphs get its characters one by one
 * from left to right, so that together they read as the text. Where glyphs are left over, the widest get characters:
 * the others are dots and marks.
 */
export function textsOfGlyphs(text: string, glyphs: readonly { cluster: number; width: number }[]): string[] {
  const texts = glyphs.map(() => NOTHING);
  const starts = [...new Set(glyphs.map(({ cluster }) => cluster))].sort((a, b) => a - b);
  for (const [index, start] of starts.entries()) {
    const characters = Array.from(text.slice(start, starts[index + 1]));
    const members = [...glyphs.keys()].filter((member) => glyphs[member]?.cluster === start);
    const widest = [...members]
      .sort((a, b) => (glyphs[b]?.width ?? 0) - (glyphs[a]?.width ?? 0) || a - b)
      .slice(0, characters.length);
    const receivers = members.filter((member) => widest.includes(member));
    for (const [position, member] of receivers.entries()) {
      const isLast = position === receivers.length - 1;
      texts[member] = characters.slice(position, isLast ? undefined : position + 1).join("");
    }
  }
  return texts;
}

/** Whether a reader of the glyphs may not find the text: they are reordered, or stand for several characters or none. */
export const needsActualText = ({ glyphs, rtl }: GlyphRun): boolean =>
  !rtl && glyphs.some(({ text }) => text === NOTHING || Array.from(text).length > 1);
