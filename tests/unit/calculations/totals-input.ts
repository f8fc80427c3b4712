/** Builders for the tests of totals: defaults that decide nothing, so that a test shows what does. */
import fc from "fast-check";
import type { ChargeRatePolicy } from "../../../services/calculations/tax.js";
import type { TotalsInput, TotalsLine } from "../../../services/calculations/totals-calculator.service.js";
import { STATE_CODES } from "../../../utils/gst/states.js";
import { type Paise, paise } from "../../../utils/money.js";

export function line(overrides: Partial<TotalsLine> = {}): TotalsLine {
  return {
    id: "a",
    unitPrice: paise(10_000),
    quantity: 1,
    lineDiscount: paise(0),
    gstRateBps: 1800,
    isFreeGift: false,
    ...overrides,
  };
}

export function totalsInput(overrides: Partial<TotalsInput> = {}): TotalsInput {
  return {
    lines: [line()],
    discounts: { coupons: [], automatic: [], tier: paise(0) },
    shipping: null,
    supplierState: "29",
    placeOfSupply: "29",
    pricesIncludeTax: false,
    chargeRatePolicy: "proportional",
    roundToRupee: false,
    storeCredit: paise(0),
    loyaltyDiscount: paise(0),
    ...overrides,
  };
}

const amounts = (max: number): fc.Arbitrary<Paise> => fc.nat(max).map(paise);

const rates = fc.constantFrom(0, 25, 150, 300, 500, 1200, 1800, 2800, 4000);

const anyLine: fc.Arbitrary<TotalsLine> = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    unitPrice: fc.oneof(amounts(300), amounts(2_000_000)),
    quantity: fc.integer({ min: 1, max: 10 }),
    discountPart: fc.constantFrom(0, 0, 1, 2),
    gstRateBps: rates,
    isFreeGift: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
  })
  .map(({ discountPart, ...rest }) => ({
    ...rest,
    lineDiscount: paise(Math.floor((rest.unitPrice * rest.quantity * discountPart) / 2)),
  }));

export const anyTotalsInput: fc.Arbitrary<TotalsInput> = fc.record({
  lines: fc.array(anyLine, { minLength: 1, maxLength: 12 }),
  discounts: fc.record({
    coupons: fc.array(fc.record({ code: fc.string(), amount: amounts(300_000) }), { maxLength: 2 }),
    automatic: fc.array(fc.record({ id: fc.string(), amount: amounts(300_000) }), { maxLength: 2 }),
    tier: amounts(100_000),
  }),
  shipping: fc.option(fc.record({ rate: amounts(20_000), codFee: amounts(5000), isFree: fc.boolean() })),
  supplierState: fc.constantFrom("29", "04", "07", "26"),
  placeOfSupply: fc.option(fc.constantFrom("29", "04", ...STATE_CODES)),
  pricesIncludeTax: fc.boolean(),
  chargeRatePolicy: fc.constantFrom<ChargeRatePolicy>("proportional", "highest", { fixedBps: 1800 }),
  roundToRupee: fc.boolean(),
  storeCredit: fc.oneof(fc.constant(paise(0)), amounts(3_000_000)),
  loyaltyDiscount: fc.oneof(fc.constant(paise(0)), amounts(3_000_000)),
  loyaltyPointValue: fc.constantFrom(paise(1), paise(25), paise(100)),
});
