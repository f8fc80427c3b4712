import fc from "fast-check";
import { gstinIn, type SaleSpec } from "./invoice-month.js";

/** Random sales of a month with their credit notes, for property tests. */

/** With and without legislature, and the supplier's own. */
const STATES = ["29", "27", "33", "07", "34", "04", "26"] as const;
const HSN_CODES = ["30049011", "33059011", "33059019", "33049910", "34011110", null] as const;
const RATES = [0, 0, 25, 500, 500, 1_800, 4_000] as const;
/** Small amounts round the most; large ones are listed by number. */
const unitPrice = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 100, max: 90_000_00 }));

const goods = fc.record({
  hsnCode: fc.constantFrom(...HSN_CODES),
  rateBps: fc.constantFrom(...RATES),
  unitPrice,
  quantity: fc.integer({ min: 1, max: 7 }),
  isFreeGift: fc.constant(false),
});
const gift = goods.map((line) => ({ ...line, isFreeGift: true }));

const NOVEMBER = { min: new Date("2026-10-31T18:30:00Z"), max: new Date("2026-11-30T18:29:59.999Z") };
const at = fc.date({ ...NOVEMBER, noInvalidDate: true });

const credit = fc.record({
  at,
  of: fc.constantFrom("units" as const, "value" as const, "rest" as const),
  part: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
});

const sale = fc
  .record({
    at,
    state: fc.constantFrom(...STATES),
    buyer: fc.constantFrom("consumer", "consumer", "business", "sez"),
    buyerNumber: fc.integer({ min: 1, max: 3 }),
    goods: fc.array(goods, { minLength: 1, maxLength: 4 }),
    gifts: fc.array(gift, { maxLength: 1 }),
    discount: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000 })),
    shipping: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10_000 })),
    codFee: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000 })),
    pricesIncludeTax: fc.boolean(),
    roundToRupee: fc.boolean(),
    chargeRatePolicy: fc.constantFrom("proportional" as const, "highest" as const, { fixedBps: 1_800 }),
    credits: fc.array(credit, { maxLength: 3 }),
  })
  .map(({ buyer, buyerNumber, gifts, ...spec }): SaleSpec => {
    const gstin = buyer === "consumer" ? null : gstinIn(spec.state, buyerNumber);
    return { ...spec, gstin, isSez: buyer === "sez", goods: [...spec.goods, ...gifts] };
  });

export const randomSales = fc.array(sale, { minLength: 1, maxLength: 12 });
export const randomSupplier = fc.constantFrom(...STATES);
