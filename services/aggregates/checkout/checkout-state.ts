import type { PipelineStage } from "mongoose";
import {
  Cart,
  type CartDoc,
  type CartItemDoc,
  type CartShipping,
  CheckoutSession,
  type CheckoutSessionDoc,
} from "../../../models/index.js";
import { LIVE_CHECKOUT_STATUSES } from "../../../utils/constants.js";
import { findState, type StateCode } from "../../../utils/gst/states.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { isOwnedBy, type Owner } from "../../../utils/principal.js";
import { decidePlaceOfSupply } from "../../calculations/document-terms.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import type { CartState } from "../cart/cart-draft.js";
import {
  type CartWithLines,
  findCartState,
  gatherByOwner,
  toCartState,
  withLines,
} from "../cart/cart-reads.js";
import { calculateCartTotals } from "../cart/cart-totals.js";
import { type CheckoutRequest, checkoutNotFound } from "../checkout-session/session-access.js";

/** A session with its cart and their totals. */
export interface CheckoutState {
  checkout: CheckoutSessionDoc;
  cart: CartDoc;
  lines: CartItemDoc[];
  totals: Totals;
}

/** @throws NotFoundError CHECKOUT_NOT_FOUND without its cart */
export async function getCheckoutState(checkout: CheckoutSessionDoc): Promise<CheckoutState> {
  return fromStored({ checkout, cartState: await findCartState(checkout.cartId) });
}

/** As `getCheckoutState`, for a checkout that is read with its cart. */
export function fromStored({ checkout, cartState }: StoredCheckout): Promise<CheckoutState> {
  if (!cartState) throw checkoutNotFound();
  return toCheckoutState(checkout, cartState);
}

/** As `getCheckoutState`, for a cart that is already loaded. */
export async function toCheckoutState(
  checkout: CheckoutSessionDoc,
  { cart, lines }: CartState,
): Promise<CheckoutState> {
  return { checkout, cart, lines, totals: await calculateCheckoutTotals(checkout, cart, lines) };
}

const withCart: PipelineStage.Lookup = {
  $lookup: {
    from: Cart.collection.collectionName,
    localField: "cartId",
    foreignField: "_id",
    pipeline: [withLines],
    as: "carts",
  },
};

/** A checkout as it is stored, with its cart; the cart may have been deleted. */
export interface StoredCheckout {
  checkout: CheckoutSessionDoc;
  cartState: CartState | null;
}

/**
 * The caller's checkout with its cart, in one round trip.
 * @throws NotFoundError CHECKOUT_NOT_FOUND for an unknown session and for another caller's
 */
export async function getOwnCheckoutAndCart({
  checkoutSessionId,
  owner,
}: CheckoutRequest): Promise<StoredCheckout> {
  const [found] = await CheckoutSession.aggregate<CheckoutSessionDoc & { carts: CartWithLines[] }>([
    { $match: { _id: checkoutSessionId } },
    withCart,
  ]);
  if (!found || !isOwnedBy(found, owner)) throw checkoutNotFound();
  const { carts, ...checkout } = found;
  return { checkout, cartState: carts[0] ? toCartState(carts[0]) : null };
}

const withLiveSession: PipelineStage.Lookup = {
  $lookup: {
    from: CheckoutSession.collection.collectionName,
    localField: "_id",
    foreignField: "cartId",
    pipeline: [{ $match: { status: { $in: [...LIVE_CHECKOUT_STATUSES] } } }],
    as: "sessions",
  },
};

const activeCartWithSession = gatherByOwner(({ filter, hint }) =>
  Cart.aggregate<CartWithLines & { sessions: CheckoutSessionDoc[] }>([
    { $match: filter },
    withLines,
    withLiveSession,
  ]).hint(hint),
);

/** The owner's active cart and its live session, in one round trip. */
export async function findCartAndCheckout(
  owner: Owner,
): Promise<{ stored: CartState; live: CheckoutSessionDoc | null } | null> {
  const found = await activeCartWithSession(owner);
  if (!found) return null;
  const { sessions, ...cart } = found;
  return { stored: toCartState(cart), live: sessions[0] ?? null };
}

/**
 * Where the supply is taxed; null before there is a shipping address that names a state. The tax is an estimate then,
 * and nothing can be paid.
 */
export function placeOfSupplyOf({
  gstin,
  deliveredToOwnPremises = false,
  shippingAddress,
}: Pick<CheckoutSessionDoc, "gstin" | "deliveredToOwnPremises" | "shippingAddress">): StateCode | null {
  const state = shippingAddress && findState(shippingAddress.state);
  return state && decidePlaceOfSupply({ gstin, deliveredToOwnPremises, deliveryState: state.code });
}

/** What decides the heads of the tax, besides the supplier's state. */
export const taxContextOf = (checkout: CheckoutSessionDoc) => ({
  placeOfSupply: placeOfSupplyOf(checkout),
  isSezBuyer: checkout.isSezBuyer ?? false,
});

/** The totals of a checkout: the cart's, with the checkout's address, shipping, credit and points. */
export function calculateCheckoutTotals(
  checkout: CheckoutSessionDoc,
  cart: CartDoc,
  lines: readonly CartItemDoc[],
): Promise<Totals> {
  const facts = { ...cart, ...taxContextOf(checkout), shipping: shippingChargeOf(checkout) };
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
