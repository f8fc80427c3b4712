import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as harfbuzz from "harfbuzzjs";
import type { Coverage, Family } from "./itemise.js";

/**
 * The fonts, all under the SIL Open Font License and from npm packages: a document looks the same on every machine,
 * because no font of the system is used.
 */
const PACKAGES: Record<Family, { name: string; file: string }> = {
  sans: { name: "noto-sans", file: "NotoSans" },
  devanagari: { name: "noto-sans-devanagari", file: "NotoSansDevanagari" },
  tamil: { name: "noto-sans-tamil", file: "NotoSansTamil" },
  bengali: { name: "noto-sans-bengali", file: "NotoSansBengali" },
  kannada: { name: "noto-sans-kannada", file: "NotoSansKannada" },
  telugu: { name: "noto-sans-telugu", file: "NotoSansTelugu" },
  malayalam: { name: "noto-sans-malayalam", file: "NotoSansMalayalam" },
  gujarati: { name: "noto-sans-gujarati", file: "NotoSansGujarati" },
  gurmukhi: { name: "noto-sans-gurmukhi", file: "NotoSansGurmukhi" },
  oriya: { name: "noto-sans-oriya", file: "NotoSansOriya" },
  arabic: { name: "noto-naskh-arabic", file: "NotoNaskhArabic" },
  emoji: { name: "noto-emoji", file: "NotoEmoji" },
};

const resolver = createRequire(import.meta.url);

function readFont(family: Family, bold: boolean): Buffer {
  const { name, file } = PACKAGES[family];
  const weight = bold ? "700Bold" : "400Regular";
  return readFileSync(resolver.resolve(`@expo-google-fonts/${name}/${weight}/${file}_${weight}.ttf`));
}

/** A font file, ready for shaping. */
export interface FontFace {
  /** Unique among the fonts: `sans`, `tamil-bold`. */
  key: string;
  family: Family;
  bytes: Buffer;
  font: harfbuzz.Font;
  /** Multiplied by it, a length of the font becomes thousandths of the font size. */
  scale: number;
}

const faces = new Map<string, FontFace>();

/** Every font is read once per process, when it is first needed. */
export function getFace(family: Family, bold: boolean): FontFace {
  const key = bold ? `${family}-bold` : family;
  const known = faces.get(key);
  if (known) return known;
  const bytes = readFont(family, bold);
  const face = new harfbuzz.Face(new harfbuzz.Blob(bytes));
  const loaded = { key, family, bytes, font: new harfbuzz.Font(face), scale: 1000 / face.upem };
  faces.set(key, loaded);
  return loaded;
}

/** The bold and the regular font of a family contain the same characters. */
export const covers: Coverage = (family, codePoint) =>
  (getFace(family, false).font.nominalGlyph(codePoint) ?? 0) !== 0;
