import {
  type AddressSnapshot,
  CheckoutSession,
  type CheckoutSessionDoc,
  type ShippingMethodSnapshot,
} from "../../../models/index.js";
import { CHECKOUT_STATUS, type Notice } from "../../../utils/constants.js";
import { AppError, RuleError } from "../../../utils/errors.js";
import { type Paise, toRupees, ZERO_PAISE } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import { calculateShippingMethods } from "../../integrations/shipping-integration.service.js";
import type { PricedLine } from "../cart/cart-totals.js";
import { upstreamUnavailableNotice } from "../cart/notices.js";
import type { CheckoutState } from "./checkout-state.js";

/** The fields of a session that hold the chosen shipping method. */
export type ShippingChoice = Pick<
  CheckoutSessionDoc,
  "shippingMethodId" | "shippingMethod" | "shippingRatedFor" | "notices"
>;

/** While shipping is down, the method stays as it is and only the notice changes. */
export type Repriced = ShippingChoice | Pick<ShippingChoice, "notices">;

/**
 * What a rate depends on besides the address. The order value is the subtotal before discounts, so that
 * a coupon never costs the customer free shipping.
 */
export const shippingBasisOf = ({
  lines,
  totals,
}: {
  lines: readonly Pick<PricedLine, "weightGrams" | "quantity">[];
  totals: Pick<Totals, "subtotal">;
}) => ({
  orderValue: totals.subtotal,
  weightGrams: lines.reduce((sum, line) => sum + line.weightGrams * line.quantity, 0),
});

/** The methods for the cart's weight and value at the checkout's address; none while there is no address. */
export async function findShippingMethods(state: CheckoutState): Promise<ShippingMethodSnapshot[]> {
  const { shippingAddress } = state.checkout;
  return shippingAddress ? findMethodsFor(shippingAddress, shippingBasisOf(state)) : [];
}

/** @throws the typed upstream errors */
export async function findMethodsFor(
  { pincode, state, country }: AddressSnapshot,
  basis: ReturnType<typeof shippingBasisOf>,
): Promise<ShippingMethodSnapshot[]> {
  const destination = { pincode, state, country };
  return unwrap(await calculateShippingMethods({ destination, ...basis })).methods;
}

/**
 * Adds the new rate of the chosen method to a checkout step, when the cart has changed since it was rated. Replaces
 * the notices of earlier writes.
 */
export async function withCurrentRate<C extends Partial<CheckoutSessionDoc>>(
  state: CheckoutState,
  change: C,
): Promise<C & Partial<ShippingChoice>> {
  const repriced = await repriceShipping({ ...state, checkout: { ...state.checkout, ...change } });
  return { notices: [], ...change, ...repriced };
}

/**
 * Rates the chosen method again when the cart has changed since it was rated. A method that is no longer
 * offered is dropped. A new price and a dropped method add the notice SHIPPING_CHANGED.
 * @returns null when there is nothing to do; only a notice while shipping is down
 */
export async function repriceShipping(state: CheckoutState): Promise<Repriced | null> {
  return isStale(state) ? rateOrKeep(state) : null;
}

/** As `repriceShipping`, whether or not the cart has changed. */
export async function rateOrKeep(state: CheckoutState): Promise<Repriced> {
  try {
    return await rateAgain(state);
  } catch (error) {
    // Choosing a payment method rates again, and fails without an answer.
    if (error instanceof AppError && error.statusCode >= 500)
      return { notices: [upstreamUnavailableNotice("shipping")] };
    throw error;
  }
}

/**
 * The chosen method at its current rate, for the amount that is about to be frozen.
 * @throws RuleError SHIPPING_METHOD_UNAVAILABLE; the typed upstream errors
 */
export async function rateForPayment(state: CheckoutState): Promise<ShippingChoice> {
  const rated = await rateAgain(state);
  if (rated.shippingMethod) return rated;
  // The next read or write finds the rate stale and drops the method with the notice.
  const { _id, lease } = state.checkout;
  await CheckoutSession.updateOne(
    { _id, status: CHECKOUT_STATUS.ADDRESS_ENTERED, "lease.token": lease?.token ?? null },
    { $set: { shippingRatedFor: null } },
  );
  throw new RuleError(
    "SHIPPING_METHOD_UNAVAILABLE",
    "The shipping method is no longer offered; choose another one",
  );
}

/** The fields that freezing a session stores. */
export const shippingChoiceOf = (checkout: CheckoutSessionDoc): ShippingChoice => ({
  shippingMethodId: checkout.shippingMethodId,
  shippingMethod: checkout.shippingMethod,
  shippingRatedFor: checkout.shippingRatedFor ?? null,
  notices: checkout.notices ?? [],
});

/** A session that is being paid or placed keeps what was frozen: a cart change would have ended the payment. */
function isStale(state: CheckoutState): boolean {
  const { checkout, lines } = state;
  const isOpen =
    checkout.status === CHECKOUT_STATUS.INITIATED || checkout.status === CHECKOUT_STATUS.ADDRESS_ENTERED;
  if (!isOpen || checkout.placement || !checkout.shippingMethod || lines.length === 0) return false;
  const { orderValue, weightGrams } = shippingBasisOf(state);
  const rated = checkout.shippingRatedFor;
  return rated?.orderValue !== orderValue || rated.weightGrams !== weightGrams;
}

async function rateAgain(state: CheckoutState): Promise<ShippingChoice> {
  const { shippingMethod: before, shippingMethodId } = state.checkout;
  const methods = await findShippingMethods(state);
  const method = methods.find(({ id }) => id === before?.id) ?? null;
  return {
    shippingMethodId: method && shippingMethodId,
    shippingMethod: method,
    shippingRatedFor: method && shippingBasisOf(state),
    notices: before && isPriceChanged(state, before, method) ? [shippingChangedNotice(before, method)] : [],
  };
}

function isPriceChanged(
  { cart }: CheckoutState,
  before: ShippingMethodSnapshot,
  after: ShippingMethodSnapshot | null,
): boolean {
  if (!after) return true;
  const isFree = cart.appliedCoupons.some(({ type }) => type === "free_shipping");
  const paid = (rate: Paise) => (isFree ? ZERO_PAISE : rate);
  return paid(before.rate) !== paid(after.rate) || before.codFee !== after.codFee;
}

/** Amounts are rupees; `currentRate` is null when the method is no longer offered. */
function shippingChangedNotice(before: ShippingMethodSnapshot, after: ShippingMethodSnapshot | null): Notice {
  return {
    code: "SHIPPING_CHANGED",
    message: after
      ? `${before.displayName} now costs ₹${toRupees(after.rate)}`
      : `${before.displayName} is no longer offered for this cart; choose another shipping method`,
    details: {
      shippingMethodId: before.id,
      previousRate: toRupees(before.rate),
      currentRate: after && toRupees(after.rate),
      previousCodFee: toRupees(before.codFee),
      currentCodFee: after && toRupees(after.codFee),
    },
  };
}
