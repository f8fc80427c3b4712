import { codPartOf, valueOfOpenUnits } from "../../../services/calculations/cod-parts.js";
import { paise, ZERO_PAISE } from "../../../utils/money.js";

const NO_TAX = { cgst: ZERO_PAISE, sgst: ZERO_PAISE, utgst: ZERO_PAISE, igst: ZERO_PAISE };

/** A line without tax. */
const line = (total: number, quantity: number, { cancelled = 0, allocated = 0 } = {}) => ({
  ...{ taxableValue: paise(total), taxes: NO_TAX, quantity },
  ...{ quantityCancelled: cancelled, quantityAllocated: allocated, quantityFulfilled: 0 },
  ...{ quantityDelivered: 0, quantityReturned: 0, quantityReturnedToOrigin: 0 },
});

/** Ships the lines one after another. @returns the parcels' amounts */
function parcels(due: number, totals: readonly number[]): number[] {
  const amounts: number[] = [];
  for (const index of totals.keys()) {
    const lines = totals.map((total, at) => line(total, 1, { allocated: at <= index ? 1 : 0 }));
    const inParcels = paise(amounts.reduce((sum, amount) => sum + amount, 0));
    amounts.push(codPartOf({ due: paise(due), inParcels, open: valueOfOpenUnits(lines) }));
  }
  return amounts;
}

test.each([
  ["nothing else is due", 30_000, [10_000, 20_000], [10_000, 20_000]],
  ["shipping and a fee are due", 38_900, [10_000, 20_000], [18_900, 20_000]],
  ["credit pays for less than the first parcel", 28_900, [10_000, 20_000], [8_900, 20_000]],
  ["credit pays for more than the first parcel", 15_000, [10_000, 20_000], [0, 15_000]],
  ["a gift is in the second parcel", 18_900, [10_000, 0], [18_900, 0]],
])(
  "When %s, then the parcels carry their parts, and the last one the remainder",
  (_name, due, totals, amounts) => {
    expect(parcels(due, totals)).toEqual(amounts);
  },
);

test("When units between two parcels are cancelled, then the parcels collect exactly what is left to pay", () => {
  // Three units for 10.00: 3.33, 3.34, 3.33.
  const due = paise(1_000);
  const first = codPartOf({
    due,
    inParcels: ZERO_PAISE,
    open: valueOfOpenUnits([line(1_000, 3, { allocated: 1 })]),
  });
  const afterCancel = paise(1_000 - 333);
  const rest = codPartOf({
    due: afterCancel,
    inParcels: first,
    open: valueOfOpenUnits([line(1_000, 3, { allocated: 2, cancelled: 1 })]),
  });
  expect([first, rest]).toEqual([333, 334]);
  expect(first + rest).toBe(afterCancel);
});
