import {
  addHairOil,
  addKajal,
  changeQuantity,
  merge,
  moveBack,
  removeLine,
  saveForLater,
} from "./cart-steps.js";
import {
  add,
  addMore,
  address,
  allFree,
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
  isPaidLate,
  laterOutbox,
  laterWebhooks,
  outbox,
  pays,
  paysAgain,
  place,
  placeCash,
  placeInVain,
  retries,
  type Step,
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

/** A whole purchase, and what must have come of it, however often the service crashes on the way. */
export interface Journey {
  name: string;
  /** What it is there for. */
  story: string;
  steps: readonly Step[];
  /** Crashes are tried in these; the others are tried elsewhere, or are the world's. */
  sweep: readonly Step[];
  orders: 0 | 1;
  /** Payments that go back in full. */
  refunds: 0 | 1;
  /** Variables of the service. */
  env?: Readonly<Record<string, string>>;
}

const guestUpToShipping = [add, start, address, shipping];
const upToShipping = [signIn, add, coupon, start, contact, address, shipping];

/** Purchases and what can come between. Together they reach every effect of cart, checkout, payment and placement. */
export const JOURNEYS: readonly Journey[] = [
  {
    name: "online",
    story: "a customer pays by UPI, with a coupon and a gift, verifies and places; the webhooks come last",
    steps: [...upToShipping, chooseUpi, pays, verify, place, webhooks, outbox],
    sweep: [add, coupon, start, contact, address, shipping, chooseUpi, verify, place, webhooks, outbox],
    orders: 1,
    refunds: 0,
  },
  {
    name: "vanished",
    story: "the client never comes back: the webhooks place the order",
    steps: [...guestUpToShipping, chooseUpi, pays, webhooks, outbox],
    sweep: [webhooks],
    orders: 1,
    refunds: 0,
  },
  {
    name: "unverified",
    story: "a failed attempt, a retry, and a client that places without verifying: the gateway is asked",
    steps: [...guestUpToShipping, chooseUpi, failsToPay, webhooks, retries, paysAgain, place, outbox],
    sweep: [webhooks, retries, place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "cash",
    story: "cash on delivery, chosen and then placed",
    steps: [...guestUpToShipping, chooseCash, place, outbox],
    sweep: [chooseCash, place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "cash-at-once",
    story: "cash on delivery in one call",
    steps: [...guestUpToShipping, placeCash, outbox],
    sweep: [placeCash],
    orders: 1,
    refunds: 0,
  },
  {
    name: "nothing-due",
    story: "coupons pay for everything: no gateway, frozen and placed in one call",
    steps: [everythingIsFree, add, allFree, freeShipping, start, address, shipping, place, outbox],
    sweep: [place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "points-and-credit",
    story: "points and store credit pay a part",
    steps: [...upToShipping, usePoints, useCredit, chooseUpi, pays, verify, place, outbox],
    sweep: [usePoints, place],
    orders: 1,
    refunds: 0,
  },
  {
    name: "manual-capture",
    story: "placing captures what was authorised",
    steps: [...guestUpToShipping, chooseUpi, pays, verify, place, webhooks, outbox],
    sweep: [verify, place],
    orders: 1,
    refunds: 0,
    env: { PAYMENT_CAPTURE: "manual" },
  },
  {
    name: "refused",
    story: "paid, but the stock is gone: undone, and money, coupon, points and credit go back",
    steps: [
      ...upToShipping,
      usePoints,
      useCredit,
      chooseUpi,
      pays,
      verify,
      stockIsGone,
      placeInVain,
      outbox,
      laterWebhooks,
      laterOutbox,
    ],
    sweep: [placeInVain, outbox, laterWebhooks, laterOutbox],
    orders: 0,
    refunds: 1,
  },
  {
    name: "edited",
    story: "the cart changes in another tab while paying: that payment goes back, the next one counts",
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
    story: "the checkout expires and gives everything back; then the money comes, and the order is placed",
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
    story: "a guest's cart joins the customer's, lines are changed, saved, brought back and removed",
    steps: [
      ...[addKajal, addHairOil, signIn, add, merge, changeQuantity, saveForLater, moveBack, removeLine],
      ...[start, address, shipping, placeCash, outbox],
    ],
    sweep: [merge, changeQuantity, saveForLater, moveBack, removeLine],
    orders: 1,
    refunds: 0,
  },
];
