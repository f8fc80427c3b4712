/** Divides text into runs that one font can draw: by script, and by what each font contains. */

/** The font families, by the script that each is made for. */
export const FAMILIES = [
  "sans",
  "devanagari",
  "tamil",
  "bengali",
  "kannada",
  "telugu",
  "malayalam",
  "gujarati",
  "gurmukhi",
  "oriya",
  "arabic",
  "emoji",
] as const;
export type Family = (typeof FAMILIES)[number];

/** Scripts whose letters must come from their own family: others contain some of them, without their ligatures. */
const SCRIPTS: readonly [RegExp, Family][] = [
  [/\p{Script=Devanagari}/u, "devanagari"],
  [/\p{Script=Tamil}/u, "tamil"],
  [/\p{Script=Bengali}/u, "bengali"],
  [/\p{Script=Kannada}/u, "kannada"],
  [/\p{Script=Telugu}/u, "telugu"],
  [/\p{Script=Malayalam}/u, "malayalam"],
  [/\p{Script=Gujarati}/u, "gujarati"],
  [/\p{Script=Gurmukhi}/u, "gurmukhi"],
  [/\p{Script=Oriya}/u, "oriya"],
  [/\p{Script=Arabic}/u, "arabic"],
  // A selector asks for the picture where a character has both forms (☎).
  [/\p{Emoji_Presentation}|\uFE0F/u, "emoji"],
];

/** Characters without a shape of their own: a font need not have them. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** Control characters and invisible marks of direction: the order of text follows from its letters alone. */
const CONTROLS = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu;
export const REPLACEMENT = "\uFFFD";

/** Text without control characters; blanks of every kind become one kind. Half a surrogate pair becomes U+FFFD. */
export const toPrintable = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, REPLACEMENT)
    .replace(/[\t\u00A0\u2000-\u200A\u202F\u205F\u3000]/g, " ")
    .replace(CONTROLS, "");

export interface FontRun {
  family: Family;
  text: string;
}

/** Whether the fonts of a family contain a character. */
export type Coverage = (family: Family, codePoint: number) => boolean;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader takes for one character: a letter with its marks, an emoji with its modifiers. */
export const splitGraphemes = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment);

/**
 * The runs of a text in its order. What no font contains becomes U+FFFD.
 * @param preferred the family of characters that belong to no script
 */
export function itemise(text: string, covers: Coverage, preferred: Family = "sans"): FontRun[] {
  const runs: FontRun[] = [];
  for (const grapheme of splitGraphemes(text)) {
    const next = runOf(grapheme, covers, preferred);
    const last = runs.at(-1);
    if (last?.family === next.family) last.text += next.text;
    else runs.push(next);
  }
  return runs;
}

function runOf(grapheme: string, covers: Coverage, preferred: Family): FontRun {
  const visible = Array.from(grapheme).filter((character) => !INVISIBLE.test(character));
  const own = SCRIPTS.find(([script]) => script.test(grapheme))?.[1];
  const candidates = [own ?? preferred, ...FAMILIES];
  const family = candidates.find((candidate) =>
    visible.every((character) => covers(candidate, character.codePointAt(0) ?? 0)),
  );
  return family ? { family, text: grapheme } : { family: "sans", text: REPLACEMENT };
}
