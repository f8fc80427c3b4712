import fc from "fast-check";
import type { FontFace } from "../../../services/platform/pdf/text/fonts.js";
import { itemise, splitGraphemes, toPrintable } from "../../../services/platform/pdf/text/itemise.js";
import { breakLines } from "../../../services/platform/pdf/text/lines.js";
import type { GlyphRun, ShapeOptions } from "../../../services/platform/pdf/text/shape.js";

const face = { key: "test" } as FontFace;

/** A font in which every character is 500 thousandths wide. */
const shape = (text: string, { rtl }: ShapeOptions): GlyphRun[] => {
  const characters = splitGraphemes(text);
  const glyph = { id: 1, width: 500, advance: 500, xOffset: 0, yOffset: 0 };
  const glyphs = characters.map((character) => ({ ...glyph, text: character }));
  return [{ face, glyphs: rtl ? glyphs.reverse() : glyphs, text, rtl, width: 500 * characters.length }];
};

/** The lines as they are seen, from left to right. */
const linesOf = (text: string, characters: number): string[] =>
  breakLines(text, { bold: false, maxWidth: characters * 500 }, shape).map(({ runs }) =>
    runs.flatMap(({ glyphs }) => glyphs.map((glyph) => glyph.text)).join(""),
  );

describe("line breaking", () => {
  it("When a text is wider than a line, then it ends after a word and the blank vanishes", () => {
    expect(linesOf("one two three", 8)).toEqual(["one two", "three"]);
    expect(linesOf("one two three", 7)).toEqual(["one two", "three"]);
    expect(linesOf("one two three", 6)).toEqual(["one", "two", "three"]);
  });

  it("When a word is wider than a line, then it is divided between characters", () => {
    expect(linesOf(`a ${"x".repeat(120)} b`, 50)).toEqual([
      "a",
      "x".repeat(50),
      "x".repeat(50),
      `${"x".repeat(20)} b`,
    ]);
  });

  it("When a text has line feeds, then each ends a line, and an empty line stays", () => {
    expect(linesOf("a\r\nb\n\nc", 10)).toEqual(["a", "b", "", "c"]);
    expect(linesOf("", 10)).toEqual([]);
    expect(linesOf(" \n ", 10)).toEqual([]);
  });

  it("When an amount stands at the end of a line, then its digits stay together", () => {
    expect(linesOf("Total ₹1,18,000.00", 13)).toEqual(["Total", "₹1,18,000.00"]);
  });

  it("When any text is broken, then no character but blanks is lost, and no line is too wide", () => {
    const text = fc.stringMatching(/^[a-z0-9 .,/-]{1,80}$/);
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (value, width) => {
        const lines = linesOf(value, width);
        expect(lines.join("").replaceAll(" ", "")).toBe(value.replaceAll(" ", ""));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 1));
      }),
    );
  });
});

describe("text from right to left", () => {
  it("When a text is Arabic, then it is seen from right to left", () => {
    expect(linesOf("محمد اقبال", 40)).toEqual([Array.from("محمد اقبال").reverse().join("")]);
  });

  it("When Arabic stands in a Latin text, then only it is reversed, and numbers are not", () => {
    const reversed = Array.from("محمد").reverse().join("");
    expect(linesOf("Mr محمد, Lake Road 12", 40)).toEqual([`Mr ${reversed}, Lake Road 12`]);
    expect(linesOf("محمد 500 ml 🌿", 40)).toEqual([`🌿 ml 500 ${reversed}`]);
  });
});

describe("the font of a text", () => {
  const latin = (family: string, codePoint: number) => family === "sans" && codePoint < 0x100;
  const everything = () => true;

  it("When a text mixes scripts, then each has its own font, and digits stay in the main one", () => {
    expect(itemise("Tea अर्जुन 500 ஸ்ரீ", everything).map(({ family, text }) => [family, text])).toEqual([
      ["sans", "Tea "],
      ["devanagari", "अर्जुन"],
      ["sans", " 500 "],
      ["tamil", "ஸ்ரீ"],
    ]);
  });

  it("When no font has a character, then it becomes a visible replacement", () => {
    expect(itemise("a漢b", latin)).toEqual([{ family: "sans", text: "a\uFFFDb" }]);
    expect(toPrintable("a\uD800b\u0007\u202Ec\td")).toBe("a\uFFFDbc d");
  });

  it("When a character has a form as text, then it is an emoji only with a selector", () => {
    expect(itemise("☎", everything)[0]?.family).toBe("sans");
    expect(itemise("☎\uFE0F", everything)[0]?.family).toBe("emoji");
    expect(itemise("👍🏽", everything)).toEqual([{ family: "emoji", text: "👍🏽" }]);
  });
});
