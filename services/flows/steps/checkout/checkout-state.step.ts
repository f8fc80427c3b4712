import type { Types } from "mongoose";
import {
  type CartDoc,
  type CartItemDoc,
  type CartShipping,
  CheckoutSession,
  type CheckoutSessionDoc,
} from "../../../../models/index.js";
import { now } from "../../../../utils/clock.js";
import {
  CheckoutExpiredError,
  ConflictError,
  InvalidStatusTransitionError,
  NotFoundError,
} from "../../../../utils/errors.js";
import { parseGstin } from "../../../../utils/gst/gstin.js";
import { findState, type StateCode } from "../../../../utils/gst/states.js";
import { ZERO_PAISE } from "../../../../utils/money.js";
import type { Owner } from "../../../../utils/principal.js";
import { checkoutMachine } from "../../../../utils/state-machines.js";
import type { Totals } from "../../../calculations/totals.service.js";
import type { CartState } from "../cart/cart-draft.step.js";
import { calculateCartTotals } from "../cart/cart-totals.step.js";
import { findCartState } from "../cart/find-cart.step.js";
import { placementFailure } from "../order/placement-failure.step.js";

/** A session with the cart it is about, and what it comes to. */
export interface CheckoutState {
  checkout: CheckoutSessionDoc;
  cart: CartDoc;
  lines: CartItemDoc[];
  totals: Totals;
}

export interface CheckoutRequest {
  checkoutSessionId: Types.ObjectId;
  owner: Owner;
}

/** Longer than the slowest honest step: two upstream calls in a row with their retries. */
export const CHECKOUT_LEASE = { ttlMs: 20_000, waitMs: 10_000 } as const;

export const checkoutNotFound = () => new NotFoundError("CHECKOUT_NOT_FOUND", "There is no such checkout");

/** Whether the document is the caller's. Another caller's is treated as missing, so that ids cannot be probed. */
export function isOwnedBy(document: { userId?: string; sessionId?: string }, owner: Owner): boolean {
  if ("userId" in owner) return document.userId === owner.userId;
  return document.sessionId === owner.sessionId && !document.userId;
}

/**
 * Refuses what can no longer be changed.
 * @throws CheckoutExpiredError 410; the failure's own 409; PLACEMENT_IN_PROGRESS while an order is being placed.
 */
export function assertWritable(checkout: CheckoutSessionDoc): void {
  if (checkout.placement) {
    throw new ConflictError("PLACEMENT_IN_PROGRESS", "The order is being placed", undefined, 2);
  }
  if (checkout.status === "failed") throw placementFailure(checkout.failureReason);
  if (checkout.status === "completed") {
    throw new InvalidStatusTransitionError("completed", "initiated", checkoutMachine.next.completed);
  }
  if (checkout.expiresAt <= now()) throw new CheckoutExpiredError();
}

/** @throws NotFoundError CHECKOUT_NOT_FOUND for an unknown session and for another caller's. */
export async function getOwnCheckout(id: Types.ObjectId, owner: Owner): Promise<CheckoutSessionDoc> {
  const checkout = await CheckoutSession.findById(id).lean<CheckoutSessionDoc>();
  if (!checkout || !isOwnedBy(checkout, owner)) throw checkoutNotFound();
  return checkout;
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
 * Where the supply is taxed: a registered buyer's state by GSTIN, else the delivery state; null before either
 * is known.
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
