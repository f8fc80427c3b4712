import {
  type Charge,
  type CheckoutTotals,
  type FrozenCheckout,
  type SoldLine,
  toItemSnapshot,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { CHARGE_NAMES } from "../../../utils/constants.js";
import { subtractPaise } from "../../../utils/money.js";
import { type ChargeHsnLine, chargeHsnCode } from "../../calculations/charge-hsn.js";
import type { ChargeRatePolicy } from "../../calculations/tax.js";
import type { CalculatedLine, Totals } from "../../calculations/totals-calculator.service.js";
import type { PricedLine } from "../cart/cart-totals.js";
import { type CheckoutState, taxContextOf } from "./checkout-state.js";

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

/**
 * What the customer pays for, as it is when the method is chosen. The order is built only from this.
 * @param policy decides the HSN code of the charges
 */
export function freezeCheckout(
  { checkout, cart, lines, totals }: CheckoutState,
  policy: ChargeRatePolicy,
): FrozenCheckout {
  const sold = freezeSale(lines, totals, policy);
  return {
    ...sold,
    lines: sold.lines.map((line, index) => ({
      cartItemId: lines[index]?._id ?? null,
      reservationId: lines[index]?.reservationId ?? null,
      ...line,
    })),
    coupons: cart.appliedCoupons,
    discounts: cart.appliedDiscounts,
    ...taxContextOf(checkout),
    cartVersion: cart.version,
    at: now(),
  };
}

/** Lines, charges and totals as they are stored; of a cart, or of an order that an administrator enters. */
export function freezeSale(
  lines: readonly PricedLine[],
  totals: Totals,
  policy: ChargeRatePolicy,
): Pick<FrozenCheckout, "charges" | "totals"> & { lines: SoldLine[] } {
  const totalsOf = new Map(totals.lines.map((line) => [line.id, line]));
  const sold = lines.map((line) => freezeLine(line, totalsOf.get(line._id.toHexString())));
  const goods = sold.map(toGoods);
  const hasFixedRate = typeof policy === "object";
  return {
    lines: sold,
    charges: totals.charges.map((row) => {
      const { rateBps } = row;
      return toCharge(row, chargeHsnCode(goods, { rateBps, hasFixedRate }));
    }),
    totals: toCheckoutTotals(totals),
  };
}

function freezeLine(line: PricedLine, totals: CalculatedLine | undefined): SoldLine {
  if (!totals) throw new Error(`no totals for line ${line._id.toHexString()}`);
  return {
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

const toGoods = ({ hsnCode, gstRateBps, lineTotal, orderDiscountShare }: SoldLine): ChargeHsnLine => ({
  ...{ hsnCode, gstRateBps, amount: subtractPaise(lineTotal, orderDiscountShare) },
});

function toCharge(row: Totals["charges"][number], hsnCode: string | null): Charge {
  return {
    kind: row.kind,
    description: CHARGE_NAMES[row.kind],
    hsnCode,
    gstRateBps: row.rateBps,
    amount: row.amount,
    taxableValue: row.taxableValue,
    taxes: row.taxes,
    taxTotal: row.tax,
  };
}
