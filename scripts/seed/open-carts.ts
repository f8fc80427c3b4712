import type { Types } from "mongoose";
import type { CartDoc, CartItemDoc, CheckoutSessionDoc } from "../../models/index.js";
import { toCheckoutTotals } from "../../services/aggregates/checkout/freeze-checkout.js";
import type { CartStatus } from "../../utils/constants.js";
import { ZERO_PAISE } from "../../utils/money.js";
import { toCart, toCartItems } from "./cart-documents.js";
import {
  addressOf,
  type Basket,
  nameOf,
  phoneOf,
  SEEDED_CUSTOMERS,
  SHIPPING,
  seededUserId,
} from "./order-facts.js";
import { KINDS, makeIds } from "./order-seed.js";

/** Carts that became no order: abandoned with their lines, emptied, merged into another, or still active. */

export interface OpenCartSeed {
  /** From 0: decides everything that is not given. */
  number: number;
  began: Date;
  /** Until when its story is told. */
  until: Date;
  basket: Basket;
}

export interface OpenCartDocuments {
  carts: CartDoc[];
  cartItems: CartItemDoc[];
  checkoutSessions: CheckoutSessionDoc[];
}

type Story = "active" | "abandoned" | "emptied" | "merged";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const LIFE_MS = 7 * DAY_MS;
/** Younger ones are active still: some days before their time has passed, so that no job ends them at once. */
const ACTIVE_FOR_MS = 5 * DAY_MS;
const EMPTIED_EVERY = 11;
const MERGED_EVERY = 13;
/** One in so many belongs to a customer; who has one active cart only, hence none of those. */
const CUSTOMER_EVERY = 4;
/** Three in so many have been to the checkout. */
const CHECKED_OUT_OF = 5;

function storyOf({ number, began, until }: OpenCartSeed): Story {
  if (number % EMPTIED_EVERY === 0) return "emptied";
  if (number % MERGED_EVERY === 0) return "merged";
  return until.getTime() - began.getTime() < ACTIVE_FOR_MS ? "active" : "abandoned";
}

const STATUSES: Readonly<Record<Story, CartStatus>> = {
  active: "active",
  abandoned: "abandoned",
  emptied: "abandoned",
  merged: "converted",
};

export function toOpenCart(seed: OpenCartSeed): OpenCartDocuments {
  const { number, began, basket } = seed;
  const story = storyOf(seed);
  const newId = makeIds(number, began);
  const cartId = newId(KINDS.openCart);
  const hasLines = story === "active" || story === "abandoned";
  const isCustomers = story !== "active" && number % CUSTOMER_EVERY === 0;
  const owner = isCustomers
    ? { userId: seededUserId(number % SEEDED_CUSTOMERS) }
    : { sessionId: `seed-cart-${String(number).padStart(13, "0")}` };
  const cart = toCart({ cartId, owner, basket, placed: began, orderId: null });
  const endedAt = new Date(began.getTime() + (story === "abandoned" ? LIFE_MS : MINUTE_MS));
  return {
    carts: [{ ...cart, ...endingOf(story, { endedAt, into: newId(KINDS.openCart, 1) }), createdAt: began }],
    cartItems: hasLines ? toCartItems({ basket, cartId, newId, placed: began }, KINDS.openCartItem) : [],
    checkoutSessions: hasLines && number % CHECKED_OUT_OF < 3 ? [toLeftCheckout(seed, cart)] : [],
  };
}

function endingOf(
  story: Story,
  { endedAt, into }: { endedAt: Date; into: Types.ObjectId },
): Partial<CartDoc> {
  const nothing = { itemCount: 0, totalQuantity: 0 };
  if (story === "active") return { status: STATUSES.active };
  const ending = { status: STATUSES[story], updatedAt: endedAt };
  if (story === "merged") return { ...ending, ...nothing, mergedIntoCartId: into };
  const abandoned = { ...ending, abandonedAt: endedAt };
  return story === "abandoned" ? abandoned : { ...abandoned, ...nothing, ...worthNothing };
}

const worthNothing = {
  subtotal: ZERO_PAISE,
  shippingTotal: ZERO_PAISE,
  taxTotal: ZERO_PAISE,
  grandTotal: ZERO_PAISE,
};

/** Steps after the first that may have been reached before it was left: none, the address, the payment. */
const STEPS = 3;
const CHECKOUT_LIFE_MS = 60 * MINUTE_MS;

function toLeftCheckout({ number, began, basket }: OpenCartSeed, cart: CartDoc): CheckoutSessionDoc {
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
    shippingAddress: step > 0 ? addressOf(number, nameOf(number), basket.city) : null,
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
