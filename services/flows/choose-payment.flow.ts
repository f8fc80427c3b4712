import type { ClientSession, QueryFilter } from "mongoose";
import {
  Cart,
  CheckoutSession,
  type CheckoutSessionDoc,
  type FrozenCheckout,
  type PaymentDoc,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../models/index.js";
import { minutesFromNow, now } from "../../utils/clock.js";
import {
  CART_STATUS,
  CHECKOUT_STATUS,
  type CheckoutPaymentMethod,
  GATEWAY_MINIMUM_PAISE,
} from "../../utils/constants.js";
import { RuleError } from "../../utils/errors.js";
import { checkoutMachine } from "../../utils/state-machines.js";
import type { CartState } from "../aggregates/cart/cart-draft.js";
import { findCartState, nextCartExpiry } from "../aggregates/cart/cart-reads.js";
import { changeCart } from "../aggregates/cart/change-cart.js";
import { couponDroppedNotice } from "../aggregates/cart/notices.js";
import { type CheckoutState, getOwnCheckoutAndCart } from "../aggregates/checkout/checkout-state.js";
import { freezeCheckout } from "../aggregates/checkout/freeze-checkout.js";
import { assertMeansSuffice } from "../aggregates/checkout/means-of-payment.js";
import { listPaymentOptions, type PaymentOption } from "../aggregates/checkout/payment-options.js";
import { refreshBeforePayment } from "../aggregates/checkout/refresh-before-payment.js";
import { shippingChoiceOf } from "../aggregates/checkout/reprice-shipping.js";
import { claimCoupons } from "../aggregates/checkout-session/coupon-uses.js";
import {
  assertWritable,
  type CheckoutRequest,
  checkoutNotFound,
  withCheckoutLease,
} from "../aggregates/checkout-session/session-access.js";
import { stepBackFromPayment } from "../aggregates/checkout-session/session-status.js";
import { ensureGatewayOrder, type GatewayOrderRequest } from "../aggregates/payment/gateway-order.js";
import { continuePayment, openPayment } from "../aggregates/payment/open-payment.js";
import { cartChanged, checkoutChanged, unlessChanged } from "../platform/changed-meanwhile.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { applyTransition } from "../platform/transition.service.js";

const { ADDRESS_ENTERED, PAYMENT_PENDING } = CHECKOUT_STATUS;

export interface PaymentChoice extends CheckoutRequest {
  /** Null when nothing is due: the checkout is only frozen. */
  method: CheckoutPaymentMethod | null;
  termsAccepted?: boolean;
}

export interface ChosenPayment {
  state: CheckoutState;
  options: PaymentOption[];
  /** Null when nothing is due. */
  payment: PaymentDoc | null;
}

/**
 * Chooses how to pay: checks once more everything that the amount depends on, claims the coupons, freezes lines
 * and totals, writes the payment record, and only then creates the gateway order for exactly that amount.
 * Choosing again with the same amount continues the open payment; a failed attempt is retried on the same gateway
 * order; another amount supersedes the open payment. When nothing is due, the method is dropped.
 * @throws RuleError CHECKOUT_INCOMPLETE, OUT_OF_STOCK, COUPON_INVALID, COD_UNAVAILABLE, METHOD_UNAVAILABLE,
 *   AMOUNT_BELOW_MINIMUM, SHIPPING_METHOD_UNAVAILABLE, INSUFFICIENT_POINTS, INSUFFICIENT_CREDIT; the typed
 *   upstream errors.
 */
export async function choosePayment(choice: PaymentChoice): Promise<ChosenPayment> {
  return (await chooseIfAlone(choice)) ?? chooseInTurn(choice);
}

/**
 * Without the lease, when nothing outside is changed: the first choice of cash on delivery for a cart without coupons.
 * @returns null for another choice, and when another writer is at work
 */
async function chooseIfAlone(choice: PaymentChoice): Promise<ChosenPayment | null> {
  if (isOnline(choice)) return null;
  const { checkout, cartState } = await getOwnCheckoutAndCart(choice);
  assertWritable(checkout);
  const { version, status, lease } = checkout;
  if (lease || status !== ADDRESS_ENTERED || hasCoupons(cartState)) return null;
  return unlessChanged(async () => {
    const prepared = await prepare(choice, checkout, cartState);
    // A coupon may have been added in another tab since.
    if (hasCoupons(prepared.state)) return null;
    const guard = { version, lease: null, placement: null };
    const { state, payment } = await freeze(prepared, guard);
    return { state, options: prepared.options, payment };
  });
}

/** The lease keeps coupons and the gateway's order from being claimed twice. */
function chooseInTurn(choice: PaymentChoice): Promise<ChosenPayment> {
  return withCheckoutLease(choice, async (checkout, token, ended) => {
    const prepared = await prepare(choice, checkout, await findCartState(checkout.cartId));
    await claimCouponsOf(prepared.state);
    const guard = { "lease.token": token, placement: null };
    const { state, payment, isNew } = await freeze(prepared, guard);
    if (!state.checkout.lease) ended();
    const chosen =
      payment && isOnline(prepared.choice)
        ? await openAtGateway({ payment, isNew }, state.checkout)
        : payment;
    return { state, options: prepared.options, payment: chosen };
  });
}

const hasCoupons = (state: Pick<CartState, "cart"> | null): boolean =>
  (state?.cart.appliedCoupons.length ?? 0) > 0;

/** A choice that has passed every check. */
interface PreparedChoice {
  /** With the method that is needed: none when nothing is due. */
  choice: PaymentChoice;
  state: CheckoutState;
  options: PaymentOption[];
}

async function prepare(
  choice: PaymentChoice,
  checkout: CheckoutSessionDoc,
  cart: CartState | null,
): Promise<PreparedChoice> {
  const state = await refreshBeforePayment({ checkout, cart }, choice.method);
  await assertMeansSuffice(state);
  const options = await listPaymentOptions(state);
  const needed = { ...choice, method: state.checkout.paymentMethod };
  assertPayable(needed, state, options);
  return { choice: needed, state, options };
}

/** An online payment gets its gateway order after the freeze, under the same lease. */
const isOnline = ({ method }: PaymentChoice): boolean => method !== null && method !== "cod";

/**
 * Creates the gateway order. When the gateway refuses the amount, nothing is being paid, and another method can be
 * chosen. After a crash in between, the next choice ends here again.
 */
async function openAtGateway(
  request: GatewayOrderRequest,
  checkout: CheckoutSessionDoc,
): Promise<PaymentDoc> {
  try {
    return await ensureGatewayOrder(request);
  } catch (error) {
    if (error instanceof RuleError) await inTransaction((tx) => stepBackFromPayment(checkout, tx));
    throw error;
  }
}

function assertPayable(choice: PaymentChoice, state: CheckoutState, options: PaymentOption[]): void {
  if (choice.method === null) {
    if (state.totals.amountDue > 0) throw new RuleError("PAYMENT_REQUIRED", "Choose a payment method first");
    return;
  }
  const option = options.find((candidate) => candidate.method === choice.method);
  if (option?.available) return;
  const reason = option?.reason ?? "Not offered";
  if (choice.method === "cod") throw new RuleError("COD_UNAVAILABLE", reason, { reason });
  if (state.totals.amountDue > 0 && state.totals.amountDue < GATEWAY_MINIMUM_PAISE) {
    throw new RuleError("AMOUNT_BELOW_MINIMUM", reason, { reason });
  }
  throw new RuleError("METHOD_UNAVAILABLE", reason, { reason });
}

/** A coupon that is refused leaves the cart with a notice: the customer sees the price without it and chooses again. */
async function claimCouponsOf({ checkout, cart }: CheckoutState): Promise<void> {
  const refused = await claimCoupons(checkout, cart.appliedCoupons);
  if (!refused) return;
  const { code, reason } = refused;
  await changeCart(cart._id, (draft) => {
    draft.couponCodes = draft.couponCodes.filter((candidate) => candidate !== code);
    draft.notices.push(couponDroppedNotice(code, reason));
  });
  throw new RuleError("COUPON_INVALID", `The coupon ${code} can no longer be used`, { code, reason });
}

interface Frozen {
  /** With the frozen session. */
  state: CheckoutState;
  payment: PaymentDoc | null;
  /** Whether this choice inserted the payment, and it shares no gateway order. */
  isNew: boolean;
}

/**
 * One transaction: the cart is unchanged, the session is frozen, the payment record exists.
 * @param guard what the session must still be
 */
async function freeze(
  { choice, state }: PreparedChoice,
  guard: QueryFilter<CheckoutSessionDoc>,
): Promise<Frozen> {
  const before = await rereadIfPaying(state.checkout);
  const frozen = freezeCheckout(state, (await getSettings("tax")).chargeRatePolicy);
  return inTransaction(async (tx) => {
    await assertCartUnchanged(state, tx);
    const request = { checkout: before, frozen, method: choice.method };
    const continued = await continuePayment(request, tx);
    if (before.status === PAYMENT_PENDING && !continued) await stepBackFromPayment(before, tx);
    const payment = frozen.totals.amountDue === 0 ? null : (continued ?? (await openPayment(request, tx)));
    const checkout = await writeFrozen({ choice, state, frozen, payment, guard, tx });
    return { state: { ...state, checkout }, payment, isNew: continued === null };
  });
}

/** Refreshing the cart may have superseded the session's payment. Under the lease, nothing else freezes a session. */
async function rereadIfPaying(leased: CheckoutSessionDoc): Promise<CheckoutSessionDoc> {
  if (leased.status !== PAYMENT_PENDING) return leased;
  const checkout = await CheckoutSession.findById(leased._id).lean<CheckoutSessionDoc>();
  if (!checkout) throw checkoutNotFound();
  return checkout;
}

/** A write, so that a concurrent cart change conflicts with this transaction. */
async function assertCartUnchanged({ cart }: CheckoutState, tx: ClientSession): Promise<void> {
  const same = await Cart.updateOne(
    { _id: cart._id, version: cart.version, status: CART_STATUS.ACTIVE, placing: null },
    { $set: { expiresAt: await nextCartExpiry(cart) } },
  ).session(tx);
  if (same.matchedCount !== 1) throw cartChanged(cart._id);
}

interface FrozenWrite {
  choice: PaymentChoice;
  state: CheckoutState;
  frozen: FrozenCheckout;
  payment: PaymentDoc | null;
  guard: QueryFilter<CheckoutSessionDoc>;
  tx: ClientSession;
}

async function writeFrozen({
  choice,
  state,
  frozen,
  payment,
  guard,
  tx,
}: FrozenWrite): Promise<CheckoutSessionDoc> {
  const { checkout } = state;
  const at = now();
  const set = {
    paymentMethod: choice.method,
    ...shippingChoiceOf(checkout),
    frozen,
    totals: frozen.totals,
    cartVersion: frozen.cartVersion,
    paymentId: payment?._id ?? null,
    termsAcceptedAt: checkout.termsAcceptedAt ?? (choice.termsAccepted ? at : null),
    // The last write of this choice also releases the lease.
    ...(isOnline(choice) ? {} : { lease: null }),
    expiresAt: minutesFromNow((await getSettings("checkout")).expiryMinutes),
  };
  const moved = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    from: ADDRESS_ENTERED,
    to: PAYMENT_PENDING,
    guard,
    set: { ...set, "steps.paymentPendingAt": checkout.steps.paymentPendingAt ?? at },
    raiseVersion: true,
    by: { type: "customer" },
    tx,
  });
  if (moved.changed) return moved.document;
  // Chosen again: the session is already being paid.
  const written = await CheckoutSession.findOneAndUpdate(
    { _id: checkout._id, status: PAYMENT_PENDING, ...guard },
    { $set: set, $inc: { version: 1 } },
    { ...SKIP_VALIDATORS_RETURN_NEW, session: tx },
  ).lean<CheckoutSessionDoc>();
  if (!written) throw checkoutChanged(checkout._id);
  return written;
}
