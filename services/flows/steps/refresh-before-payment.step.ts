import { trusted } from "mongoose";
import {
  Cart,
  type CartDoc,
  type CheckoutSessionDoc,
  type ShippingMethodSnapshot,
} from "../../../models/index.js";
import { RuleError } from "../../../utils/errors.js";
import { unwrap } from "../../../utils/result.js";
import { calculateShippingMethods } from "../../integrations/shipping-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { changeCart } from "./change-cart.step.js";
import { loadCheckoutState } from "./checkout-state.step.js";
import { reserveLines } from "./reserve-lines.step.js";

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
export async function refreshBeforePayment(checkout: CheckoutSessionDoc): Promise<CheckoutSessionDoc> {
  assertComplete(checkout);
  await assertNotEmpty(checkout);
  const { reservationTtlMinutes } = await getSettings("checkout");
  const { cart } = await changeCart(checkout.cartId, (draft) => reserveLines(draft, reservationTtlMinutes));
  assertAsSeen(cart);
  return { ...checkout, shippingMethod: await rateAgain(checkout) };
}

async function assertNotEmpty(checkout: CheckoutSessionDoc): Promise<void> {
  const filled = await Cart.exists({
    _id: checkout.cartId,
    status: "active",
    itemCount: trusted({ $gt: 0 }),
  });
  if (!filled) throw new RuleError("CART_EMPTY", "The cart is empty");
}

/** Nobody pays for another cart than the one on his screen: what changed just now is told first. */
function assertAsSeen({ notices }: CartDoc): void {
  const dropped = notices.find((notice) => notice.code === "COUPON_DROPPED");
  if (dropped) throw new RuleError("COUPON_INVALID", dropped.message, dropped.details);
  if (notices.some((notice) => notice.code === "QUANTITY_REDUCED")) {
    throw new RuleError("CART_CHANGED", "The cart changed; look at it and choose again", { notices });
  }
}

async function rateAgain(checkout: CheckoutSessionDoc): Promise<CheckoutSessionDoc["shippingMethod"]> {
  const methods = await findShippingMethods(checkout);
  const method = methods.find((candidate) => candidate.id === checkout.shippingMethod?.id);
  if (!method) {
    throw new RuleError(
      "SHIPPING_METHOD_UNAVAILABLE",
      "The shipping method is no longer offered; choose another",
    );
  }
  return method;
}

/** The methods for the cart's weight and value at the checkout's address. Empty before there is an address. */
export async function findShippingMethods(checkout: CheckoutSessionDoc): Promise<ShippingMethodSnapshot[]> {
  if (!checkout.shippingAddress) return [];
  const { lines, totals } = await loadCheckoutState(checkout);
  const { pincode, state, country } = checkout.shippingAddress;
  const answer = unwrap(
    await calculateShippingMethods({
      destination: { pincode, state, country },
      weightGrams: lines.reduce((sum, line) => sum + line.weightGrams * line.quantity, 0),
      orderValue: totals.subtotal,
    }),
  );
  return answer.methods;
}
