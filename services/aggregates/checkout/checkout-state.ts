import type { CartDoc, CartItemDoc, CartShipping, CheckoutSessionDoc } from "../../../models/index.js";
import { parseGstin } from "../../../utils/gst/gstin.js";
import { findState, type StateCode } from "../../../utils/gst/states.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import type { CartState } from "../cart/cart-draft.js";
import { findCartState } from "../cart/cart-reads.js";
import { calculateCartTotals } from "../cart/cart-totals.js";
import { checkoutNotFound } from "../checkout-session/session-access.js";

/** A session with its cart and their totals. */
export interface CheckoutState {
  checkout: CheckoutSessionDoc;
  cart: CartDoc;
  lines: CartItemDoc[];
  totals: Totals;
}

export async function loadCheckoutState(checkout: CheckoutSessionDoc): Promise<CheckoutState> {
  const cartState = await findCartState(checkout.cartId);
  if (!cartState) throw checkoutNotFound();
  return toCheckoutState(checkout, cartState);
}

/** As `loadCheckoutState`, for a cart that is already loaded. */
export async function toCheckoutState(
  checkout: CheckoutSessionDoc,
  { cart, lines }: CartState,
): Promise<CheckoutState> {
  return { checkout, cart, lines, totals: await calculateCheckoutTotals(checkout, cart, lines) };
}

/**
 * Where the supply is taxed: the state of the buyer's GSTIN, otherwise the delivery state; null before either is
 * known.
 */
export function placeOfSupplyOf(
  checkout: Pick<CheckoutSessionDoc, "gstin" | "shippingAddress">,
): StateCode | null {
  if (checkout.gstin) {
    const parsed = parseGstin(checkout.gstin);
    if (parsed.ok && parsed.stateCode !== "99") return parsed.stateCode;
  }
  return checkout.shippingAddress ? (findState(checkout.shippingAddress.state)?.code ?? null) : null;
}

/** The totals of a checkout: the cart's, with the checkout's address, shipping, credit and points. */
export function calculateCheckoutTotals(
  checkout: CheckoutSessionDoc,
  cart: CartDoc,
  lines: readonly CartItemDoc[],
): Promise<Totals> {
  const facts = { ...cart, placeOfSupply: placeOfSupplyOf(checkout), shipping: shippingChargeOf(checkout) };
  const { storeCreditAmount, loyaltyPoints, loyaltyPointValue } = checkout;
  return calculateCartTotals(facts, lines, {
    storeCredit: storeCreditAmount,
    loyaltyPoints,
    loyaltyPointValue,
  });
}

/** What the chosen shipping method costs with the chosen payment method: the COD fee counts only with COD. */
export function shippingChargeOf({
  shippingMethod,
  paymentMethod,
}: Pick<CheckoutSessionDoc, "shippingMethod" | "paymentMethod">): CartShipping | null {
  if (!shippingMethod) return null;
  return { rate: shippingMethod.rate, codFee: paymentMethod === "cod" ? shippingMethod.codFee : ZERO_PAISE };
}
