import fc from "fast-check";
import {
  calculateRefund,
  calculateUnitsRefund,
  calculateValueRefund,
  paidFor,
  type RefundedAmount,
  type RefundInput,
  type SoldRow,
} from "../../../services/calculations/refund-amounts.js";
import { calculateTax, type TaxHead } from "../../../services/calculations/tax.js";
import { calculateTotals } from "../../../services/calculations/totals-calculator.service.js";
import { paise } from "../../../utils/money.js";
import { anyTotalsInput } from "./totals-input.js";

const noTax = { cgst: paise(0), sgst: paise(0), utgst: paise(0), igst: paise(0) };
const untaxed = (amount: number): SoldRow => ({ taxableValue: paise(amount), taxes: noTax });

const ADDENDS = ["amount", "taxableValue", "tax"] as const;
const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;

/** All numbers of refunds, added up. */
function addUp(refunds: readonly RefundedAmount[]) {
  const add = (pick: (refund: RefundedAmount) => number) => refunds.reduce((all, one) => all + pick(one), 0);
  return {
    ...Object.fromEntries(ADDENDS.map((key) => [key, add((refund) => refund[key])])),
    taxes: Object.fromEntries(HEADS.map((head) => [head, add((refund) => refund.taxes[head])])),
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

describe("calculateUnitsRefund", () => {
  test("When ₹10.00 for 3 units come back one by one, then they are 3.33, 3.34 and 3.33", () => {
    const parts = [0, 1, 2].map((refundedBefore) =>
      calculateUnitsRefund({ row: untaxed(1000), quantity: 3, refundedBefore, units: 1 }),
    );
    expect(parts.map((part) => part.amount)).toEqual([333, 334, 333]);
  });

  test("When the line was taxed, then the tax comes back with the unit, by head", () => {
    const row = { taxableValue: paise(25_000), taxes: { ...noTax, cgst: paise(2250), sgst: paise(2250) } };
    expect(calculateUnitsRefund({ row, quantity: 3, refundedBefore: 0, units: 2 })).toEqual({
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
          let refundedBefore = 0;
          const parts = steps.map((units) => {
            const part = calculateUnitsRefund({ row, quantity, refundedBefore, units });
            refundedBefore += units;
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
        for (let refundedBefore = 0; refundedBefore < quantity; refundedBefore += 1) {
          const part = calculateUnitsRefund({ row, quantity, refundedBefore, units: 1 });
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
  ])("When %d of 3 are back and %d more come, then it is refused", (refundedBefore, units) => {
    const refund = { row: untaxed(1000), quantity: 3, refundedBefore, units };
    expect(() => calculateUnitsRefund(refund)).toThrow(RangeError);
  });
});

describe("calculateValueRefund", () => {
  test("When a value comes back, then the tax in it does", () => {
    const row = { taxableValue: paise(10_000), taxes: { ...noTax, igst: paise(1800) } };
    expect(calculateValueRefund({ row, refundedBefore: paise(0), value: paise(5900) })).toMatchObject({
      amount: 5900,
      taxableValue: 5000,
      tax: 900,
    });
  });

  test("When a row comes back in any values, then they add up to it exactly", () => {
    fc.assert(
      fc.property(soldRow, fc.array(fc.nat(1_000_000), { maxLength: 6 }), (row, values) => {
        const parts: RefundedAmount[] = [];
        let refundedBefore = 0;
        for (const wish of [...values, Number.MAX_SAFE_INTEGER]) {
          const value = Math.min(wish, paidFor(row) - refundedBefore);
          const part = calculateValueRefund({
            row,
            refundedBefore: paise(refundedBefore),
            value: paise(value),
          });
          expect(part.amount).toBe(value);
          parts.push(part);
          refundedBefore += value;
        }
        expect(addUp(parts)).toEqual(wholeOf(row));
      }),
    );
  });

  test("When more comes back than was paid, or less than nothing, then it is refused", () => {
    const row = untaxed(1000);
    expect(() => calculateValueRefund({ row, refundedBefore: paise(500), value: paise(501) })).toThrow(
      RangeError,
    );
    expect(() => calculateValueRefund({ row, refundedBefore: paise(500), value: paise(-1) })).toThrow(
      RangeError,
    );
  });
});

describe("calculateRefund", () => {
  const order = (overrides: Partial<RefundInput> = {}): RefundInput => ({
    lines: [
      { id: "a", row: untaxed(1000), quantity: 3, refundedBefore: 0, units: 0 },
      { id: "gift", row: untaxed(0), quantity: 1, refundedBefore: 0, units: 0 },
    ],
    charges: [untaxed(490)],
    chargesRefundedBefore: false,
    refundsCharges: false,
    roundOff: paise(10),
    ...overrides,
  });
  const lineWith = (refundedBefore: number, units: number) => [
    { id: "a", row: untaxed(1000), quantity: 3, refundedBefore, units },
    { id: "gift", row: untaxed(0), quantity: 1, refundedBefore: 0, units: 0 },
  ];

  test("When some units come back, then neither charges nor round-off do", () => {
    expect(calculateRefund(order({ lines: lineWith(0, 2) }))).toEqual({
      lines: [{ id: "a", units: 2, amount: 667, taxableValue: 667, taxes: noTax, tax: 0 }],
      charges: [],
      roundOff: 0,
      total: 667,
    });
  });

  test("When all lines but not the charges are back, then the round-off stays", () => {
    expect(calculateRefund(order({ lines: lineWith(1, 2) }))).toMatchObject({ roundOff: 0, total: 667 });
  });

  test("When everything comes back at once, or the charges last, then the round-off does too", () => {
    const whole = calculateRefund(order({ lines: lineWith(0, 3), refundsCharges: true }));
    expect(whole).toMatchObject({ roundOff: 10, total: 1500 });
    expect(whole.charges).toHaveLength(1);
    expect(calculateRefund(order({ lines: lineWith(3, 0), refundsCharges: true })).total).toBe(500);
    expect(calculateRefund(order({ lines: lineWith(2, 1), chargesRefundedBefore: true })).total).toBe(343);
  });

  test("When only a gift comes back after everything else, then nothing is paid a second time", () => {
    const lines = lineWith(3, 0).map((row) => (row.id === "gift" ? { ...row, units: 1 } : row));
    expect(calculateRefund(order({ lines, chargesRefundedBefore: true }))).toMatchObject({
      roundOff: 0,
      total: 0,
    });
  });

  test("When nothing was charged, then the last unit completes the reversal", () => {
    expect(calculateRefund(order({ lines: lineWith(2, 1), charges: [] })).roundOff).toBe(10);
  });

  test("When the last part is worth less than a negative round-off, then no refund is negative", () => {
    const refund = calculateRefund(
      order({ lines: lineWith(3, 0), charges: [untaxed(20)], refundsCharges: true, roundOff: paise(-49) }),
    );
    expect(refund).toMatchObject({ roundOff: -20, total: 0 });
  });

  test("When charges come back twice, then it is refused", () => {
    expect(() => calculateRefund(order({ refundsCharges: true, chargesRefundedBefore: true }))).toThrow(
      RangeError,
    );
  });

  test("When an order comes back in two refunds, in any split, then they add up to its grand total", () => {
    fc.assert(
      fc.property(
        anyTotalsInput,
        fc.array(fc.nat(10), { minLength: 12, maxLength: 12 }),
        fc.boolean(),
        (input, splits, chargesFirst) => {
          const totals = calculateTotals(input);
          const sold = totals.lines.map((row, index) => ({
            ...row,
            quantity: input.lines[index]?.quantity ?? 1,
          }));
          const refund = (isFirst: boolean) =>
            calculateRefund({
              lines: sold.map((row, index) => {
                const first = Math.min(row.quantity, splits[index] ?? 0);
                const counts = isFirst ? [0, first] : [first, row.quantity - first];
                return {
                  id: row.id,
                  row,
                  quantity: row.quantity,
                  refundedBefore: counts[0] ?? 0,
                  units: counts[1] ?? 0,
                };
              }),
              charges: totals.charges,
              chargesRefundedBefore: chargesFirst && !isFirst,
              refundsCharges: chargesFirst === isFirst,
              roundOff: totals.roundOff,
            });
          const [first, second] = [refund(true), refund(false)];
          // A last part below the round-off cannot give it back (tested above).
          fc.pre(first.total <= totals.grandTotal);
          expect(first.total + second.total).toBe(totals.grandTotal);
        },
      ),
      { numRuns: 300 },
    );
  });
});
