import type { Paise } from "../../utils/money.js";
import { count, money, no, oneOf, optionalText } from "./fields.js";
import { definePart } from "./schema.js";

/** Tax by head: within a state cgst + sgst (or utgst), else igst; never both. */
export interface TaxSplit {
  cgst: Paise;
  sgst: Paise;
  utgst: Paise;
  igst: Paise;
}

export const taxSplitPart = definePart<TaxSplit>({ cgst: money, sgst: money, utgst: money, igst: money });

/** The totals of a cart (docs/rules/money.md). */
export interface CartTotals {
  subtotal: Paise;
  discountTotal: Paise;
  shippingTotal: Paise;
  taxTotal: Paise;
  roundOff: Paise;
  grandTotal: Paise;
}

export const cartTotalsFields = {
  subtotal: money,
  discountTotal: money,
  shippingTotal: money,
  taxTotal: money,
  roundOff: money,
  grandTotal: money,
} as const;

/** The totals of a checkout: what is left to pay after credit and points. */
export interface CheckoutTotals extends CartTotals {
  taxEstimated: boolean;
  pricesIncludeTax: boolean;
  storeCredit: Paise;
  loyaltyDiscount: Paise;
  amountDue: Paise;
}

export const checkoutTotalsPart = definePart<CheckoutTotals>({
  ...cartTotalsFields,
  taxEstimated: no,
  pricesIncludeTax: no,
  storeCredit: money,
  loyaltyDiscount: money,
  amountDue: money,
});

/** Order-level discount and tax of a line. */
export interface LineTotals {
  orderDiscountShare: Paise;
  taxableValue: Paise;
  taxes: TaxSplit;
  lineTax: Paise;
}

export const lineTotalsFields = {
  orderDiscountShare: money,
  taxableValue: money,
  taxes: { type: taxSplitPart, required: true, default: () => ({}) },
  lineTax: money,
} as const;

export const CHARGE_KINDS = ["shipping", "cod"] as const;
export type ChargeKind = (typeof CHARGE_KINDS)[number];

/** Shipping or the COD fee, one row per tax rate. */
export interface Charge {
  kind: ChargeKind;
  /** As it is printed. */
  description: string;
  hsnCode: string | null;
  gstRateBps: number;
  /** The amount quoted to the customer: includes the tax when prices do. */
  amount: Paise;
  taxableValue: Paise;
  taxes: TaxSplit;
  taxTotal: Paise;
}

export const chargePart = definePart<Charge>({
  kind: oneOf(CHARGE_KINDS),
  description: { type: String, default: "" },
  hsnCode: optionalText,
  gstRateBps: count,
  amount: money,
  taxableValue: money,
  taxes: lineTotalsFields.taxes,
  taxTotal: money,
});
