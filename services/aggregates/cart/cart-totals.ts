import type { AppliedCoupon, CartDoc, CartItemDoc, ItemSnapshot, LinePrice } from "../../../models/index.js";
import { findState, isStateCode, type StateCode } from "../../../utils/gst/states.js";
import { multiplyPaise, type Paise, ZERO_PAISE } from "../../../utils/money.js";
import { calculateTotals, type Totals } from "../../calculations/totals-calculator.service.js";
import { getSettings } from "../../platform/settings.service.js";
import type { CartDraft } from "./cart-draft.js";

/** A line whose price is decided: of a cart, or of an order that an administrator enters. */
export type PricedLine = ItemSnapshot & LinePrice & Pick<CartItemDoc, "_id">;

type CartFacts = Pick<
  CartDoc,
  "appliedCoupons" | "appliedDiscounts" | "shipping" | "placeOfSupply" | "isSezBuyer" | "pricesIncludeTax"
>;

/** What a checkout pays with, besides money. */
interface MeansOfPayment {
  storeCredit: Paise;
  loyaltyPoints: number;
  /** Value of one point. */
  loyaltyPointValue: Paise;
}

const MONEY_ONLY: MeansOfPayment = {
  storeCredit: ZERO_PAISE,
  loyaltyPoints: 0,
  loyaltyPointValue: ZERO_PAISE,
};

/**
 * Totals of a cart, with the place of supply and shipping that its checkout stored in it. Cart and checkout both
 * use this function, the only one that turns stored documents into the calculator's input, so they cannot differ.
 */
export async function calculateCartTotals(
  cart: CartFacts,
  lines: readonly PricedLine[],
  means: MeansOfPayment = MONEY_ONLY,
): Promise<Totals> {
  const tax = await getSettings("tax");
  const { appliedCoupons, appliedDiscounts, shipping } = cart;
  return calculateTotals({
    lines: lines.map((line) => ({ ...line, id: line._id.toHexString() })),
    discounts: {
      coupons: appliedCoupons.map(toDiscount),
      automatic: appliedDiscounts
        .filter((discount) => discount.type === "automatic")
        .map(({ id, discountAmount }) => ({ id, amount: discountAmount })),
      tier: appliedDiscounts.find((discount) => discount.type === "tier")?.discountAmount ?? ZERO_PAISE,
    },
    shipping: shipping && {
      rate: shipping.rate,
      codFee: shipping.codFee,
      isFree: appliedCoupons.some((coupon) => coupon.type === "free_shipping"),
    },
    supplierState: await supplierState(),
    placeOfSupply: toStateCode(cart.placeOfSupply),
    isSezBuyer: cart.isSezBuyer ?? false,
    pricesIncludeTax: cart.pricesIncludeTax,
    chargeRatePolicy: tax.chargeRatePolicy,
    roundToRupee: tax.roundToRupee,
    storeCredit: means.storeCredit,
    loyaltyDiscount: multiplyPaise(means.loyaltyPointValue, means.loyaltyPoints),
    ...(means.loyaltyPoints > 0 ? { loyaltyPointValue: means.loyaltyPointValue } : {}),
  });
}

/** A coupon for free shipping waives the rate. What it is worth there must not come off the goods as well. */
const toDiscount = ({ code, type, discountAmount }: AppliedCoupon) => ({
  code,
  amount: type === "free_shipping" ? ZERO_PAISE : discountAmount,
});

async function supplierState(): Promise<StateCode> {
  const company = await getSettings("company");
  const state = findState(company.state);
  if (!state) throw new Error(`The setting company.state is not a state of India: ${company.state}`);
  return state.code;
}

const toStateCode = (code: string | null): StateCode | null => (code && isStateCode(code) ? code : null);

/**
 * Computes the draft's totals, and sets each coupon and discount to the amount that it actually took off: together
 * they never exceed the subtotal.
 */
export async function totalDraft(draft: CartDraft): Promise<Totals> {
  const { appliedCoupons, appliedDiscounts } = draft;
  const totals = await calculateCartTotals({ ...draft.cart, appliedCoupons, appliedDiscounts }, draft.lines);
  const { coupons, automatic, tier } = totals.discounts;
  draft.appliedCoupons = appliedCoupons.map((coupon, index) => ({
    ...coupon,
    discountAmount: coupons[index]?.amount ?? ZERO_PAISE,
  }));
  draft.appliedDiscounts = appliedDiscounts.map((discount) => ({
    ...discount,
    discountAmount:
      discount.type === "tier"
        ? tier
        : (automatic.find(({ id }) => id === discount.id)?.amount ?? ZERO_PAISE),
  }));
  return totals;
}
