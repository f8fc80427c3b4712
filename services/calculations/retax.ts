/**
 * The tax of an order whose place of supply changes. What was agreed stays: prices, discounts, charges and the total.
 * Only the heads of the tax follow the new place (docs/rules/money.md). Pure, in paise.
 */
import { type Paise, paise, subtractPaise } from "../../utils/money.js";
import { calculateTax, type TaxedAmount, type TaxRules } from "./tax.js";

export interface AgreedLine {
  readonly lineTotal: Paise;
  readonly orderDiscountShare: Paise;
  readonly gstRateBps: number;
}

export interface AgreedCharge {
  readonly amount: Paise;
  readonly gstRateBps: number;
}

export interface AgreedOrder {
  readonly lines: readonly AgreedLine[];
  readonly charges: readonly AgreedCharge[];
  readonly subtotal: Paise;
  readonly discountTotal: Paise;
  readonly shippingTotal: Paise;
  readonly grandTotal: Paise;
}

export interface RetaxedOrder {
  /** In the order of the input. */
  lines: TaxedAmount[];
  charges: TaxedAmount[];
  taxTotal: Paise;
  /**
   * What makes up the difference to the agreed total. Where prices exclude the tax, two halves rounded by themselves
   * can differ from the whole by a paisa per line.
   */
  roundOff: Paise;
}

export function retaxOrder(order: AgreedOrder, rules: TaxRules): RetaxedOrder {
  const lines = order.lines.map(({ lineTotal, orderDiscountShare, gstRateBps }) =>
    calculateTax(subtractPaise(lineTotal, orderDiscountShare), gstRateBps, rules),
  );
  const charges = order.charges.map(({ amount, gstRateBps }) => calculateTax(amount, gstRateBps, rules));
  const taxTotal = paise([...lines, ...charges].reduce((sum, { tax }) => sum + tax, 0));
  const { subtotal, discountTotal, shippingTotal, grandTotal } = order;
  const addedTax = rules.pricesIncludeTax ? 0 : taxTotal;
  const roundOff = paise(grandTotal - (subtotal - discountTotal + shippingTotal + addedTax));
  return { lines, charges, taxTotal, roundOff };
}
