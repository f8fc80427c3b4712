/** What the units of a sold row are worth. Shares are cumulative, so that any sequence of units adds up to the row exactly. */
import { type Paise, paise } from "../../utils/money.js";
import { cumulativeShare } from "./allocation.js";
import { sumTaxes, type TaxedAmount, type Taxes } from "./tax.js";

/** A line or charge as it was sold; what the customer paid for it is taxable value plus taxes. */
export interface SoldRow {
  readonly taxableValue: Paise;
  readonly taxes: Taxes;
}

export interface RowShare extends TaxedAmount {
  /** Taxable value plus tax. */
  amount: Paise;
}

/** What the customer paid for a row, with tax and after discounts. */
export function paidFor(row: SoldRow): Paise {
  return paise(row.taxableValue + sumTaxes(row.taxes));
}

/** Some units of a sold line. */
export interface SoldUnits {
  readonly row: SoldRow;
  /** Units sold. */
  readonly quantity: number;
  /** Units taken before. */
  readonly before: number;
  /** Units to take now. */
  readonly units: number;
}

/**
 * The share of some units of a line, e.g. ₹10.00 over 3 units → 3.33, 3.34, 3.33.
 * Only at a few paise a unit can rounding leave more tax than amount (a taxable value of −1 paisa).
 * @throws RangeError when more units would be taken than were sold, or fewer than 0
 */
export function shareOfUnits({ row, quantity, before, units }: SoldUnits): RowShare {
  if (units < 0) throw new RangeError(`cannot take ${units} units`);
  const shareOf = (total: Paise): Paise =>
    paise(cumulativeShare(total, before + units, quantity) - cumulativeShare(total, before, quantity));
  const taxes: Taxes = {
    cgst: shareOf(row.taxes.cgst),
    sgst: shareOf(row.taxes.sgst),
    utgst: shareOf(row.taxes.utgst),
    igst: shareOf(row.taxes.igst),
  };
  const amount = shareOf(paidFor(row));
  const tax = sumTaxes(taxes);
  return { amount, taxableValue: paise(amount - tax), taxes, tax };
}
