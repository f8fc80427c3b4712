import fc from "fast-check";
import { retaxOrder } from "../../../services/calculations/retax.js";
import { decideTaxHead, type TaxHead } from "../../../services/calculations/tax.js";
import {
  calculateTotals,
  type TotalsInput,
} from "../../../services/calculations/totals-calculator.service.js";
import type { StateCode } from "../../../utils/gst/states.js";
import { paise, ZERO_PAISE } from "../../../utils/money.js";

const SUPPLIER: StateCode = "29";

const inputOf = (change: Partial<TotalsInput>): TotalsInput => ({
  lines: [],
  discounts: { coupons: [], automatic: [], tier: ZERO_PAISE },
  shipping: null,
  supplierState: SUPPLIER,
  placeOfSupply: SUPPLIER,
  pricesIncludeTax: true,
  chargeRatePolicy: "proportional",
  roundToRupee: false,
  storeCredit: ZERO_PAISE,
  loyaltyDiscount: ZERO_PAISE,
  ...change,
});

const lineOf = (id: string, unitPrice: number, gstRateBps = 1800) => ({
  ...{
    id,
    unitPrice: paise(unitPrice),
    quantity: 1,
    lineDiscount: ZERO_PAISE,
    gstRateBps,
    isFreeGift: false,
  },
});

/** An order as it is stored after the totals were calculated. */
function agreedFor(input: TotalsInput) {
  const totals = calculateTotals(input);
  const lines = totals.lines.map((line, index) => ({
    ...line,
    gstRateBps: input.lines[index]?.gstRateBps ?? 0,
  }));
  const charges = totals.charges.map(({ amount, rateBps }) => ({ amount, gstRateBps: rateBps }));
  return { ...totals, lines, charges };
}

test("When an order of 129.00 with 10 off moves to another state, then 100.84 + 9.08 + 9.08 becomes 100.85 + 18.15", () => {
  const coupons = [{ code: "TEN", amount: paise(1000) }];
  const input = inputOf({
    lines: [lineOf("a", 12_900)],
    discounts: { coupons, automatic: [], tier: ZERO_PAISE },
  });
  const agreed = agreedFor(input);
  expect(agreed.lines[0]).toMatchObject({ taxableValue: 10_084, taxes: { cgst: 908, sgst: 908, igst: 0 } });
  const moved = retaxOrder(agreed, { head: "igst", pricesIncludeTax: true });
  expect(moved.lines[0]).toEqual({
    ...{ taxableValue: 10_085, tax: 1815 },
    taxes: { cgst: 0, sgst: 0, utgst: 0, igst: 1815 },
  });
  expect(moved).toMatchObject({ taxTotal: 1815, roundOff: 0 });
});

test("When prices exclude the tax and the halves differ from the whole, then the round-off keeps the total", () => {
  const agreed = agreedFor(inputOf({ lines: [lineOf("a", 42_194)], pricesIncludeTax: false }));
  expect(agreed).toMatchObject({ taxTotal: 7594, grandTotal: 49_788 });
  const moved = retaxOrder(agreed, { head: "igst", pricesIncludeTax: false });
  expect(moved).toMatchObject({ taxTotal: 7595, roundOff: -1 });
});

test("When any order moves, then lines and charges are taxed as a cart at the new place is, and the total stays", () => {
  const line = fc.record({
    price: fc.integer({ min: 1, max: 500_000 }),
    rate: fc.constantFrom(0, 500, 1200, 1800),
  });
  const order = fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 6 }),
    coupon: fc.integer({ min: 0, max: 200_000 }),
    rate: fc.integer({ min: 0, max: 9_900 }),
    ...{ pricesIncludeTax: fc.boolean(), roundToRupee: fc.boolean() },
    place: fc.constantFrom<StateCode>("29", "27", "04"),
    to: fc.constantFrom<StateCode>("29", "27", "04"),
  });
  fc.assert(
    fc.property(order, ({ lines, coupon, rate, place, to, ...rest }) => {
      const input = inputOf({
        ...rest,
        lines: lines.map(({ price, rate: bps }, index) => lineOf(String(index), price, bps)),
        discounts: { coupons: [{ code: "C", amount: paise(coupon) }], automatic: [], tier: ZERO_PAISE },
        shipping: { rate: paise(rate), codFee: paise(2900), isFree: false },
        placeOfSupply: place,
      });
      const agreed = agreedFor(input);
      const head: TaxHead = decideTaxHead({ supplierState: SUPPLIER, placeOfSupply: to });
      const moved = retaxOrder(agreed, { head, pricesIncludeTax: input.pricesIncludeTax });
      const fresh = calculateTotals({ ...input, placeOfSupply: to });
      expect(moved.lines.map(({ taxes }) => taxes)).toEqual(fresh.lines.map(({ taxes }) => taxes));
      expect(moved.charges.map(({ taxes }) => taxes)).toEqual(fresh.charges.map(({ taxes }) => taxes));
      expect(moved.taxTotal).toBe(fresh.taxTotal);
      const added = input.pricesIncludeTax ? 0 : moved.taxTotal;
      const { subtotal, discountTotal, shippingTotal, grandTotal } = agreed;
      expect(subtotal - discountTotal + shippingTotal + added + moved.roundOff).toBe(grandTotal);
    }),
    { numRuns: 200 },
  );
});
