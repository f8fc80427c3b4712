import { type ChargeHsnLine, chargeHsnCode } from "../../../services/calculations/charge-hsn.js";
import { paise } from "../../../utils/money.js";

const line = (hsnCode: string | null, gstRateBps: number, amount: number): ChargeHsnLine => ({
  ...{ hsnCode, gstRateBps, amount: paise(amount) },
});
const LINES = [
  line("3004", 500, 100),
  line("3305", 1_800, 300),
  line("1211", 500, 200),
  line("2106", 500, 200),
];
const codeAt = (rateBps: number, hasFixedRate = false, lines = LINES) =>
  chargeHsnCode(lines, { rateBps, hasFixedRate });

describe("the HSN code of a charge", () => {
  test("When several goods have its rate, then it is that of the largest amount, the first one on a tie", () => {
    expect([codeAt(500), codeAt(1_800)]).toEqual(["1211", "3305"]);
  });

  test("When all goods are worth nothing, then it is that of the first one at its rate", () => {
    const free = [line("3004", 500, 0), line("3305", 1_800, 0), line("3401", 1_800, 0)];
    expect(codeAt(1_800, false, free)).toBe("3305");
  });

  test("When its rate is fixed, or no goods have it, then it is a courier service", () => {
    expect([codeAt(500, true), codeAt(2_800)]).toEqual(["9968", "9968"]);
  });

  test("When the goods have no code, then neither does the charge", () => {
    expect(codeAt(500, false, [line(null, 500, 100)])).toBeNull();
  });
});
