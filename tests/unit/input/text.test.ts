import fc from "fast-check";
import {
  changesDirection,
  cleanIdentifier,
  cleanLine,
  cleanText,
  isVisible,
  normaliseCouponCode,
  overridesDirection,
} from "../../../utils/text.js";

const ZWJ = "\u200d";
const ZWNJ = "\u200c";

/** What makes cleaning hard: letters of several scripts, marks, joiners, selectors, emoji, blanks, controls. */
const PIECES = [
  ..."aZß9é ",
  ...["e\u0301", "\u0301", "क", "\u094d", "ष", "\u0958", "ന", "\u0d4d", "ಶ", "\u0ccd"],
  ...[ZWJ, ZWNJ, "\ufe0f", "\u{e0100}", "❤", "👩", "👧", "🏽", "漢"],
  ...["\u200b", "\ufeff", "\u00ad", "\u3164", "\u2800", "\u2060", "\u034f", "\u180e", "\u{e0041}"],
  ...["\u200e", "\u200f", "\u061c", "\u202a", "\u202c", "\u202e", "\u2066", "\u2069"],
  ...["\u0000", "\u0007", "\u001b", "\u007f", "\u0085", "\u009b", "\t", "\n", "\r", "\r\n"],
  ...["\u00a0", "\u2028", "\u3000", "\ud800", "\udc00", "\u2126", "\u0390", "ŉ"],
];
const typed = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary" }),
);
const cleaners = { cleanLine, cleanText, cleanIdentifier, normaliseCouponCode };
const names = Object.keys(cleaners) as (keyof typeof cleaners)[];
const RUNS = { numRuns: 1_000 };

describe.each(names)("%s", (name) => {
  const clean = cleaners[name];

  test("When it is applied twice, then the second time changes nothing", () => {
    fc.assert(
      fc.property(typed, (text) => expect(clean(clean(text))).toBe(clean(text))),
      RUNS,
    );
  });

  test("When NFC moves a mark between a virama and its joiner, then the joiner goes at once", () => {
    const result = clean(`a\u0301\u0ccd${ZWJ}`);
    expect(clean(result)).toBe(result);
  });

  test("When any text is cleaned, then it is trimmed, in NFC, well formed, and without controls and zero-width characters", () => {
    fc.assert(
      fc.property(typed, (text) => {
        const result = clean(text);
        expect(result).toBe(result.trim());
        expect(result).toBe(result.normalize("NFC"));
        expect(result).not.toMatch(/(?![\n\t])\p{Cc}|\p{Cs}/u);
        expect(result).not.toMatch(/[\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\u3164\ufeff]|\u034f/);
        expect(changesDirection(result)).toBe(false);
      }),
      RUNS,
    );
  });

  test("When two texts differ only in zero-width characters, then they become equal", () => {
    const letters = fc.array(fc.constantFrom(..."abcअक 1"), { maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.constantFrom("\u200b", "\ufeff", "\u00ad", "\u2060"), (parts, hidden) => {
        expect(clean(parts.join(hidden))).toBe(clean(parts.join("")));
      }),
    );
  });
});

describe("Length", () => {
  test("When a line without letters that NFC lengthens is cleaned, then it never grows", () => {
    fc.assert(
      fc.property(typed, (text) => {
        const normal = text.normalize("NFC");
        expect(cleanLine(normal).length).toBeLessThanOrEqual(normal.length);
        expect(cleanText(normal).length).toBeLessThanOrEqual(normal.length);
        expect(cleanIdentifier(normal).length).toBeLessThanOrEqual(normal.length);
      }),
      RUNS,
    );
  });
});

describe("Joiners", () => {
  const indic = fc.constantFrom(..."कषरनമനകಶರಮকরগুಮਕਸ");
  const virama = fc.constantFrom("\u094d", "\u0d4d", "\u0ccd", "\u09cd", "\u0a4d");

  test("When a joiner stands after a virama, inside a word or at its end, then it is kept", () => {
    fc.assert(
      fc.property(indic, virama, fc.constantFrom(ZWJ, ZWNJ), indic, (first, mark, joiner, second) => {
        for (const word of [`${first}${mark}${joiner}${second}`, `${first}${mark}${joiner}`]) {
          expect(cleanLine(`${word} ${word}`)).toBe(`${word} ${word}`.normalize("NFC"));
          expect(cleanText(word)).toBe(word.normalize("NFC"));
        }
      }),
    );
  });

  test.each([
    [`as${ZWJ}ha`, `as${ZWJ}ha`],
    [`क${ZWJ}${ZWJ}${ZWNJ}ष`, `क${ZWJ}ष`],
    [`क${ZWJ}\u200bष`, `क${ZWJ}ष`],
    [`asha${ZWJ}`, "asha"],
    [`${ZWNJ}asha`, "asha"],
    [`asha ${ZWJ} rao`, "asha  rao"],
    [`1${ZWJ}2`, "12"],
    [`👩🏽${ZWJ}👧`, `👩🏽${ZWJ}👧`],
    [`❤\ufe0f${ZWJ}🔥`, `❤\ufe0f${ZWJ}🔥`],
    ["a\ufe0f", "a"],
    ["1\ufe0f\u20e3", "1\ufe0f\u20e3"],
  ])("When the line is %j, then it becomes %j", (text, expected) => {
    expect(cleanLine(text)).toBe(expected);
  });

  test("When the text is an identifier, then no joiner is left", () => {
    expect(cleanIdentifier(`as${ZWJ}ha@example.in\ufe0f`)).toBe("asha@example.in");
    expect(normaliseCouponCode(`wel${ZWNJ}come10`)).toBe("WELCOME10");
  });
});

describe("Blanks", () => {
  test.each([
    ["Asha\u00a0Rao", "Asha Rao", "Asha Rao"],
    ["Asha\r\nRao", "Asha Rao", "Asha\nRao"],
    ["Asha\rRao", "Asha Rao", "Asha\nRao"],
    ["Asha\u2028Rao", "Asha Rao", "Asha\nRao"],
    ["Asha\tRao", "Asha Rao", "Asha\tRao"],
    ["Asha\u001bRao", "AshaRao", "AshaRao"],
  ])("When %j is typed, then it is %j as a line and %j as a text", (text, asLine, asText) => {
    expect([cleanLine(text), cleanText(text)]).toEqual([asLine, asText]);
  });
});

describe("Responses", () => {
  test.each(["Asha", "अ", "李", "🙂", "-", "O\u0308", "ـ"])(
    "When the name is %j, then it is visible",
    (name) => {
      expect(isVisible(name)).toBe(true);
    },
  );

  test.each([
    "",
    " ",
    "\u200b",
    "\u3164",
    "\uffa0",
    "\u115f",
    "\u00ad",
    "\u2800",
    ZWJ,
    "\ufe0f",
    "\u0301",
    "\u{e0041}",
  ])("When the name is %j, then it is not", (name) => {
    expect([isVisible(name), isVisible(cleanLine(name))]).toEqual([false, false]);
  });

  test("When a text holds direction controls, then overrides count everywhere, the others in lines", () => {
    const controls = [..."\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"];
    expect(controls.filter((control) => changesDirection(`a${control}b`))).toEqual(controls);
    expect(controls.filter((control) => overridesDirection(`a${control}b`))).toEqual(["\u202d", "\u202e"]);
  });
});
