import type { CartDoc, CheckoutSessionDoc } from "../../../../models/index.js";
import { RuleError } from "../../../../utils/errors.js";
import { getSettings } from "../../../platform/settings.service.js";
import { setContact } from "../cart/buyer-contact.step.js";
import { type CartState, changeCart } from "../cart/change-cart.step.js";
import { cartEmpty, emptyIfGone } from "../cart/find-cart.step.js";
import { reserveLines } from "../cart/reserve-lines.step.js";
import { type CheckoutState, toCheckoutState } from "./checkout-state.step.js";
import { rateForPayment } from "./reprice-shipping.step.js";

const REQUIRED = ["email", "phone", "shippingAddress", "shippingMethod"] as const;

/** @throws RuleError CHECKOUT_INCOMPLETE with `missing[]`. */
export function assertComplete(checkout: CheckoutSessionDoc): void {
  const missing = REQUIRED.filter((field) => !checkout[field]);
  if (missing.length > 0) {
    throw new RuleError("CHECKOUT_INCOMPLETE", `Still missing: ${missing.join(", ")}`, { missing });
  }
}

/**
 * The last look before an amount is frozen: coupons and discounts are validated again, every line is
 * reserved for the time of a checkout, and the shipping method is rated for the cart as it is now.
 * @throws RuleError CHECKOUT_INCOMPLETE, CART_EMPTY, COUPON_INVALID, OUT_OF_STOCK, SHIPPING_METHOD_UNAVAILABLE.
 */
export async function refreshBeforePayment(
  checkout: CheckoutSessionDoc,
  paymentMethod: CheckoutSessionDoc["paymentMethod"],
): Promise<CheckoutState> {
  assertComplete(checkout);
  const refreshed = await holdCart(checkout);
  assertAsSeen(refreshed.cart);
  const state = await toCheckoutState(checkout, refreshed);
  return toCheckoutState({ ...checkout, paymentMethod, ...(await rateForPayment(state)) }, refreshed);
}

async function holdCart(checkout: CheckoutSessionDoc): Promise<CartState> {
  const { reservationTtlMinutes } = await getSettings("checkout");
  try {
    return await changeCart(checkout.cartId, (draft) => {
      if (draft.lines.length === 0) throw cartEmpty();
      setContact(draft, checkout);
      return reserveLines(draft, reservationTtlMinutes);
    });
  } catch (error) {
    throw emptyIfGone(error);
  }
}

/** A change that the customer has not seen yet is shown before anything is paid. */
function assertAsSeen({ notices }: CartDoc): void {
  const dropped = notices.find((notice) => notice.code === "COUPON_DROPPED");
  if (dropped) throw new RuleError("COUPON_INVALID", dropped.message, dropped.details);
  if (notices.some((notice) => notice.code === "QUANTITY_REDUCED")) {
    throw new RuleError("CART_CHANGED", "The cart changed; look at it and choose again", { notices });
  }
}
