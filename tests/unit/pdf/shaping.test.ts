import { runChild } from "../../support/pdf/render-in-child.js";

/**
 * What `hb-shape --no-glyph-names --no-clusters` of HarfBuzz 6.0 gives for the same fonts: glyph, offset, advance.
 * A wrong shape (a conjunct in pieces, a vowel sign on the wrong side) has other glyphs or another order.
 */
const SHAPES = [
  ["अर्जुन", "devanagari", "5+764|63+742|34+0|503+0|75+555", "5+852|63+786|34+0|503+0|75+615"],
  [
    "मुचुल्का",
    "devanagari",
    "80+598|34+0|61+635|34+0|252+451|56+768|31+259",
    "80+652|34+0|61+693|34+0|252+484|56+830|31+294",
  ],
  ["हैप्पी", "devanagari", "88+531|41+0|246+308|76+568|33+259", "88+566|41@2,0+0|246+328|76+615|33+294"],
  ["क्षत्रिय", "devanagari", "90+717|542+259|304+552|81+580", "90+796|542+294|304+604|81+635"],
  ["ஸ்ரீ", "tamil", "163+1514", "163+1671"],
  ["லக்ஷ்மி", "tamil", "33+1013|100+1851|29+858|42+262", "33+1117|100+2102|29+936|42+308"],
  [
    "শ্রীমতী",
    "bengali",
    "246+726|281@-716,-25+0|61+266|49+612|40+707|61+266",
    "246+776|281@-769,-47+0|61+283|49+622|40+717|61+283",
  ],
  ["ಕೃಷ್ಣ", "kannada", "23+574|65+123|55+801|112+113", "23+637|65+141|55+880|112+85"],
  [
    "ਗੁਰਪ੍ਰੀਤ",
    "gurmukhi",
    "19+750|54+0|43+579|37+593|111+0|53+259|32+542",
    "19+836|54+0|43+623|37+643|111+0|53+294|32+585",
  ],
  ["محمد", "arabic", "27+474|76+413|24+666|77+456", "27+485|76+413|24+657|77+473"],
  [
    "اقبال",
    "arabic",
    "66+595|9+253|322@90,-31+0|16+292|293@43,-243+0|51+420|8+238",
    "66+612|9+288|322@92,-38+0|16+292|293@81,-238+0|51+427|8+284",
  ],
  [
    "₹1,18,000.00",
    "sans",
    "1577+572|20+572|15+268|20+572|27+572|15+268|19+572|19+572|19+572|17+268|19+572|19+572",
    "1577+572|20+572|15+285|20+572|27+572|15+285|19+572|19+572|19+572|17+281|19+572|19+572",
  ],
] as const;

const isRightToLeft = (text: string): boolean => /\p{Script=Arabic}/u.test(text);
const requests = SHAPES.flatMap(([text]) =>
  [false, true].map((bold) => ({ text, bold, rtl: isRightToLeft(text) })),
);
const MIXED = "Tea अर्जुन 500 ml 🌿";
const { shaped } = runChild({
  texts: [...requests, { text: MIXED, bold: false, rtl: false }, { text: "ஸ்ரீ கொ", bold: true, rtl: false }],
});

/** As hb-shape writes it. */
const written = (run: (typeof shaped)[number][number] | undefined): string =>
  (run?.glyphs ?? [])
    .map(({ id, xOffset, yOffset, advance }) => {
      const offset = xOffset === 0 && yOffset === 0 ? "" : `@${xOffset},${yOffset}`;
      return `${id}${offset}+${advance}`;
    })
    .join("|");

describe("shaping", () => {
  it.each(SHAPES.map((shape, index) => [...shape, index] as const))(
    "When %s is shaped, then its glyphs are those of HarfBuzz, also in bold",
    (text, family, regular, bold, index) => {
      const [plain, strong] = [shaped[2 * index], shaped[2 * index + 1]];
      expect(plain?.map(({ font }) => font)).toEqual([family]);
      expect(strong?.map(({ font }) => font)).toEqual([`${family}-bold`]);
      expect([written(plain?.[0]), written(strong?.[0])]).toEqual([regular, bold]);
      // The glyphs together say the text; those of right-to-left text from its end.
      const texts = (plain?.[0]?.glyphs ?? []).map((glyph) => glyph.text.replace("\u200B", ""));
      expect((isRightToLeft(text) ? texts.reverse() : texts).join("")).toBe(text);
    },
  );

  it("When a line mixes scripts, then each run has its font", () => {
    expect(shaped[requests.length]?.map(({ font }) => font)).toEqual(["sans", "devanagari", "sans", "emoji"]);
  });

  it("When a vowel sign stands on both sides of its letter, then the glyphs still say the text", () => {
    const runs = shaped[requests.length + 1] ?? [];
    expect(runs.map(({ font }) => font)).toEqual(["tamil-bold", "sans-bold", "tamil-bold"]);
    expect(
      runs[2]?.glyphs
        .map(({ text }) => text)
        .join("")
        .replaceAll("\u200B", ""),
    ).toBe("கொ");
  });
});
