import { toDescription, toNotes, toReceipt } from "../../../services/integrations/razorpay/requests.js";
import { cutToBytes } from "../../../utils/text.js";

const bytes = (text: string) => Buffer.byteLength(text);
const graphemes = (text: string) => [...new Intl.Segmenter("en").segment(text)].map(({ segment }) => segment);

describe("a text cut to its bytes", () => {
  test.each([
    ["Latin", "abc".repeat(100)],
    ["Devanagari with vowel signs and conjuncts", "क्षत्रिय ".repeat(40)],
    ["Tamil", "நிலை".repeat(40)],
    ["an emoji family", "👩‍👩‍👧‍👦".repeat(20)],
    ["flags", "🇮🇳".repeat(40)],
    ["combining accents", "e\u0301".repeat(100)],
  ])("When it is %s, then it fits, and begins with the same whole characters", (_script, text) => {
    const whole = graphemes(text);
    for (const limit of [0, 1, 2, 3, 7, 40, 255, 256]) {
      const cut = cutToBytes(text, limit);
      expect(bytes(cut)).toBeLessThanOrEqual(limit);
      const kept = graphemes(cut);
      expect(kept).toEqual(whole.slice(0, kept.length));
      expect(bytes(cut) + bytes(whole[kept.length] ?? "")).toBeGreaterThan(limit);
    }
  });

  test("When it fits exactly, then it is unchanged", () => {
    expect(cutToBytes("நிலை", 12)).toBe("நிலை");
    // Not "நில": the letter would lose its vowel sign.
    expect(cutToBytes("நிலை", 11)).toBe("நி");
  });
});

describe("texts for the gateway", () => {
  test("When notes are long, then names and values have at most 256 bytes, and no emoji", () => {
    const [[name = "", note = ""] = []] = Object.entries(
      toNotes({ ["अ".repeat(200)]: `🎁❤️${"x".repeat(400)}` }),
    );
    expect([bytes(name), bytes(note)]).toEqual([255, 256]);
    expect(note.startsWith("❤x")).toBe(true);
  });

  test("When a description is long, then it has at most 255 bytes", () => {
    expect(bytes(toDescription("x".repeat(400)))).toBe(255);
    expect(bytes(toDescription("अ".repeat(90)))).toBe(255);
    expect(toDescription("Order for Asha")).toBe("Order for Asha");
  });

  test("When a receipt has more than 40 bytes, then another one that begins like it stays another", () => {
    expect(toReceipt("r".repeat(40))).toBe("r".repeat(40));
    const [first, second] = [toReceipt("क".repeat(20)), toReceipt(`${"क".repeat(20)}2`)];
    expect(first).not.toBe(second);
    expect(bytes(first)).toBe(40);
    expect(toReceipt("क".repeat(20))).toBe(first);
  });
});
