/**
 * Money is an integer number of paise everywhere inside the service. Rupees exist only at the edges: JSON, CSV, PDF and
 * the calls to other services.
 */

declare const paiseBrand: unique symbol;

/** An integer number of paise. The brand keeps rupees (or a quantity) from being passed by mistake. */
export type Paise = number & { readonly [paiseBrand]: true };

export const ZERO_PAISE = 0 as Paise;

/**
 * Brands an integer as paise.
 * @throws RangeError when the number is not a safe integer: a fraction of a paisa is always a bug.
 */
export function paise(amount: number): Paise {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not an integer number of paise: ${amount}`);
  return (amount === 0 ? 0 : amount) as Paise;
}

/**
 * Converts rupees from another service or a request to paise. Rounds half away from zero, after removing the binary
 * error of the multiplication (1.005 * 100 = 100.49999…).
 * @throws RangeError when the amount is not finite.
 */
export function rupeesToPaise(rupees: number): Paise {
  if (!Number.isFinite(rupees)) throw new RangeError(`not an amount in rupees: ${rupees}`);
  const hundredths = Math.abs(rupees) * 100;
  const rounded = Math.round(Number(hundredths.toPrecision(15)));
  return paise(Math.sign(rupees) * rounded);
}

/** Paise as rupees with at most two decimals, for JSON: `49950` → `499.5`. */
export function toRupees(amount: Paise): number {
  return amount / 100;
}

export const toRupeesOrNull = (amount: Paise | null): number | null =>
  amount === null ? null : toRupees(amount);

/** Paise as rupees with exactly two decimals, for print and payment links: `5` → `0.05`. From integers: no float can round it. */
export function toDecimalRupees(amount: Paise): string {
  const digits = String(Math.abs(amount)).padStart(3, "0");
  return `${amount < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function addPaise(...amounts: readonly Paise[]): Paise {
  return paise(amounts.reduce((sum, amount) => sum + amount, 0));
}

export function subtractPaise(amount: Paise, ...others: readonly Paise[]): Paise {
  return paise(amount - addPaise(...others));
}

export function multiplyPaise(amount: Paise, factor: number): Paise {
  return paise(amount * factor);
}

export function minPaise(...amounts: readonly [Paise, ...Paise[]]): Paise {
  return paise(Math.min(...amounts));
}

export function maxPaise(...amounts: readonly [Paise, ...Paise[]]): Paise {
  return paise(Math.max(...amounts));
}
