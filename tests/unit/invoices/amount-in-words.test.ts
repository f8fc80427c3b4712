import fc from "fast-check";
import { amountInWords, formatAmount } from "../../../services/calculations/amount-in-words.js";
import { paise } from "../../../utils/money.js";

describe("amountInWords", () => {
  test.each([
    [0, "Rupees Zero Only"],
    [50, "Rupees Zero and Fifty Paise Only"],
    [1, "Rupees Zero and One Paise Only"],
    [100, "Rupees One Only"],
    [1_900, "Rupees Nineteen Only"],
    [2_000, "Rupees Twenty Only"],
    [10_000, "Rupees One Hundred Only"],
    [10_100, "Rupees One Hundred One Only"],
    [100_000, "Rupees One Thousand Only"],
    [20_501_075, "Rupees Two Lakh Five Thousand Ten and Seventy Five Paise Only"],
    [10_000_000, "Rupees One Lakh Only"],
    [1_000_000_000, "Rupees One Crore Only"],
    [200_000_000_000_000, "Rupees Two Lakh Crore Only"],
    [-150, "Minus Rupees One and Fifty Paise Only"],
  ])("When %i paise are put into words, then they read %s", (amount, words) => {
    expect(amountInWords(paise(amount))).toBe(words);
  });

  test("When two amounts differ, then their words differ", () => {
    const amounts = fc.integer({ min: 0, max: 10_000_000_000 });
    fc.assert(
      fc.property(amounts, amounts, (one, other) => {
        fc.pre(one !== other);
        expect(amountInWords(paise(one))).not.toBe(amountInWords(paise(other)));
      }),
    );
  });
});

describe("formatAmount", () => {
  test.each([
    [0, "0.00"],
    [5, "0.05"],
    [99_999, "999.99"],
    [100_000, "1,000.00"],
    [11_800_000, "1,18,000.00"],
    [123_456_750, "12,34,567.50"],
    [100_000_000_000, "1,00,00,00,000.00"],
    [-11_800_000, "-1,18,000.00"],
  ])("When %i paise are printed, then they read %s", (amount, text) => {
    expect(formatAmount(paise(amount))).toBe(text);
  });

  test("When the separators are removed, then the amount is left", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 13), max: 10 ** 13 }), (amount) => {
        expect(Number(formatAmount(paise(amount)).replace(/[,.]/g, ""))).toBe(amount);
      }),
    );
  });
});
