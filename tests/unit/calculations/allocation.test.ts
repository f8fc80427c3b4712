import fc from "fast-check";
import {
  cumulativeShare,
  multiplyAndDivide,
  roundHalfUp,
  spreadByLargestRemainder,
} from "../../../services/calculations/allocation.js";
import { paise } from "../../../utils/money.js";

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

/** The definition of rounding half away from zero, literally: `(2n + d) div 2d`, mirrored. */
const roundByDefinition = (numerator: bigint, divisor: bigint): bigint =>
  numerator < 0n ? -roundByDefinition(-numerator, divisor) : (2n * numerator + divisor) / (2n * divisor);

describe("roundHalfUp", () => {
  test.each([
    [0, 3, 0],
    [1, 3, 0],
    [1, 2, 1],
    [5, 2, 3],
    [-5, 2, -3],
    [-1, 2, -1],
    [-1, 3, 0],
    [2, 3, 1],
    [5_250_000, 21_000, 250],
  ])("When %d is divided by %d, then it is %d", (numerator, divisor, expected) => {
    expect(Object.is(roundHalfUp(numerator, divisor), expected)).toBe(true);
  });

  test("When any safe integers are divided, then the definition holds", () => {
    const divisors = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(fc.maxSafeInteger(), divisors, (numerator, divisor) => {
        const expected = Number(roundByDefinition(BigInt(numerator), BigInt(divisor)));
        expect(roundHalfUp(numerator, divisor) - expected).toBe(0);
      }),
    );
  });

  test.each([
    [1, 0],
    [1, -2],
    [1, 1.5],
    [0.5, 2],
    [2 ** 53, 2],
    [Number.NaN, 2],
  ])("When %d is to be divided by %d, then it is refused", (numerator, divisor) => {
    expect(() => roundHalfUp(numerator, divisor)).toThrow(RangeError);
  });
});

describe("multiplyAndDivide", () => {
  test("When the product leaves the safe integers, then the result is still exact", () => {
    const amounts = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        amounts,
        fc.nat(10_000),
        fc.integer({ min: 10_000, max: 40_000 }),
        (amount, rate, whole) => {
          const expected = roundByDefinition(BigInt(amount) * BigInt(rate), BigInt(whole));
          expect(BigInt(multiplyAndDivide(paise(amount), rate, whole))).toBe(expected);
        },
      ),
    );
  });

  test("When the factor is a fraction or the divisor not positive, then it is refused", () => {
    expect(() => multiplyAndDivide(paise(10), 0.5, 3)).toThrow(RangeError);
    expect(() => multiplyAndDivide(paise(2 ** 52), 4, 0)).toThrow(RangeError);
  });
});

describe("spreadByLargestRemainder", () => {
  test.each([
    [1000, [6000, 3000, 3000], [500, 250, 250]],
    [100, [1, 1, 1], [34, 33, 33]],
    [101, [1, 1, 1], [34, 34, 33]],
    [10, [0, 5, 0], [0, 10, 0]],
    [5, [1, 2, 2], [1, 2, 2]],
    [1, [1, 3, 3], [0, 1, 0]],
    [0, [0, 0], [0, 0]],
    [0, [], []],
    [7, [3], [7]],
  ])("When %d is spread over %j, then the shares are %j", (amount, weights, expected) => {
    expect(spreadByLargestRemainder(paise(amount), weights)).toEqual(expected);
  });

  const weightLists = fc
    .array(fc.nat(10_000_000), { minLength: 1, maxLength: 50 })
    .filter((weights) => sum(weights) > 0);

  test("When an amount is spread, then the shares add up, stay within a paisa of their part, and skip 0", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), weightLists, (amount, weights) => {
        const shares = spreadByLargestRemainder(paise(amount), weights);
        expect(sum(shares)).toBe(amount);
        const total = BigInt(sum(weights));
        for (const [index, share] of shares.entries()) {
          const weight = weights[index] ?? 0;
          const floor = Number((BigInt(amount) * BigInt(weight)) / total);
          expect(share === floor || share === floor + 1).toBe(true);
          if (weight === 0) expect(share).toBe(0);
        }
      }),
    );
  });

  test("When the amount is at most the sum of the weights, then no share exceeds its weight", () => {
    fc.assert(
      fc.property(weightLists, fc.nat(10_000), (weights, part) => {
        const amount = Math.floor((sum(weights) * part) / 10_000);
        const shares = spreadByLargestRemainder(paise(amount), weights);
        expect(shares.every((share, index) => share <= (weights[index] ?? 0))).toBe(true);
      }),
    );
  });

  test("When lines of equal weight change places, then only the extra paisa moves", () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 2, max: 20 }),
        (amount, weight, count) => {
          const weights = [weight * 3, ...Array.from({ length: count }, () => weight)];
          const shares = spreadByLargestRemainder(paise(amount), weights);
          const equal = shares.slice(1);
          expect(Math.max(...equal) - Math.min(...equal)).toBeLessThanOrEqual(1);
          expect(equal).toEqual([...equal].sort((a, b) => b - a));
        },
      ),
    );
  });

  test("When lines of different weights change places, then the shares go with them", () => {
    expect(spreadByLargestRemainder(paise(100), [7, 11, 13])).toEqual([23, 35, 42]);
    expect(spreadByLargestRemainder(paise(100), [13, 7, 11])).toEqual([42, 23, 35]);
  });

  test("When products leave the safe integers, then the shares are still exact", () => {
    const large = paise(9_007_199_254_740_990);
    const weights = [3_000_000_000_000_001, 3_000_000_000_000_002, 3_000_000_000_000_003];
    const shares = spreadByLargestRemainder(large, weights);
    const total = weights.reduce((all, weight) => all + BigInt(weight), 0n);
    expect(shares.reduce((all, share) => all + BigInt(share), 0n)).toBe(BigInt(large));
    for (const [index, share] of shares.entries()) {
      const floor = (BigInt(large) * BigInt(weights[index] ?? 0)) / total;
      expect([floor, floor + 1n]).toContain(BigInt(share));
    }
  });

  test("When there is nothing to spread over, or something negative, then it is refused", () => {
    expect(() => spreadByLargestRemainder(paise(1), [0, 0])).toThrow(RangeError);
    expect(() => spreadByLargestRemainder(paise(1), [])).toThrow(RangeError);
    expect(() => spreadByLargestRemainder(paise(-1), [1])).toThrow(RangeError);
    expect(() => spreadByLargestRemainder(paise(1), [2, -1])).toThrow(RangeError);
    expect(() => spreadByLargestRemainder(paise(1), [0.5])).toThrow(RangeError);
    expect(() => spreadByLargestRemainder(paise(1), [2 ** 52, 2 ** 52])).toThrow(RangeError);
  });
});

describe("cumulativeShare", () => {
  test("When ₹10.00 is taken in 3 steps, then they are 3.33, 3.34 and 3.33", () => {
    const reached = [0, 1, 2, 3].map((taken) => cumulativeShare(paise(1000), taken, 3));
    expect(reached).toEqual([0, 333, 667, 1000]);
  });

  test("When nothing is taken of nothing, then it is nothing", () => {
    expect(cumulativeShare(paise(0), 0, 0)).toBe(0);
  });

  test.each([
    [-1, 3],
    [4, 3],
    [0.5, 3],
    [Number.NaN, 3],
  ])("When %d of %d are taken, then it is refused", (taken, of) => {
    expect(() => cumulativeShare(paise(1000), taken, of)).toThrow(RangeError);
  });
});
