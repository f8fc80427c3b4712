/** Input and result of `calculateTotals`. All amounts are paise. */
import type { StateCode } from "../../utils/gst/states.js";
import type { Paise } from "../../utils/money.js";
import type { ChargeRatePolicy, TaxedAmount, Taxes } from "./tax.js";

export interface TotalsLine {
  readonly id: string;
  readonly unitPrice: Paise;
  /** Units: a positive integer. */
  readonly quantity: number;
  /** Off the whole line, at most `unitPrice × quantity`. */
  readonly lineDiscount: Paise;
  readonly gstRateBps: number;
  /** Counts as 0, whatever its unit price. */
  readonly isFreeGift: boolean;
}

export interface CouponAmount {
  readonly code: string;
  readonly amount: Paise;
}

export interface AutomaticDiscountAmount {
  readonly id: string;
  readonly amount: Paise;
}

/** Discounts of the whole order, in the order in which the subtotal is used up. */
export interface OrderDiscounts {
  readonly coupons: readonly CouponAmount[];
  readonly automatic: readonly AutomaticDiscountAmount[];
  readonly tier: Paise;
}

export interface ShippingCharge {
  readonly rate: Paise;
  /** The fee for cash on delivery; 0 with any other method. */
  readonly codFee: Paise;
  /** A `free_shipping` coupon: waives the rate, not the fee. */
  readonly isFree: boolean;
}

export interface TotalsInput {
  readonly lines: readonly TotalsLine[];
  readonly discounts: OrderDiscounts;
  /** Null before a method is chosen. */
  readonly shipping: ShippingCharge | null;
  readonly supplierState: StateCode;
  /** Null before an address is known: then taxed as within the supplier's state. */
  readonly placeOfSupply: StateCode | null;
  /** A buyer in a special economic zone is always taxed as in another state. Default: no. */
  readonly isSezBuyer?: boolean;
  readonly pricesIncludeTax: boolean;
  readonly chargeRatePolicy: ChargeRatePolicy;
  readonly roundToRupee: boolean;
  /** The most store credit to use. */
  readonly storeCredit: Paise;
  /** The most to pay in loyalty points. */
  readonly loyaltyDiscount: Paise;
  /** What one point is worth; only whole points are used. Default: one paisa. */
  readonly loyaltyPointValue?: Paise;
}

export interface CalculatedLine {
  id: string;
  /** `unitPrice × quantity − lineDiscount`; 0 for a gift. */
  lineTotal: Paise;
  /** The line's part of `discountTotal`. */
  orderDiscountShare: Paise;
  taxableValue: Paise;
  taxes: Taxes;
  lineTax: Paise;
}

export interface ChargeRow extends TaxedAmount {
  kind: "shipping" | "cod";
  rateBps: number;
  /** Includes the tax when prices do. */
  amount: Paise;
}

export interface Totals {
  subtotal: Paise;
  discountTotal: Paise;
  /** Sum of the charges' amounts. */
  shippingTotal: Paise;
  /** Tax of lines and charges; included in the other amounts when `pricesIncludeTax`. */
  taxTotal: Paise;
  /** `taxTotal` by head. */
  taxes: Taxes;
  /** −49 … 50: the one amount that can be negative. */
  roundOff: Paise;
  grandTotal: Paise;
  /** No address yet: the heads are assumed. */
  taxEstimated: boolean;
  pricesIncludeTax: boolean;
  /** Store credit actually used. */
  storeCredit: Paise;
  /** Loyalty points actually used, in money. */
  loyaltyDiscount: Paise;
  amountDue: Paise;
  /** In the order of the input. */
  lines: CalculatedLine[];
  charges: ChargeRow[];
  /** What each discount actually took off. */
  discounts: OrderDiscounts;
}
