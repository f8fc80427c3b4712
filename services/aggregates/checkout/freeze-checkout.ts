import {
  type CartItemDoc,
  type Charge,
  type CheckoutTotals,
  type FrozenCheckout,
  type FrozenLine,
  toItemSnapshot,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import type { CalculatedLine, Totals } from "../../calculations/totals-calculator.service.js";
import type { CheckoutState } from "./checkout-state.js";

/** The totals as they are stored; the totals of each line are stored with the line. */
export function toCheckoutTotals(totals: Totals): CheckoutTotals {
  return {
    subtotal: totals.subtotal,
    discountTotal: totals.discountTotal,
    shippingTotal: totals.shippingTotal,
    taxTotal: totals.taxTotal,
    roundOff: totals.roundOff,
    grandTotal: totals.grandTotal,
    taxEstimated: totals.taxEstimated,
    pricesIncludeTax: totals.pricesIncludeTax,
    storeCredit: totals.storeCredit,
    loyaltyDiscount: totals.loyaltyDiscount,
    amountDue: totals.amountDue,
  };
}

/** What the customer pays for, as it is when the method is chosen. The order is built only from this. */
export function freezeCheckout({ cart, lines, totals }: CheckoutState): FrozenCheckout {
  const totalsOf = new Map(totals.lines.map((line) => [line.id, line]));
  return {
    lines: lines.map((line) => freezeLine(line, totalsOf.get(line._id.toHexString()))),
    charges: totals.charges.map(toCharge),
    totals: toCheckoutTotals(totals),
    coupons: cart.appliedCoupons,
    discounts: cart.appliedDiscounts,
    cartVersion: cart.version,
    at: now(),
  };
}

function freezeLine(line: CartItemDoc, totals: CalculatedLine | undefined): FrozenLine {
  if (!totals) throw new Error(`no totals for line ${line._id.toHexString()}`);
  return {
    cartItemId: line._id,
    reservationId: line.reservationId,
    ...toItemSnapshot(line),
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    unitMrp: line.unitMrp,
    lineDiscount: line.lineDiscount,
    lineTotal: totals.lineTotal,
    isFreeGift: line.isFreeGift,
    giftRuleId: line.giftRuleId,
    orderDiscountShare: totals.orderDiscountShare,
    taxableValue: totals.taxableValue,
    taxes: totals.taxes,
    lineTax: totals.lineTax,
  };
}

const CHARGE_NAMES = { shipping: "Shipping", cod: "Cash on delivery fee" } as const;

function toCharge(row: Totals["charges"][number]): Charge {
  return {
    kind: row.kind,
    description: CHARGE_NAMES[row.kind],
    hsnCode: null,
    gstRateBps: row.rateBps,
    amount: row.amount,
    taxableValue: row.taxableValue,
    taxes: row.taxes,
    taxTotal: row.tax,
  };
}
