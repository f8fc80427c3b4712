/**
 * Normalises typed and pasted text before it is checked, compared or stored. The cleaners are pure and idempotent; they
 * trim and return NFC. Limits apply to the result, because NFC lengthens a few Indic letters.
 */

/**
 * Characters that show nothing: zero-width blanks, soft hyphens, fillers, marks of direction, lone
 * surrogates. Joiners and variation selectors are left to the patterns below, which look at their neighbours.
 */
const INVISIBLE =
  /(?![\u200C-\u200D\p{Variation_Selector}])[\p{Default_Ignorable_Code_Point}\p{Surrogate}\uFFF9-\uFFFB]/gu;
/** A selector chooses the look of the emoji or ideograph before it; anywhere else it only hides. */
const STRAY_SELECTOR = /(?<![\p{Emoji}\p{Ideographic}])\p{Variation_Selector}/gu;
/**
 * A joiner shapes the letters beside it (Indic scripts, emoji families) and is kept between two of them.
 * After a virama it also ends words: that is how many people write Malayalam chillus. One of a run is enough.
 */
const JOINERS =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])([\u200C-\u200D])[\u200C-\u200D]*(?=[\p{L}\p{M}\p{Extended_Pictographic}])|(?<=[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA])([\u200C-\u200D])[\u200C-\u200D]*|[\u200C-\u200D]+/gu;

const CONTROLS = /\p{Cc}/gu;
const CONTROLS_BUT_LINES = /(?![\n\t])\p{Cc}/gu;
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g;
/** U+2800 is the empty Braille cell: a symbol that looks like a blank. */
const BLANKS = /\r\n|[\s\u0085\u2800]/g;
const BLANKS_WITHIN_LINES = /[^\S\n\t]/g;

/** Embeddings, overrides and isolates: they show the text after them in another order than it has. */
const DIRECTION_CONTROLS = /[\u202A-\u202E\u2066-\u2069]/;
const OVERRIDES = /[\u202D\u202E]/;

const VISIBLE = /[^\s\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

const shaped = (text: string): string => text.replace(STRAY_SELECTOR, "").replace(JOINERS, "$1$2");

/** NFC puts marks into another order, after which a joiner may stand where it shapes nothing: until nothing changes. */
function finished(text: string): string {
  const result = shaped(text).normalize("NFC").trim();
  return result === text ? result : finished(result);
}

/** One line: a name, a street. Every blank, tab and line end becomes a plain space. */
export const cleanLine = (text: string): string =>
  finished(text.replace(INVISIBLE, "").replace(BLANKS, " ").replace(CONTROLS, ""));

/** Several lines: a note, a gift message. Line ends become `\n`; tabs stay. */
export const cleanText = (text: string): string =>
  finished(
    text
      .replace(INVISIBLE, "")
      .replace(LINE_ENDS, "\n")
      .replace(BLANKS_WITHIN_LINES, " ")
      .replace(CONTROLS_BUT_LINES, ""),
  );

/** For texts that are compared character by character, such as e-mail addresses: as `cleanLine`, without joiners. */
export const cleanIdentifier = (text: string): string =>
  cleanLine(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ""));

/** A coupon code as it is stored, compared and sent to the pricing service. */
export const normaliseCouponCode = (code: string): string =>
  cleanIdentifier(cleanIdentifier(code).toUpperCase());

/** Whether the text has a visible character. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

/** Whether one line would be shown in another order than it has. */
export const changesDirection = (line: string): boolean => DIRECTION_CONTROLS.test(line);

/** As `changesDirection`, for longer text: only overrides. Phones paste embeddings around numbers; cleaning removes them. */
export const overridesDirection = (text: string): boolean => OVERRIDES.test(text);

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * The beginning of a text that fits into `maxBytes` of UTF-8. It ends between two characters as people see them: a
 * letter keeps its vowel sign, an emoji its parts.
 */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let bytes = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) return text.slice(0, index);
  }
  return text;
}
