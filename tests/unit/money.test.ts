import fc from "fast-check";
import {
  addPaise,
  maxPaise,
  minPaise,
  multiplyPaise,
  paise,
  rupeesToPaise,
  subtractPaise,
  toRupees,
} from "../../utils/money.js";

describe("rupeesToPaise", () => {
  test.each([
    [0, 0],
    [499.5, 49_950],
    [0.1 + 0.2, 30],
    [1.005, 101],
    [8.345, 835],
    [1.1 * 3, 330],
    [19.99, 1999],
    [0.07, 7],
    [0.004, 0],
    [0.005, 1],
    [99_999_999.99, 9_999_999_999],
  ])("When %d rupees come in, then they are %d paise", (rupees, expected) => {
    expect(rupeesToPaise(rupees)).toBe(expected);
    expect(rupeesToPaise(-rupees)).toBe(expected === 0 ? 0 : -expected);
  });

  test("When a negative amount rounds to nothing, then it is not minus zero", () => {
    expect(Object.is(rupeesToPaise(-0.001), 0)).toBe(true);
    expect(Object.is(rupeesToPaise(-0), 0)).toBe(true);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e15])(
    "When the amount is %d, then it is refused",
    (rupees) => {
      expect(() => rupeesToPaise(rupees)).toThrow(RangeError);
    },
  );

  test("When paise go out as rupees and come back, then they are the same, up to a lakh crore rupees", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 14), max: 10 ** 14 }), (amount) => {
        expect(rupeesToPaise(toRupees(paise(amount)))).toBe(paise(amount));
      }),
    );
  });

  test("When a price is multiplied in floats by a neighbour, then the noise does not move a paisa", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.integer({ min: 1, max: 100 }),
        (price, count) => {
          expect(rupeesToPaise((price / 100) * count)).toBe(price * count);
        },
      ),
    );
  });

  test("When an amount has three decimals, then the half goes away from zero", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000 }), (thousandths) => {
        const expected = Math.floor((thousandths + 5) / 10);
        expect(rupeesToPaise(thousandths / 1000)).toBe(expected);
      }),
    );
  });
});

describe("paise", () => {
  test.each([0.5, Number.NaN, 2 ** 53, -(2 ** 53)])("When the number is %d, then it is refused", (amount) => {
    expect(() => paise(amount)).toThrow(RangeError);
  });

  test("When it is minus zero, then it becomes zero", () => {
    expect(Object.is(paise(-0), 0)).toBe(true);
  });
});

describe("arithmetic of paise", () => {
  test("When amounts are combined, then the results are integers", () => {
    expect(addPaise()).toBe(0);
    expect(addPaise(paise(10), paise(20), paise(-5))).toBe(25);
    expect(subtractPaise(paise(10), paise(20), paise(5))).toBe(-15);
    expect(multiplyPaise(paise(333), 3)).toBe(999);
    expect(minPaise(paise(3), paise(2))).toBe(2);
    expect(maxPaise(paise(3), paise(2))).toBe(3);
  });

  test("When a product is no integer or too large, then it is refused", () => {
    expect(() => multiplyPaise(paise(1), 0.5)).toThrow(RangeError);
    expect(() => multiplyPaise(paise(2 ** 52), 4)).toThrow(RangeError);
  });

  test.each([
    [49_950, 499.5],
    [-5, -0.05],
    [0, 0],
    [100, 1],
  ])("When %d paise go out, then they are %d rupees", (amount, rupees) => {
    expect(toRupees(paise(amount))).toBe(rupees);
  });
});
