import type { CartDoc, CheckoutSessionDoc } from "../../../models/index.js";
import { minutesFromNow } from "../../../utils/clock.js";
import { RuleError } from "../../../utils/errors.js";
import { getSettings } from "../../platform/settings.service.js";
import type { CartState } from "../cart/cart-draft.js";
import { cartEmpty, emptyIfGone } from "../cart/cart-reads.js";
import { confirmCart } from "../cart/change-cart.js";
import { changeForCheckout } from "../cart/promotions.js";
import { areReservedFor, reserveLines } from "../cart/reserve-lines.js";
import { type CheckoutState, placeOfSupplyOf, toCheckoutState } from "./checkout-state.js";
import { rateForPayment } from "./reprice-shipping.js";

const REQUIRED = ["email", "phone", "shippingAddress", "shippingMethod"] as const;

/** @throws RuleError CHECKOUT_INCOMPLETE with `missing[]`; an address without a state of India counts as missing. */
export function assertComplete(checkout: CheckoutSessionDoc): void {
  const isTaxable = placeOfSupplyOf(checkout) !== null;
  const missing = REQUIRED.filter((field) => !checkout[field] || (field === "shippingAddress" && !isTaxable));
  if (missing.length > 0) {
    throw new RuleError("CHECKOUT_INCOMPLETE", `Still missing: ${missing.join(", ")}`, { missing });
  }
}

/**
 * The last check before an amount is frozen: coupons and discounts are validated again, every line is
 * reserved for the duration of a checkout, and the shipping method is rated for the cart as it is now.
 * @returns the state with the payment method, or without one when nothing is due: credit and points must not pay the
 *   fee of a method that is not needed
 * @throws RuleError CHECKOUT_INCOMPLETE, CART_EMPTY, COUPON_INVALID, OUT_OF_STOCK, SHIPPING_METHOD_UNAVAILABLE.
 */
export async function refreshBeforePayment(
  { checkout, cart }: { checkout: CheckoutSessionDoc; cart: CartState | null },
  paymentMethod: CheckoutSessionDoc["paymentMethod"],
): Promise<CheckoutState> {
  assertComplete(checkout);
  if (!cart) throw cartEmpty();
  const refreshed = await holdCart(checkout, cart);
  assertUnchanged(refreshed.cart);
  const rating = await rateForPayment(await toCheckoutState(checkout, refreshed));
  const rated = { ...checkout, ...rating, paymentMethod: null };
  const withoutMethod = await toCheckoutState(rated, refreshed);
  if (paymentMethod === null || withoutMethod.totals.amountDue === 0) return withoutMethod;
  return toCheckoutState({ ...rated, paymentMethod }, refreshed);
}

async function holdCart(checkout: CheckoutSessionDoc, stored: CartState): Promise<CartState> {
  const { reservationTtlMinutes, expiryMinutes } = await getSettings("checkout");
  try {
    return await confirmCart(stored, async (draft) => {
      if (draft.lines.length === 0) throw cartEmpty();
      changeForCheckout(draft, checkout);
      if (!areReservedFor(draft.lines, minutesFromNow(expiryMinutes)))
        await reserveLines(draft, reservationTtlMinutes);
    });
  } catch (error) {
    throw emptyIfGone(error);
  }
}

/** The customer has to see a change before paying. */
function assertUnchanged({ notices }: CartDoc): void {
  const dropped = notices.find((notice) => notice.code === "COUPON_DROPPED");
  if (dropped) throw new RuleError("COUPON_INVALID", dropped.message, dropped.details);
  if (notices.some((notice) => notice.code === "QUANTITY_REDUCED")) {
    throw new RuleError("CART_CHANGED", "The cart has changed; check it and choose again", { notices });
  }
}
