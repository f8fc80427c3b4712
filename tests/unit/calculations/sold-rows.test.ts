import fc from "fast-check";
import {
  paidFor,
  type RowShare,
  type SoldRow,
  shareOfUnits,
} from "../../../services/calculations/sold-rows.js";
import { calculateTax, type TaxHead } from "../../../services/calculations/tax.js";
import { paise } from "../../../utils/money.js";

const noTax = { cgst: paise(0), sgst: paise(0), utgst: paise(0), igst: paise(0) };
const untaxed = (amount: number): SoldRow => ({ taxableValue: paise(amount), taxes: noTax });

const ADDENDS = ["amount", "taxableValue", "tax"] as const;
const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;

/** All numbers of shares, added up. */
function addUp(shares: readonly RowShare[]) {
  const add = (pick: (share: RowShare) => number) => shares.reduce((all, one) => all + pick(one), 0);
  return {
    ...Object.fromEntries(ADDENDS.map((key) => [key, add((share) => share[key])])),
    taxes: Object.fromEntries(HEADS.map((head) => [head, add((share) => share.taxes[head])])),
  };
}

const soldRow: fc.Arbitrary<SoldRow> = fc
  .record({
    amount: fc.nat(5_000_000).map(paise),
    rateBps: fc.constantFrom(0, 25, 500, 1800, 4000),
    head: fc.constantFrom<TaxHead>("igst", "cgst_sgst", "cgst_utgst"),
    pricesIncludeTax: fc.boolean(),
  })
  .map(({ amount, rateBps, ...rules }) => calculateTax(amount, rateBps, rules));

const wholeOf = (row: SoldRow) => ({
  amount: paidFor(row),
  taxableValue: row.taxableValue,
  tax: paidFor(row) - row.taxableValue,
  taxes: row.taxes,
});

describe("shareOfUnits", () => {
  test("When ₹10.00 for 3 units come back one by one, then they are 3.33, 3.34 and 3.33", () => {
    const parts = [0, 1, 2].map((before) =>
      shareOfUnits({ row: untaxed(1000), quantity: 3, before, units: 1 }),
    );
    expect(parts.map((part) => part.amount)).toEqual([333, 334, 333]);
  });

  test("When the line was taxed, then the tax comes back with the unit, by head", () => {
    const row = { taxableValue: paise(25_000), taxes: { ...noTax, cgst: paise(2250), sgst: paise(2250) } };
    expect(shareOfUnits({ row, quantity: 3, before: 0, units: 2 })).toEqual({
      amount: 19_667,
      taxableValue: 16_667,
      taxes: { cgst: 1500, sgst: 1500, utgst: 0, igst: 0 },
      tax: 3000,
    });
  });

  test("When units come back in any steps, then they add up to the line exactly", () => {
    fc.assert(
      fc.property(
        soldRow,
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 8 }),
        (row, steps) => {
          const quantity = steps.reduce((all, units) => all + units, 0);
          fc.pre(quantity > 0);
          let before = 0;
          const parts = steps.map((units) => {
            const part = shareOfUnits({ row, quantity, before, units });
            before += units;
            return part;
          });
          expect(addUp(parts)).toEqual(wholeOf(row));
          for (const part of parts) {
            expect(part.amount).toBeGreaterThanOrEqual(0);
            expect(part.taxes.cgst).toBe(part.taxes.sgst + part.taxes.utgst);
          }
        },
      ),
    );
  });

  test("When a unit costs at least 5 paise, then no part is negative", () => {
    fc.assert(
      fc.property(soldRow, fc.integer({ min: 1, max: 20 }), (row, quantity) => {
        fc.pre(paidFor(row) >= 5 * quantity);
        for (let before = 0; before < quantity; before += 1) {
          const part = shareOfUnits({ row, quantity, before, units: 1 });
          expect(part.taxableValue).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test.each([
    [0, 4],
    [2, 2],
    [0, -1],
    [-1, 1],
    [0, 0.5],
  ])("When %d of 3 are back and %d more come, then it is refused", (before, units) => {
    expect(() => shareOfUnits({ row: untaxed(1000), quantity: 3, before, units })).toThrow(RangeError);
  });
});
