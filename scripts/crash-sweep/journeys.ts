import {
  add,
  addHairOil,
  addKajal,
  addMore,
  address,
  allFree,
  changeQuantity,
  checkoutCleanup,
  chooseAgain,
  chooseCash,
  chooseUpi,
  contact,
  coupon,
  everythingIsFree,
  expires,
  failsToPay,
  freeShipping,
  invoices,
  isPaidLate,
  laterOutbox,
  laterWebhooks,
  merge,
  moveBack,
  outbox,
  pays,
  paysAgain,
  place,
  placeCash,
  placeRefused,
  removeLine,
  retries,
  type Step,
  saveForLater,
  seemsToFail,
  shipping,
  signIn,
  start,
  stockIsGone,
  useCredit,
  usePoints,
  verify,
  webhooks,
} from "./steps.js";

/** A whole purchase and what it must end with, wherever the service crashes. */
export interface Journey {
  name: string;
  description: string;
  steps: readonly Step[];
  /** The steps in which crashes are tried. The others are covered by another journey or call no service. */
  sweep: readonly Step[];
  orders: 0 | 1;
  /** Payments that are refunded in full. */
  refunds: 0 | 1;
  /** Environment variables of the service. */
  env?: Readonly<Record<string, string>>;
}

const guestUpToShipping = [add, start, address, shipping];
const upToShipping = [signIn, add, coupon, start, contact, address, shipping];

/** Together these journeys reach every effect of cart, checkout, payment and placement. */
export const JOURNEYS: readonly Journey[] = [
  {
    name: "online",
    description:
      "a customer with a coupon and a gift pays by UPI, verifies and places the order; webhooks arrive last",
    steps: [...upToShipping, chooseUpi, pays, verify, place, webhooks, outbox, invoices],
    sweep: [
      ...[add, coupon, start, contact, address, shipping, chooseUpi, verify, place, webhooks, outbox],
      invoices,
    ],
    orders: 1,
    refunds: 0,
  },
  {
    name: "vanished",
    description: "the client never returns: the webhooks place the order",
    steps: [...guestUpToShipping, chooseUpi, pays, webhooks, outbox],
    sweep: [webhooks],
    orders: 1,
    refunds: 0,
  },
  {
    name: "unverified",
    description:
      "a failed attempt, a retry, and a client that places without verifying, so the service asks the gateway",
    steps: [...guestUpToShipping, chooseUpi, failsToPay, webhooks, retries, paysAgain, place, outbox],
    sweep: [webhooks, retries, place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "cash",
    description: "cash on delivery in two calls: choose, then place",
    steps: [...guestUpToShipping, chooseCash, place, outbox],
    sweep: [chooseCash, place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "cash-at-once",
    description: "cash on delivery in one call",
    steps: [...guestUpToShipping, placeCash, outbox],
    sweep: [placeCash],
    orders: 1,
    refunds: 0,
  },
  {
    name: "nothing-due",
    description: "coupons cover everything: no gateway, one call freezes and places",
    steps: [everythingIsFree, add, allFree, freeShipping, start, address, shipping, place, outbox],
    sweep: [place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "points-and-credit",
    description: "points and store credit pay a part of the order",
    steps: [...upToShipping, usePoints, useCredit, chooseUpi, pays, verify, place, outbox],
    sweep: [usePoints, place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "manual-capture",
    description: "placing captures the authorised payment",
    steps: [...guestUpToShipping, chooseUpi, pays, verify, place, webhooks, outbox],
    sweep: [verify, place],
    orders: 1,
    refunds: 0,
    env: { PAYMENT_CAPTURE: "manual" },
  },
  {
    name: "refused",
    description: "paid, but sold out: placement is undone and money, coupon, points and credit are returned",
    steps: [
      ...upToShipping,
      usePoints,
      useCredit,
      chooseUpi,
      pays,
      verify,
      stockIsGone,
      placeRefused,
      outbox,
      laterWebhooks,
      laterOutbox,
    ],
    sweep: [placeRefused, outbox, laterWebhooks, laterOutbox],
    orders: 0,
    refunds: 1,
  },
  {
    name: "edited",
    description:
      "the cart changes in another tab during payment: that payment is refunded, the next one pays",
    steps: [
      ...upToShipping,
      chooseUpi,
      addMore,
      pays,
      webhooks,
      outbox,
      chooseAgain,
      paysAgain,
      verify,
      place,
      laterWebhooks,
      laterOutbox,
    ],
    sweep: [addMore, webhooks, outbox, chooseAgain],
    orders: 1,
    refunds: 1,
  },
  {
    name: "too-late",
    description:
      "the checkout expires and releases everything; the payment arrives later and the order is placed",
    steps: [
      ...upToShipping,
      chooseUpi,
      seemsToFail,
      webhooks,
      expires,
      checkoutCleanup,
      outbox,
      isPaidLate,
      laterWebhooks,
      laterOutbox,
    ],
    sweep: [checkoutCleanup, outbox, laterWebhooks],
    orders: 1,
    refunds: 0,
  },
  {
    name: "cart",
    description:
      "a guest's cart is merged into the customer's; lines are changed, saved, moved back and removed",
    steps: [
      ...[addKajal, addHairOil, signIn, add, merge, changeQuantity, saveForLater, moveBack, removeLine],
      ...[start, address, shipping, placeCash, outbox],
    ],
    sweep: [merge, changeQuantity, saveForLater, moveBack, removeLine],
    orders: 1,
    refunds: 0,
  },
];
