import type { Types } from "mongoose";
import type { CartDoc, CartItemDoc, CheckoutSessionDoc } from "../../models/index.js";
import { toCheckoutTotals } from "../../services/aggregates/checkout/freeze-checkout.js";
import type { CartStatus } from "../../utils/constants.js";
import { ZERO_PAISE } from "../../utils/money.js";
import {
  addressOf,
  type Basket,
  customerNameOf,
  phoneOf,
  SEEDED_CUSTOMERS,
  SHIPPING,
  seededUserId,
} from "./baskets.js";
import { toCart, toCartItems } from "./cart-documents.js";
import { KINDS, makeIds } from "./order-facts.js";

/** Carts without an order: abandoned with their lines, emptied, merged into another cart, or still active. */

export interface OpenCartSeed {
  /** Counts from 0 and determines everything that is not given. */
  number: number;
  began: Date;
  /** The time up to which the cart has progressed. */
  until: Date;
  basket: Basket;
}

export interface OpenCartDocuments {
  carts: CartDoc[];
  cartItems: CartItemDoc[];
  checkoutSessions: CheckoutSessionDoc[];
}

type CartOutcome = "active" | "abandoned" | "emptied" | "merged";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const LIFE_MS = 7 * DAY_MS;
/** Younger carts are still active. Less than their lifetime, so that no job ends them at once. */
const ACTIVE_FOR_MS = 5 * DAY_MS;
const EMPTIED_EVERY = 11;
const MERGED_EVERY = 13;
/** Every fourth cart that has ended belongs to a customer. Active ones do not, since a customer has only one. */
const CUSTOMER_EVERY = 4;
/** Three of five carts have reached the checkout. */
const CHECKED_OUT_OF = 5;

function outcomeOf({ number, began, until }: OpenCartSeed): CartOutcome {
  if (number % EMPTIED_EVERY === 0) return "emptied";
  if (number % MERGED_EVERY === 0) return "merged";
  return until.getTime() - began.getTime() < ACTIVE_FOR_MS ? "active" : "abandoned";
}

const STATUSES: Readonly<Record<CartOutcome, CartStatus>> = {
  active: "active",
  abandoned: "abandoned",
  emptied: "abandoned",
  merged: "converted",
};

export function toOpenCart(seed: OpenCartSeed): OpenCartDocuments {
  const { number, began, basket } = seed;
  const outcome = outcomeOf(seed);
  const newId = makeIds(number, began);
  const cartId = newId(KINDS.openCart);
  const hasLines = outcome === "active" || outcome === "abandoned";
  const isCustomers = outcome !== "active" && number % CUSTOMER_EVERY === 0;
  const owner = isCustomers
    ? { userId: seededUserId(number % SEEDED_CUSTOMERS) }
    : { sessionId: `seed-cart-${String(number).padStart(13, "0")}` };
  const cart = toCart({ cartId, owner, basket, placed: began, orderId: null });
  const endedAt = new Date(began.getTime() + (outcome === "abandoned" ? LIFE_MS : MINUTE_MS));
  return {
    carts: [{ ...cart, ...endingOf(outcome, { endedAt, into: newId(KINDS.openCart, 1) }), createdAt: began }],
    cartItems: hasLines ? toCartItems({ basket, cartId, newId, placed: began }, KINDS.openCartItem) : [],
    checkoutSessions: hasLines && number % CHECKED_OUT_OF < 3 ? [toAbandonedCheckout(seed, cart)] : [],
  };
}

function endingOf(
  outcome: CartOutcome,
  { endedAt, into }: { endedAt: Date; into: Types.ObjectId },
): Partial<CartDoc> {
  const noLines = { itemCount: 0, totalQuantity: 0 };
  if (outcome === "active") return { status: STATUSES.active };
  const ending = { status: STATUSES[outcome], updatedAt: endedAt };
  if (outcome === "merged") return { ...ending, ...noLines, mergedIntoCartId: into };
  const abandoned = { ...ending, abandonedAt: endedAt };
  return outcome === "abandoned" ? abandoned : { ...abandoned, ...noLines, ...ZERO_TOTALS };
}

const ZERO_TOTALS = {
  subtotal: ZERO_PAISE,
  shippingTotal: ZERO_PAISE,
  taxTotal: ZERO_PAISE,
  grandTotal: ZERO_PAISE,
};

/** How far an abandoned checkout got: the start, the address or the payment. */
const STEPS = 3;
const CHECKOUT_LIFE_MS = 60 * MINUTE_MS;

function toAbandonedCheckout({ number, began, basket }: OpenCartSeed, cart: CartDoc): CheckoutSessionDoc {
  const step = Math.floor(number / CHECKED_OUT_OF) % STEPS;
  const reached = (which: number) => (step >= which ? new Date(began.getTime() + which * MINUTE_MS) : null);
  const failedAt = new Date(began.getTime() + CHECKOUT_LIFE_MS);
  const { userId, sessionId } = cart;
  return {
    ...NOTHING_CHOSEN,
    couponClaims: [],
    _id: makeIds(number, began)(KINDS.openSession),
    cartId: cart._id,
    ...(userId === undefined ? { sessionId } : { userId }),
    status: "failed",
    failureReason: "expired",
    email: `visitor.${number}@example.com`,
    phone: phoneOf(number),
    shippingAddress: step > 0 ? addressOf(number, customerNameOf(number), basket.city) : null,
    shippingMethodId: step > 0 ? SHIPPING.id : null,
    shippingMethod: step > 0 ? SHIPPING : null,
    paymentMethod: step > 1 ? "upi" : null,
    totals: toCheckoutTotals(basket.totals),
    failedAt,
    expiresAt: failedAt,
    steps: {
      ...{ initiatedAt: began, addressEnteredAt: reached(1), paymentPendingAt: reached(2) },
      ...{ completedAt: null, failedAt },
    },
    ...{ createdAt: began, updatedAt: failedAt },
  };
}

const NOTHING_CHOSEN = {
  customerName: null,
  shippingAddressId: null,
  billingAddress: null,
  billingSameAsShipping: true,
  gstin: null,
  isGiftOrder: false,
  giftMessage: null,
  customerNotes: null,
  termsAcceptedAt: null,
  loyaltyPoints: 0,
  loyaltyPointValue: ZERO_PAISE,
  storeCreditAmount: ZERO_PAISE,
  source: "web",
  cartVersion: null,
  frozen: null,
  paymentId: null,
  placement: null,
  orderNumber: null,
  completedAt: null,
  reminderSentAt: null,
  version: 1,
  lease: null,
} as const satisfies Partial<CheckoutSessionDoc>;
