/**
 * The totals of a cart, checkout, order or invoice; nothing else computes them. The rules are in docs/rules/money.md.
 * Pure, in paise, without floats.
 */
import { GATEWAY_MINIMUM_PAISE } from "../../utils/constants.js";
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { roundHalfUp, spreadByLargestRemainder } from "./allocation.js";
import {
  type ChargedLine,
  calculateTax,
  decideChargeRates,
  decideTaxHead,
  splitCharge,
  type TaxedAmount,
  type Taxes,
  type TaxRules,
} from "./tax.js";
import type {
  CalculatedLine,
  ChargeRow,
  OrderDiscounts,
  ShippingCharge,
  Totals,
  TotalsInput,
  TotalsLine,
} from "./totals.types.js";

export type * from "./totals.types.js";

const PAISE_PER_RUPEE = 100;

function assertNotNegative(amount: Paise, name: string): void {
  if (!(Number.isSafeInteger(amount) && amount >= 0)) throw new RangeError(`${name} is ${amount}`);
}

function calculateLineTotal(line: TotalsLine): Paise {
  assertNotNegative(line.unitPrice, "unitPrice");
  assertNotNegative(line.lineDiscount, "lineDiscount");
  if (!(Number.isSafeInteger(line.quantity) && line.quantity > 0)) {
    throw new RangeError(`quantity is ${line.quantity}`);
  }
  if (line.isFreeGift) return ZERO_PAISE;
  const lineTotal = paise(line.unitPrice * line.quantity - line.lineDiscount);
  assertNotNegative(lineTotal, "lineTotal");
  return lineTotal;
}

/** Grants discounts until the subtotal is used up: coupons, then automatic ones, then the tier's. */
function grantDiscounts(wanted: OrderDiscounts, subtotal: Paise) {
  let left = subtotal;
  const grant = (amount: Paise): Paise => {
    assertNotNegative(amount, "discount");
    const granted = amount < left ? amount : left;
    left = paise(left - granted);
    return granted;
  };
  const discounts: OrderDiscounts = {
    coupons: wanted.coupons.map(({ code, amount }) => ({ code, amount: grant(amount) })),
    automatic: wanted.automatic.map(({ id, amount }) => ({ id, amount: grant(amount) })),
    tier: grant(wanted.tier),
  };
  return { discounts, discountTotal: paise(subtotal - left) };
}

/** Results of the first steps for each line, by index. */
interface LineAmounts {
  readonly lineTotals: readonly Paise[];
  readonly shares: readonly Paise[];
}

function calculateLines(source: readonly TotalsLine[], { lineTotals, shares }: LineAmounts, rules: TaxRules) {
  const lines: CalculatedLine[] = [];
  const chargedLines: ChargedLine[] = [];
  for (const [index, line] of source.entries()) {
    const lineTotal = lineTotals[index] ?? ZERO_PAISE;
    const orderDiscountShare = shares[index] ?? ZERO_PAISE;
    const amount = paise(lineTotal - orderDiscountShare);
    const { taxableValue, taxes, tax } = calculateTax(amount, line.gstRateBps, rules);
    lines.push({ id: line.id, lineTotal, orderDiscountShare, taxableValue, taxes, lineTax: tax });
    chargedLines.push({ gstRateBps: line.gstRateBps, amount });
  }
  return { lines, chargedLines };
}

function calculateCharges(input: TotalsInput, lines: readonly ChargedLine[], rules: TaxRules): ChargeRow[] {
  if (input.shipping === null) return [];
  const { rate, codFee, isFree }: ShippingCharge = input.shipping;
  assertNotNegative(rate, "shipping rate");
  assertNotNegative(codFee, "codFee");
  const rates = decideChargeRates(lines, input.chargeRatePolicy);
  const toRows = (kind: ChargeRow["kind"], charge: Paise): ChargeRow[] =>
    splitCharge(charge, rates).map(({ rateBps, amount }) => ({
      kind,
      rateBps,
      amount,
      ...calculateTax(amount, rateBps, rules),
    }));
  return [...toRows("shipping", isFree ? ZERO_PAISE : rate), ...toRows("cod", codFee)];
}

function sumPaise(amounts: Iterable<Paise>): Paise {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  return paise(sum);
}

function sumByHead(lines: readonly CalculatedLine[], charges: readonly TaxedAmount[]): Taxes {
  const sum = { cgst: 0, sgst: 0, utgst: 0, igst: 0 };
  const add = (taxes: Taxes): void => {
    sum.cgst += taxes.cgst;
    sum.sgst += taxes.sgst;
    sum.utgst += taxes.utgst;
    sum.igst += taxes.igst;
  };
  for (const line of lines) add(line.taxes);
  for (const charge of charges) add(charge.taxes);
  return {
    cgst: paise(sum.cgst),
    sgst: paise(sum.sgst),
    utgst: paise(sum.utgst),
    igst: paise(sum.igst),
  };
}

type CreditWishes = Pick<TotalsInput, "storeCredit" | "loyaltyDiscount" | "loyaltyPointValue">;

/**
 * Uses points, then store credit, so that either nothing or at least the gateway's minimum remains due. If less would
 * remain, less credit is used, then fewer points. A grand total below the minimum keeps whatever remains, because it
 * cannot be raised to the minimum.
 */
function applyCredits(grandTotal: Paise, wishes: CreditWishes) {
  assertNotNegative(wishes.storeCredit, "storeCredit");
  assertNotNegative(wishes.loyaltyDiscount, "loyaltyDiscount");
  const pointValue = wishes.loyaltyPointValue ?? paise(1);
  if (!(pointValue > 0)) throw new RangeError(`loyaltyPointValue is ${pointValue}`);
  const pointsWithin = (limit: number): number => {
    const most = Math.max(0, Math.min(wishes.loyaltyDiscount, limit));
    return most - (most % pointValue);
  };

  let points = pointsWithin(grandTotal);
  let credit = Math.min(wishes.storeCredit, grandTotal - points);
  const due = grandTotal - points - credit;
  if (due > 0 && due < GATEWAY_MINIMUM_PAISE && grandTotal >= GATEWAY_MINIMUM_PAISE) {
    const mostCredits = grandTotal - GATEWAY_MINIMUM_PAISE;
    points = Math.min(points, pointsWithin(mostCredits));
    credit = Math.min(wishes.storeCredit, mostCredits - points);
  }
  return {
    storeCredit: paise(credit),
    loyaltyDiscount: paise(points),
    amountDue: paise(grandTotal - points - credit),
  };
}

function calculateRoundOff(exact: Paise, roundToRupee: boolean): Paise {
  if (!roundToRupee) return ZERO_PAISE;
  return paise(roundHalfUp(exact, PAISE_PER_RUPEE) * PAISE_PER_RUPEE - exact);
}

/**
 * Calculates all totals. Deterministic: the same input yields the same answer to the paisa.
 * @throws RangeError for invalid input: negative or fractional amounts, a quantity below 1, a line discount above its
 *   line, a rate outside 0–100 %, sums beyond 2^53
 */
export function calculateTotals(input: TotalsInput): Totals {
  const lineTotals = input.lines.map(calculateLineTotal);
  const subtotal = sumPaise(lineTotals);
  const { discounts, discountTotal } = grantDiscounts(input.discounts, subtotal);
  const shares = spreadByLargestRemainder(discountTotal, lineTotals);

  const head = decideTaxHead({ ...input, placeOfSupply: input.placeOfSupply ?? input.supplierState });
  const rules: TaxRules = { head, pricesIncludeTax: input.pricesIncludeTax };
  const { lines, chargedLines } = calculateLines(input.lines, { lineTotals, shares }, rules);
  const charges = calculateCharges(input, chargedLines, rules);

  const shippingTotal = sumPaise(charges.map((charge) => charge.amount));
  const taxes = sumByHead(lines, charges);
  const taxTotal = paise(taxes.cgst + taxes.sgst + taxes.utgst + taxes.igst);
  const addedTax = input.pricesIncludeTax ? 0 : taxTotal;
  const exact = paise(subtotal - discountTotal + shippingTotal + addedTax);
  const roundOff = calculateRoundOff(exact, input.roundToRupee);
  const grandTotal = paise(exact + roundOff);

  return {
    subtotal,
    discountTotal,
    shippingTotal,
    taxTotal,
    taxes,
    roundOff,
    grandTotal,
    taxEstimated: input.placeOfSupply === null,
    pricesIncludeTax: input.pricesIncludeTax,
    ...applyCredits(grandTotal, input),
    lines,
    charges,
    discounts,
  };
}
