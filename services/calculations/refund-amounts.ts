/**
 * Refund amounts of returned, cancelled or partly refunded rows. Shares are cumulative, so that any sequence of partial
 * refunds adds up to the row exactly. Rates and heads are those of the order; nothing is read from the catalog again.
 * All amounts are positive paise.
 */
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { cumulativeShare } from "./allocation.js";
import { sumTaxes, type TaxedAmount, type Taxes } from "./tax.js";

/** A line or charge as it was sold; what the customer paid for it is taxable value plus taxes. */
export interface SoldRow {
  readonly taxableValue: Paise;
  readonly taxes: Taxes;
}

export interface RefundedAmount extends TaxedAmount {
  /** What goes back to the customer: taxable value plus tax. */
  amount: Paise;
}

/** What the customer paid for a row, with tax and after discounts. */
export function paidFor(row: SoldRow): Paise {
  return paise(row.taxableValue + sumTaxes(row.taxes));
}

interface Step {
  readonly before: number;
  readonly after: number;
  readonly of: number;
}

function shareOfStep(total: Paise, step: Step): Paise {
  return paise(cumulativeShare(total, step.after, step.of) - cumulativeShare(total, step.before, step.of));
}

function calculateStep(row: SoldRow, step: Step): RefundedAmount {
  const taxes: Taxes = {
    cgst: shareOfStep(row.taxes.cgst, step),
    sgst: shareOfStep(row.taxes.sgst, step),
    utgst: shareOfStep(row.taxes.utgst, step),
    igst: shareOfStep(row.taxes.igst, step),
  };
  const amount = shareOfStep(paidFor(row), step);
  const tax = sumTaxes(taxes);
  return { amount, taxableValue: paise(amount - tax), taxes, tax };
}

/** A sold line with the units to refund. */
export interface UnitsRefund {
  readonly row: SoldRow;
  /** Units sold. */
  readonly quantity: number;
  /** Units refunded before, including cancelled ones. */
  readonly refundedBefore: number;
  /** Units to refund now. */
  readonly units: number;
}

/**
 * The refund of some units of a line, e.g. ₹10.00 over 3 units → 3.33, 3.34, 3.33.
 * Only at a few paise a unit can rounding leave more tax than amount (a taxable value of −1 paisa).
 * @throws RangeError when more units would be refunded than were sold, or fewer than 0
 */
export function calculateUnitsRefund({ row, quantity, refundedBefore, units }: UnitsRefund): RefundedAmount {
  if (units < 0) throw new RangeError(`cannot refund ${units} units`);
  return calculateStep(row, { before: refundedBefore, after: refundedBefore + units, of: quantity });
}

/** A sold line or charge of which a value is refunded, not units. */
export interface ValueRefund {
  readonly row: SoldRow;
  /** Value refunded before. */
  readonly refundedBefore: Paise;
  /** Value to refund now. */
  readonly value: Paise;
}

/**
 * The refund of a value out of a row, with the tax in it: `amount` is the value itself.
 * @throws RangeError when the value exceeds what is left of the row, or is negative
 */
export function calculateValueRefund({ row, refundedBefore, value }: ValueRefund): RefundedAmount {
  if (value < 0) throw new RangeError(`cannot refund a value of ${value}`);
  return calculateStep(row, { before: refundedBefore, after: refundedBefore + value, of: paidFor(row) });
}

export interface RefundLine extends UnitsRefund {
  readonly id: string;
}

export interface RefundInput {
  /** All lines of the order, also those without a refund now (`units: 0`). */
  readonly lines: readonly RefundLine[];
  /** All charges of the order: shipping and COD fee. */
  readonly charges: readonly SoldRow[];
  readonly chargesRefundedBefore: boolean;
  /** Charges are refunded whole, with a full refund or by choice. */
  readonly refundsCharges: boolean;
  /** The order's, −49 … 50. */
  readonly roundOff: Paise;
}

export interface RefundAmounts {
  /** The lines with units that are refunded now. */
  lines: (RefundedAmount & { id: string; units: number })[];
  /** In the order of the input; empty unless they are refunded now. */
  charges: RefundedAmount[];
  /** Not 0 only in the refund that completes a full reversal, so that all refunds add up to what was paid. */
  roundOff: Paise;
  total: Paise;
}

function toWholeRefund(row: SoldRow): RefundedAmount {
  const tax = sumTaxes(row.taxes);
  return { amount: paidFor(row), taxableValue: row.taxableValue, taxes: { ...row.taxes }, tax };
}

function isNothingLeft(input: RefundInput, refundsCharges: boolean): boolean {
  const areLinesBack = input.lines.every(
    ({ row, quantity, refundedBefore, units }) => paidFor(row) === 0 || refundedBefore + units === quantity,
  );
  const areChargesBack =
    refundsCharges || input.chargesRefundedBefore || input.charges.every((charge) => paidFor(charge) === 0);
  return areLinesBack && areChargesBack;
}

/**
 * The refund of several lines and, by choice, the charges of an order.
 * @throws RangeError when more would be refunded than was sold, or the charges twice
 */
export function calculateRefund(input: RefundInput): RefundAmounts {
  if (input.refundsCharges && input.chargesRefundedBefore) {
    throw new RangeError("the charges were refunded before");
  }
  const lines = input.lines
    .filter((line) => line.units !== 0)
    .map((line) => ({ id: line.id, units: line.units, ...calculateUnitsRefund(line) }));
  const charges = input.refundsCharges ? input.charges.map(toWholeRefund) : [];
  const exact = [...lines, ...charges].reduce((sum, part) => sum + part.amount, 0);
  // Units without value (gifts) neither delay the round-off nor refund it twice.
  const isCompleting = exact > 0 && isNothingLeft(input, input.refundsCharges);
  const roundOff = isCompleting ? paise(Math.max(input.roundOff, -exact)) : ZERO_PAISE;
  return { lines, charges, roundOff, total: paise(exact + roundOff) };
}
