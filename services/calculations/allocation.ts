/** Exact integer division of money: rounding and spreading without floats and without losing a paisa. */
import { type Paise, paise } from "../../utils/money.js";

function assertDivisor(divisor: number): void {
  if (!Number.isSafeInteger(divisor) || divisor <= 0) {
    throw new RangeError(`not a positive integer divisor: ${divisor}`);
  }
}

/**
 * `numerator / divisor` as an integer, a half away from zero: 5/2 → 3, −5/2 → −3.
 * @throws RangeError unless both are safe integers and the divisor is positive
 */
export function roundHalfUp(numerator: number, divisor: number): number {
  assertDivisor(divisor);
  if (!Number.isSafeInteger(numerator)) throw new RangeError(`not a safe integer: ${numerator}`);
  const magnitude = Math.abs(numerator);
  const remainder = magnitude % divisor;
  const quotient = (magnitude - remainder) / divisor;
  // Not 2 × remainder: that could leave the safe integers.
  const rounded = remainder >= divisor - remainder ? quotient + 1 : quotient;
  return numerator < 0 && rounded !== 0 ? -rounded : rounded;
}

/**
 * `amount × factor / divisor`, a half away from zero. Exact however large the product is.
 * @throws RangeError unless all are safe integers and the divisor is positive
 */
export function multiplyAndDivide(amount: Paise, factor: number, divisor: number): Paise {
  if (!Number.isSafeInteger(factor)) throw new RangeError(`not an integer factor: ${factor}`);
  const product = amount * factor;
  if (Number.isSafeInteger(product)) return paise(roundHalfUp(product, divisor));
  assertDivisor(divisor);
  const exact = BigInt(amount) * BigInt(factor);
  const magnitude = exact < 0n ? -exact : exact;
  const wide = BigInt(divisor);
  const rounded = Number((2n * magnitude + wide) / (2n * wide));
  return paise(exact < 0n ? -rounded : rounded);
}

/**
 * The share of `total` for the first `taken` of `of` units. The differences between such shares add up to the total
 * exactly, in whatever steps the units are taken. For 0 units it is 0.
 * @throws RangeError unless 0 ≤ taken ≤ of
 */
export function cumulativeShare(total: Paise, taken: number, of: number): Paise {
  if (!(Number.isSafeInteger(taken) && Number.isSafeInteger(of) && taken >= 0 && taken <= of)) {
    throw new RangeError(`cannot take ${taken} of ${of}`);
  }
  if (taken === 0) return paise(0);
  return multiplyAndDivide(total, taken, of);
}

interface Portion {
  readonly floor: number;
  readonly remainder: number;
}

function portionOf(amount: number, weight: number, totalWeight: number): Portion {
  const product = amount * weight;
  if (Number.isSafeInteger(product)) {
    const remainder = product % totalWeight;
    return { floor: (product - remainder) / totalWeight, remainder };
  }
  const exact = BigInt(amount) * BigInt(weight);
  const wide = BigInt(totalWeight);
  return { floor: Number(exact / wide), remainder: Number(exact % wide) };
}

function sumOfWeights(weights: readonly number[]): number {
  let sum = 0;
  for (const weight of weights) {
    if (!(Number.isSafeInteger(weight) && weight >= 0)) throw new RangeError(`not a weight: ${weight}`);
    sum += weight;
  }
  if (!Number.isSafeInteger(sum)) throw new RangeError(`weights too large: ${sum}`);
  return sum;
}

/**
 * Splits an amount in proportion to the weights. The shares add up to the amount: the paise left after rounding down go
 * to the largest remainders, one each; of equal remainders, to the lower index first.
 * A share of weight 0 is 0, and no share exceeds its weight while the amount does not exceed their sum.
 * @throws RangeError when the amount or a weight is negative, or the weights of an amount are all 0
 */
export function spreadByLargestRemainder(amount: Paise, weights: readonly number[]): Paise[] {
  if (!(Number.isSafeInteger(amount) && amount >= 0)) throw new RangeError(`cannot spread ${amount}`);
  const totalWeight = sumOfWeights(weights);
  if (amount === 0) return weights.map(() => paise(0));
  if (totalWeight === 0) throw new RangeError(`no weight to spread ${amount} over`);

  const portions = weights.map((weight) => portionOf(amount, weight, totalWeight));
  const left = amount - portions.reduce((sum, portion) => sum + portion.floor, 0);
  if (left === 0) return portions.map((portion) => paise(portion.floor));

  const ranked = portions.map((portion, index) => ({ remainder: portion.remainder, index }));
  ranked.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const raised = new Set(ranked.slice(0, left).map((portion) => portion.index));
  return portions.map((portion, index) => paise(raised.has(index) ? portion.floor + 1 : portion.floor));
}
