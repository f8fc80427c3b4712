/** GST rates are integer basis points inside the service: 18 % is 1800. */

/** No rate of GST reaches it; a higher one is a mistake of the unit. */
const MAX_PERCENT = 100;
/** Binary noise of `percent * 100` (0.07 * 100 = 7.000000000000001) stays far below it. */
const NOISE = 1e-6;

/**
 * A rate in percent, as the catalog and settings speak it, in basis points: 18 → 1800, 0.25 → 25.
 * @throws RangeError unless the rate is between 0 and 100 with at most two decimals
 */
export function gstPercentToBps(percent: number): number {
  const basisPoints = Math.round(percent * 100);
  if (!(percent >= 0 && percent <= MAX_PERCENT) || Math.abs(percent * 100 - basisPoints) > NOISE) {
    throw new RangeError(`not a rate of GST in percent: ${percent}`);
  }
  return basisPoints;
}

/** Basis points as percent, for answers and documents: 1800 → 18, 25 → 0.25. */
export function bpsToGstPercent(basisPoints: number): number {
  return basisPoints / 100;
}
