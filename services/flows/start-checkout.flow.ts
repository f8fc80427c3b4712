import { Types } from "mongoose";
import { type BuyerContact, CheckoutSession, type CheckoutSessionDoc } from "../../models/index.js";
import { minutesFromNow, now } from "../../utils/clock.js";
import {
  type CartSource,
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  LIVE_CHECKOUT_STATUSES,
  type NoticeCode,
} from "../../utils/constants.js";
import { RuleError } from "../../utils/errors.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { ZERO_PAISE } from "../../utils/money.js";
import type { Owner } from "../../utils/principal.js";
import { checkoutMachine } from "../../utils/state-machines.js";
import type { CartState } from "../aggregates/cart/cart-draft.js";
import { refreshPrices } from "../aggregates/cart/cart-lines.js";
import { cartEmpty, emptyIfGone } from "../aggregates/cart/cart-reads.js";
import { confirmCart } from "../aggregates/cart/change-cart.js";
import { changeForCheckout, firstKnown } from "../aggregates/cart/promotions.js";
import { reserveLines } from "../aggregates/cart/reserve-lines.js";
import {
  type CheckoutState,
  calculateCheckoutTotals,
  findCartAndCheckout,
  getCheckoutState,
  toCheckoutState,
} from "../aggregates/checkout/checkout-state.js";
import { toCheckoutTotals } from "../aggregates/checkout/freeze-checkout.js";
import { rateOrKeep } from "../aggregates/checkout/reprice-shipping.js";
import { findLiveCheckout } from "../aggregates/checkout-session/session-access.js";
import { endCheckout } from "../aggregates/checkout-session/session-status.js";
import { checkoutChanged } from "../platform/changed-meanwhile.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

export interface StartRequest {
  owner: Owner;
  email: string | null;
  phone: string | null;
  customerName: string | null;
  source: CartSource;
  /** Called for an expired session with an open payment: afterwards, what the gateway knows is known here. */
  settleOpenPayments(checkout: CheckoutSessionDoc): Promise<void>;
}

export interface StartedCheckout {
  state: CheckoutState;
  /** 201 instead of 200. */
  created: boolean;
}

/** Changes that the customer has to see before the checkout; starting again confirms them. */
const CHANGES: ReadonlySet<NoticeCode> = new Set([
  "PRICE_CHANGED",
  "PRODUCT_UNAVAILABLE",
  "QUANTITY_REDUCED",
  "COUPON_DROPPED",
]);

/**
 * Starts the checkout of the caller's cart, or continues the live one. Every line is first compared with the catalog;
 * changes are written to the cart with a notice, and all lines are reserved for the lifetime of a checkout.
 * @throws RuleError CART_EMPTY, OUT_OF_STOCK, CART_CHANGED (with notices); ConflictError PLACEMENT_IN_PROGRESS
 */
export async function startCheckout(request: StartRequest): Promise<StartedCheckout> {
  const { stored, live } = await getCartAndCheckout(request.owner);
  if (live && live.expiresAt > now()) return { state: await toCheckoutState(live, stored), created: false };
  if (live) await retireExpired(live, request);
  return createFrom(await checkCart(stored, request), request, null);
}

/**
 * Continues a checkout: a live one as it is; an expired one as a new session from the cart, which keeps contact,
 * addresses, messages and the choices that are still valid.
 * @throws RuleError CART_EMPTY when the cart is empty; otherwise as `startCheckout`
 */
export async function resumeCheckout(
  previous: CheckoutSessionDoc,
  request: StartRequest,
): Promise<StartedCheckout> {
  const isLive = LIVE_CHECKOUT_STATUSES.some((status) => status === previous.status);
  if (isLive && previous.expiresAt > now())
    return { state: await getCheckoutState(previous), created: false };
  const { stored, live } = await getCartAndCheckout(request.owner);
  if (isLive) await retireExpired(previous, request);
  if (live && live.expiresAt > now()) return { state: await toCheckoutState(live, stored), created: false };
  return createFrom(await checkCart(stored, firstKnown(request, previous)), request, previous);
}

/** @throws RuleError CART_EMPTY without a cart, or with an empty one */
async function getCartAndCheckout(owner: Owner) {
  const found = await findCartAndCheckout(owner);
  if (!found || found.stored.cart.itemCount === 0) throw cartEmpty();
  return found;
}

/**
 * Fails an expired session, so that the cart can have a new one.
 * @throws ConflictError PLACEMENT_IN_PROGRESS when it has been paid: the order is on its way
 */
async function retireExpired(
  checkout: CheckoutSessionDoc,
  { settleOpenPayments }: StartRequest,
): Promise<void> {
  if (checkout.status === CHECKOUT_STATUS.PAYMENT_PENDING) await settleOpenPayments(checkout);
  await inTransaction(async (tx) => {
    if (!(await endCheckout(checkout, CHECKOUT_FAILURE.EXPIRED, tx))) throw checkoutChanged(checkout._id);
  });
}

async function checkCart(stored: CartState, contact: BuyerContact): Promise<CartState> {
  const state = await confirmCart(stored, async (draft) => {
    changeForCheckout(draft, contact);
    await refreshPrices(draft);
    const { reservationTtlMinutes } = await getSettings("checkout");
    await reserveLines(draft, reservationTtlMinutes);
  }).catch((error: unknown) => {
    throw emptyIfGone(error);
  });
  if (state.lines.length === 0)
    throw new RuleError("CART_EMPTY", "No item in the cart is available any longer");
  const notices = state.cart.notices.filter((notice) => CHANGES.has(notice.code));
  if (notices.length > 0) {
    throw new RuleError("CART_CHANGED", "The cart has changed; check it and start again", { notices });
  }
  return state;
}

async function createFrom(
  { cart, lines }: CartState,
  request: StartRequest,
  previous: CheckoutSessionDoc | null,
): Promise<StartedCheckout> {
  const { expiryMinutes } = await getSettings("checkout");
  const fresh = newSession(cart._id, request, previous, minutesFromNow(expiryMinutes));
  // A kept shipping method is rated again, and dropped when it is no longer offered.
  const rated = fresh.shippingMethod && (await rateOrKeep(await toCheckoutState(fresh, { cart, lines })));
  const checkout = { ...fresh, ...rated };
  const totals = await calculateCheckoutTotals(checkout, cart, lines);
  try {
    await CheckoutSession.insertMany([{ ...checkout, totals: toCheckoutTotals(totals) }], { lean: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Another call won: a cart has one live session.
    const winner = await findLiveCheckout(cart._id);
    if (!winner) throw error;
    return { state: await getCheckoutState(winner), created: false };
  }
  return {
    state: { checkout: { ...checkout, totals: toCheckoutTotals(totals) }, cart, lines, totals },
    created: true,
  };
}

function newSession(
  cartId: Types.ObjectId,
  request: StartRequest,
  previous: CheckoutSessionDoc | null,
  expiresAt: Date,
): CheckoutSessionDoc {
  const at = now();
  const address = previous?.shippingAddress ?? null;
  return {
    _id: new Types.ObjectId(),
    cartId,
    ...request.owner,
    status: address ? CHECKOUT_STATUS.ADDRESS_ENTERED : checkoutMachine.initial,
    ...firstKnown(request, previous),
    customerName: request.customerName ?? previous?.customerName ?? null,
    shippingAddressId: previous?.shippingAddressId ?? null,
    shippingAddress: address,
    billingAddress: previous?.billingAddress ?? null,
    billingSameAsShipping: previous?.billingSameAsShipping ?? true,
    gstin: previous?.gstin ?? null,
    isSezBuyer: previous?.isSezBuyer ?? false,
    deliveredToOwnPremises: previous?.deliveredToOwnPremises ?? false,
    shippingMethodId: previous?.shippingMethodId ?? null,
    shippingMethod: previous?.shippingMethod ?? null,
    shippingRatedFor: previous?.shippingRatedFor ?? null,
    notices: [],
    paymentMethod: null,
    totals: null,
    isGiftOrder: previous?.isGiftOrder ?? false,
    giftMessage: previous?.giftMessage ?? null,
    customerNotes: previous?.customerNotes ?? null,
    termsAcceptedAt: null,
    loyaltyPoints: 0,
    loyaltyPointValue: ZERO_PAISE,
    storeCreditAmount: ZERO_PAISE,
    source: request.source,
    cartVersion: null,
    frozen: null,
    couponClaims: [],
    paymentId: null,
    placement: null,
    orderNumber: null,
    failureReason: null,
    failedAt: null,
    completedAt: null,
    reminderSentAt: null,
    version: 0,
    lease: null,
    expiresAt,
    steps: {
      initiatedAt: at,
      addressEnteredAt: address ? at : null,
      paymentPendingAt: null,
      completedAt: null,
      failedAt: null,
    },
    createdAt: at,
    updatedAt: at,
  };
}
