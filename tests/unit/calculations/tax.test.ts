import fc from "fast-check";
import {
  calculateTax,
  decideChargeRates,
  decideTaxHead,
  splitCharge,
  sumTaxes,
  type TaxHead,
} from "../../../services/calculations/tax.js";
import { CURRENT_STATES, STATE_CODES, type StateCode } from "../../../utils/gst/states.js";
import { paise } from "../../../utils/money.js";

describe("decideTaxHead", () => {
  test.each<[StateCode, StateCode, TaxHead]>([
    ["29", "29", "cgst_sgst"],
    ["07", "07", "cgst_sgst"],
    ["34", "34", "cgst_sgst"],
    ["01", "01", "cgst_sgst"],
    ["04", "04", "cgst_utgst"],
    ["26", "26", "cgst_utgst"],
    ["31", "31", "cgst_utgst"],
    ["35", "35", "cgst_utgst"],
    ["38", "38", "cgst_utgst"],
    ["97", "97", "cgst_utgst"],
    ["29", "04", "igst"],
    ["04", "29", "igst"],
    ["04", "26", "igst"],
    ["04", "03", "igst"],
    ["29", "27", "igst"],
    ["28", "37", "cgst_sgst"],
    ["25", "26", "cgst_utgst"],
  ])("When goods go from %s to %s, then the heads are %s", (from, to, head) => {
    expect(decideTaxHead({ supplierState: from, placeOfSupply: to })).toBe(head);
  });

  test("When any two different states of today trade, then it is IGST", () => {
    for (const from of CURRENT_STATES) {
      for (const to of CURRENT_STATES) {
        const head = decideTaxHead({ supplierState: from.code, placeOfSupply: to.code });
        expect(head === "igst").toBe(from.code !== to.code);
      }
    }
    const withinOf = (code: StateCode) => decideTaxHead({ supplierState: code, placeOfSupply: code });
    expect(STATE_CODES.every((code) => withinOf(code) !== "igst")).toBe(true);
  });

  test("When the buyer is in a special economic zone of the supplier's state, then it is IGST", () => {
    for (const { code } of CURRENT_STATES) {
      expect(decideTaxHead({ supplierState: code, placeOfSupply: code, isSezBuyer: true })).toBe("igst");
    }
  });
});

const inclusive = (head: TaxHead) => ({ head, pricesIncludeTax: true });
const exclusive = (head: TaxHead) => ({ head, pricesIncludeTax: false });

describe("calculateTax", () => {
  test("When ₹105.00 contain 5 % within a state, then they are 100.00, 2.50 and 2.50", () => {
    expect(calculateTax(paise(10_500), 500, inclusive("cgst_sgst"))).toEqual({
      taxableValue: 10_000,
      taxes: { cgst: 250, sgst: 250, utgst: 0, igst: 0 },
      tax: 500,
    });
  });

  test("When the same goes to a territory or another state, then the heads differ", () => {
    expect(calculateTax(paise(10_500), 500, inclusive("cgst_utgst")).taxes).toEqual({
      cgst: 250,
      sgst: 0,
      utgst: 250,
      igst: 0,
    });
    expect(calculateTax(paise(10_500), 500, inclusive("igst")).taxes).toEqual({
      cgst: 0,
      sgst: 0,
      utgst: 0,
      igst: 500,
    });
  });

  test("When the tax comes on top, then the amount is the taxable value", () => {
    expect(calculateTax(paise(49_900), 1800, exclusive("igst"))).toEqual({
      taxableValue: 49_900,
      taxes: { cgst: 0, sgst: 0, utgst: 0, igst: 8982 },
      tax: 8982,
    });
    expect(calculateTax(paise(49_900), 1800, exclusive("cgst_sgst")).taxes).toMatchObject({
      cgst: 4491,
      sgst: 4491,
    });
  });

  test("When both halves round up, then they exceed IGST by a paisa", () => {
    // 5 % of ₹1.10 is 5.5 paise: 6, or halves of 2.75: 3 each. Of ₹0.20 it is 1 paisa, or halves of 0.5: 1 each.
    expect(calculateTax(paise(110), 500, exclusive("igst")).tax).toBe(6);
    expect(calculateTax(paise(110), 500, exclusive("cgst_sgst")).tax).toBe(6);
    expect(calculateTax(paise(20), 500, exclusive("igst")).tax).toBe(1);
    expect(calculateTax(paise(20), 500, exclusive("cgst_sgst")).tax).toBe(2);
  });

  test("When the rate is 0.25 % or 0, then it is as exact", () => {
    expect(calculateTax(paise(100_000), 25, exclusive("igst")).tax).toBe(250);
    expect(calculateTax(paise(100_000), 0, inclusive("cgst_sgst"))).toMatchObject({
      taxableValue: 100_000,
      tax: 0,
    });
  });

  test("When any amount is taxed, then halves are equal, one kind of head is used and nothing is negative", () => {
    const heads = fc.constantFrom<TaxHead>("igst", "cgst_sgst", "cgst_utgst");
    fc.assert(
      fc.property(fc.nat(), fc.nat(10_000), heads, fc.boolean(), (amount, rate, head, pricesIncludeTax) => {
        const { taxableValue, taxes, tax } = calculateTax(paise(amount), rate, { head, pricesIncludeTax });
        expect(taxes.cgst).toBe(taxes.sgst + taxes.utgst);
        expect(taxes.igst * (taxes.cgst + taxes.sgst + taxes.utgst)).toBe(0);
        expect(taxes.sgst * taxes.utgst).toBe(0);
        expect(tax).toBe(sumTaxes(taxes));
        expect(taxableValue).toBe(pricesIncludeTax ? amount - tax : amount);
        expect(Math.min(taxableValue, ...Object.values(taxes))).toBeGreaterThanOrEqual(0);
        const exact = (amount * rate) / (pricesIncludeTax ? 10_000 + rate : 10_000);
        expect(Math.abs(tax - exact)).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });

  test("When the amount is a thousand crore rupees, then no paisa is lost to floats", () => {
    const amount = paise(1_000_000_000_007);
    const expected = (BigInt(amount) * 1800n * 2n + 10_000n) / 20_000n;
    expect(BigInt(calculateTax(amount, 1800, exclusive("igst")).tax)).toBe(expected);
  });

  test.each([
    [-1, 500],
    [100, -1],
    [100, 10_001],
    [100, 2.5],
    [100, Number.NaN],
  ])("When the amount is %d or the rate %d, then it is refused", (amount, rate) => {
    expect(() => calculateTax(paise(amount), rate, exclusive("igst"))).toThrow(RangeError);
  });
});

describe("rates of charges", () => {
  const lines = [
    { gstRateBps: 1800, amount: paise(30_000) },
    { gstRateBps: 500, amount: paise(10_000) },
    { gstRateBps: 1800, amount: paise(20_000) },
    { gstRateBps: 4000, amount: paise(0) },
  ];

  test("When the policy is proportional, then rates come in order of appearance with their amounts", () => {
    expect(decideChargeRates(lines, "proportional")).toEqual({
      rates: [1800, 500],
      weights: [50_000, 10_000],
    });
  });

  test("When all amounts are 0, then proportional is the highest of all lines", () => {
    const free = lines.map((line) => ({ ...line, amount: paise(0) }));
    expect(decideChargeRates(free, "proportional")).toEqual({ rates: [4000], weights: [1] });
  });

  test("When the policy is highest or fixed, then there is one rate", () => {
    expect(decideChargeRates(lines, "highest").rates).toEqual([4000]);
    expect(decideChargeRates(lines, { fixedBps: 1200 }).rates).toEqual([1200]);
    expect(decideChargeRates([], "highest").rates).toEqual([0]);
  });

  test("When a charge is split, then its rows add up and none is empty", () => {
    const rates = decideChargeRates(lines, "proportional");
    expect(splitCharge(paise(4900), rates)).toEqual([
      { rateBps: 1800, amount: 4083 },
      { rateBps: 500, amount: 817 },
    ]);
    expect(splitCharge(paise(1), rates)).toEqual([{ rateBps: 1800, amount: 1 }]);
    expect(splitCharge(paise(0), rates)).toEqual([]);
  });
});
