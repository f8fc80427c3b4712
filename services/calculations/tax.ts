/** GST of one amount: which heads are levied, and the amount of each (docs/rules/money.md). */
import { type StateCode, stateByCode, toCurrentStateCode } from "../../utils/gst/states.js";
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { multiplyAndDivide, spreadByLargestRemainder } from "./allocation.js";

/** Tax in paise by head. Either `igst`, or `cgst` with the equal `sgst` or `utgst`; the rest is 0. */
export interface Taxes {
  cgst: Paise;
  sgst: Paise;
  utgst: Paise;
  igst: Paise;
}

/** The heads of a supply: across states, within a state, within a territory without legislature. */
export type TaxHead = "igst" | "cgst_sgst" | "cgst_utgst";

export interface TaxRules {
  readonly head: TaxHead;
  /** Whether amounts include their tax. */
  readonly pricesIncludeTax: boolean;
}

export interface TaxedAmount {
  /** What the tax is levied on: without the tax, after discounts. */
  taxableValue: Paise;
  taxes: Taxes;
  /** Sum of the heads. */
  tax: Paise;
}

/** The tax rate of shipping and COD fees: in proportion to the rates of the goods, the highest of them, or fixed. */
export type ChargeRatePolicy = "proportional" | "highest" | { readonly fixedBps: number };

/** Basis points in the whole. */
const WHOLE_BPS = 10_000;

/** Who supplies what to whom, as far as it decides the heads. */
export interface Supply {
  readonly supplierState: StateCode;
  readonly placeOfSupply: StateCode;
  /** A unit or developer of a special economic zone: inter-state by law, also within the state (IGST Act s. 7(5)). */
  readonly isSezBuyer?: boolean;
}

/**
 * The heads levied on a supply. Every union territory is a state of its own here, so that Chandigarh to
 * Daman is IGST. Legacy codes count as their successors.
 */
export function decideTaxHead({ supplierState, placeOfSupply, isSezBuyer = false }: Supply): TaxHead {
  const supplier = toCurrentStateCode(supplierState);
  if (isSezBuyer || supplier !== toCurrentStateCode(placeOfSupply)) return "igst";
  return stateByCode(supplier).isUnionTerritoryWithoutLegislature ? "cgst_utgst" : "cgst_sgst";
}

export function sumTaxes(taxes: Taxes): Paise {
  return paise(taxes.cgst + taxes.sgst + taxes.utgst + taxes.igst);
}

function toTaxes(head: TaxHead, perHead: Paise): Taxes {
  const isWithinState = head !== "igst";
  return {
    cgst: isWithinState ? perHead : ZERO_PAISE,
    sgst: head === "cgst_sgst" ? perHead : ZERO_PAISE,
    utgst: head === "cgst_utgst" ? perHead : ZERO_PAISE,
    igst: isWithinState ? ZERO_PAISE : perHead,
  };
}

/**
 * The tax on, or included in, an amount of paise at a rate in basis points. Each half is rounded separately, so that
 * CGST always equals SGST or UTGST, as the law requires. Within a state, the tax can therefore differ from IGST by a
 * paisa. Call it with the amount of a line, never of a unit.
 * @throws RangeError when the amount is negative or the rate is not within 0–10000
 */
export function calculateTax(amount: Paise, rateBps: number, rules: TaxRules): TaxedAmount {
  if (!(Number.isSafeInteger(amount) && amount >= 0)) throw new RangeError(`cannot tax ${amount}`);
  if (!(Number.isInteger(rateBps) && rateBps >= 0 && rateBps <= WHOLE_BPS)) {
    throw new RangeError(`not a rate in basis points: ${rateBps}`);
  }
  const whole = rules.pricesIncludeTax ? WHOLE_BPS + rateBps : WHOLE_BPS;
  const heads = rules.head === "igst" ? 1 : 2;
  const perHead = multiplyAndDivide(amount, rateBps, whole * heads);
  const tax = paise(perHead * heads);
  const taxableValue = rules.pricesIncludeTax ? paise(amount - tax) : amount;
  return { taxableValue, taxes: toTaxes(rules.head, perHead), tax };
}

/** A line as the charges see it: its rate and its amount after all discounts. */
export interface ChargedLine {
  readonly gstRateBps: number;
  readonly amount: Paise;
}

/** Rates with the weight that each has in the charges of an order. */
export interface ChargeRates {
  readonly rates: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The tax rates of charges. Proportional: the rates in order of first appearance, weighted by the amounts of their
 * lines. If all amounts are 0, or by policy: the highest rate of all lines.
 */
export function decideChargeRates(lines: readonly ChargedLine[], policy: ChargeRatePolicy): ChargeRates {
  if (typeof policy === "object") return { rates: [policy.fixedBps], weights: [1] };
  if (policy === "proportional") {
    const weightOfRate = new Map<number, number>();
    for (const line of lines) {
      if (line.amount === 0) continue;
      weightOfRate.set(line.gstRateBps, (weightOfRate.get(line.gstRateBps) ?? 0) + line.amount);
    }
    if (weightOfRate.size > 0)
      return { rates: [...weightOfRate.keys()], weights: [...weightOfRate.values()] };
  }
  const highest = lines.reduce((rate, line) => Math.max(rate, line.gstRateBps), 0);
  return { rates: [highest], weights: [1] };
}

export interface RatedAmount {
  readonly rateBps: number;
  readonly amount: Paise;
}

/** Splits a charge among its rates. A rate without a share gets no row. */
export function splitCharge(amount: Paise, { rates, weights }: ChargeRates): RatedAmount[] {
  if (amount === 0) return [];
  const shares = spreadByLargestRemainder(amount, weights);
  return rates
    .map((rateBps, index) => ({ rateBps, amount: shares[index] ?? ZERO_PAISE }))
    .filter((row) => row.amount > 0);
}
