import { type ClientSession, Types } from "mongoose";
import {
  Cart,
  CheckoutSession,
  type CheckoutSessionDoc,
  type FrozenCheckout,
  Payment,
  type PaymentDoc,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../models/index.js";
import { minutesFromNow, now } from "../../utils/clock.js";
import { type CheckoutPaymentMethod, CURRENCY } from "../../utils/constants.js";
import { ConflictError, RuleError } from "../../utils/errors.js";
import { ZERO_PAISE } from "../../utils/money.js";
import { isOwnedBy } from "../../utils/principal.js";
import { checkoutMachine, paymentMachine } from "../../utils/state-machines.js";
import { nextCartExpiry } from "../aggregates/cart/cart-reads.js";
import type { CheckoutState } from "../aggregates/checkout/checkout-state.js";
import { claimCoupons } from "../aggregates/checkout/coupon-claim.js";
import { freezeCheckout } from "../aggregates/checkout/freeze-checkout.js";
import { assertMeansSuffice } from "../aggregates/checkout/means-of-payment.js";
import { listPaymentOptions, type PaymentOption } from "../aggregates/checkout/payment-options.js";
import { refreshBeforePayment } from "../aggregates/checkout/refresh-before-payment.js";
import { shippingChoiceOf } from "../aggregates/checkout/reprice-shipping.js";
import {
  assertWritable,
  CHECKOUT_LEASE,
  type CheckoutRequest,
  checkoutNotFound,
} from "../aggregates/checkout-session/session-access.js";
import { stepBackFromPayment } from "../aggregates/checkout-session/step-back.js";
import { ensureGatewayOrder } from "../aggregates/payment/gateway-order.js";
import { withDocumentLease } from "../platform/document-lease.service.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { applyTransition, firstEntry } from "../platform/transition.service.js";

export interface PaymentChoice extends CheckoutRequest {
  /** Null when nothing is due: the checkout is only frozen. */
  method: CheckoutPaymentMethod | null;
  termsAccepted?: boolean;
  /** Of the client, kept on the payment for the books. */
  idempotencyKey?: string;
}

export interface ChosenPayment {
  state: CheckoutState;
  options: PaymentOption[];
  /** Null when nothing is due. */
  payment: PaymentDoc | null;
}

/**
 * Chooses how to pay: checks everything the amount depends on once more, claims the coupons, freezes lines
 * and totals, writes the payment record, and only then creates the gateway order for exactly that amount.
 * Choosing again at the same amount reuses the open payment; a failed attempt is retried on the same gateway
 * order; another amount supersedes what was open. When nothing is due, the method is dropped.
 * @throws RuleError CHECKOUT_INCOMPLETE, OUT_OF_STOCK, COUPON_INVALID, COD_UNAVAILABLE, METHOD_UNAVAILABLE,
 *   AMOUNT_BELOW_MINIMUM, SHIPPING_METHOD_UNAVAILABLE, INSUFFICIENT_POINTS, INSUFFICIENT_CREDIT; the typed
 *   upstream errors.
 */
export async function choosePayment(choice: PaymentChoice): Promise<ChosenPayment> {
  const lease = { model: CheckoutSession, id: choice.checkoutSessionId, ...CHECKOUT_LEASE };
  return withDocumentLease(lease, async (checkout, token, ended) => {
    if (!checkout || !isOwnedBy(checkout, choice.owner)) throw checkoutNotFound();
    assertWritable(checkout);
    const state = await refreshBeforePayment(checkout, choice.method);
    await assertMeansSuffice(state);
    const options = await listPaymentOptions(state);
    const effective = { ...choice, method: state.checkout.paymentMethod };
    assertPayable(effective, state, options);
    await claimCoupons(state);
    const { frozenCheckout, payment, isNew } = await freeze(effective, state, token);
    if (!frozenCheckout.lease) ended();
    const chosen = payment && isOnline(effective) ? await ensureGatewayOrder({ payment, isNew }) : payment;
    return { state: { ...state, checkout: frozenCheckout }, options, payment: chosen };
  });
}

/** These get a gateway order after the freeze, under the same lease. */
const isOnline = ({ method }: PaymentChoice): boolean => method !== null && method !== "cod";

function assertPayable(choice: PaymentChoice, state: CheckoutState, options: PaymentOption[]): void {
  if (choice.method === null) {
    if (state.totals.amountDue > 0) throw new RuleError("PAYMENT_REQUIRED", "Choose a payment method first");
    return;
  }
  const option = options.find((candidate) => candidate.method === choice.method);
  if (option?.available) return;
  const reason = option?.reason ?? "Not offered";
  if (choice.method === "cod") throw new RuleError("COD_UNAVAILABLE", reason, { reason });
  if (state.totals.amountDue > 0 && state.totals.amountDue < 100) {
    throw new RuleError("AMOUNT_BELOW_MINIMUM", reason, { reason });
  }
  throw new RuleError("METHOD_UNAVAILABLE", reason, { reason });
}

interface Frozen {
  frozenCheckout: CheckoutSessionDoc;
  payment: PaymentDoc | null;
  /** Whether the payment was inserted by this choice and shares no gateway order. */
  isNew: boolean;
}

/** One transaction: the cart is unchanged, the session is frozen, the payment record exists. */
async function freeze(choice: PaymentChoice, state: CheckoutState, token: string): Promise<Frozen> {
  const before = await rereadIfPaying(state.checkout);
  const frozen = freezeCheckout(state);
  return inTransaction(async (tx) => {
    await assertCartUnchanged(state, tx);
    const open = await findOpenPayment(before, choice, frozen, tx);
    if (before.status === "payment_pending" && !open) await stepBackFromPayment(before, tx);
    const payment =
      frozen.totals.amountDue === 0 ? null : (open ?? (await insertPayment(choice, before, frozen, tx)));
    const frozenCheckout = await writeFrozen({ choice, state, frozen, payment, token, tx });
    return { frozenCheckout, payment, isNew: open === null };
  });
}

/** Refreshing the cart may have superseded the session's payment. Under the lease nothing else freezes a session. */
async function rereadIfPaying(leased: CheckoutSessionDoc): Promise<CheckoutSessionDoc> {
  if (leased.status !== "payment_pending") return leased;
  const checkout = await CheckoutSession.findById(leased._id).lean<CheckoutSessionDoc>();
  if (!checkout) throw checkoutNotFound();
  return checkout;
}

/** A write, so that a cart change at the same moment conflicts with this transaction instead of slipping past it. */
async function assertCartUnchanged({ cart }: CheckoutState, tx: ClientSession): Promise<void> {
  const same = await Cart.updateOne(
    { _id: cart._id, version: cart.version, status: "active", placing: null },
    { $set: { expiresAt: await nextCartExpiry(cart) } },
  ).session(tx);
  if (same.matchedCount !== 1) {
    throw new ConflictError("VERSION_CONFLICT", "The cart changed meanwhile; look at it and choose again", {
      current: cart.version,
    });
  }
}

/**
 * The payment to continue with: still open (or its last attempt failed) at the same amount and of the same kind.
 * An attempt that failed, or that the gateway returned, passes its gateway order on to a new record.
 */
async function findOpenPayment(
  checkout: CheckoutSessionDoc,
  choice: PaymentChoice,
  frozen: FrozenCheckout,
  tx: ClientSession,
): Promise<PaymentDoc | null> {
  if (!checkout.paymentId) return null;
  const last = await Payment.findById(checkout.paymentId).session(tx).lean<PaymentDoc>();
  const isCod = choice.method === "cod";
  const goesOn =
    last !== null &&
    last.amount === frozen.totals.amountDue &&
    last.supersededAt === null &&
    (last.gateway === "cod") === isCod &&
    checkout.frozen?.cartVersion === frozen.cartVersion;
  if (!goesOn || !last) return null;
  const hasEnded = last.status === "failed" || last.status === "refunded";
  if (hasEnded) return insertPayment(choice, checkout, frozen, tx, last);
  // Once money has arrived, the method is what the gateway reported.
  if (last.accepted) return last;
  await Payment.updateOne({ _id: last._id }, { $set: { method: choice.method } }).session(tx);
  return { ...last, method: choice.method };
}

async function insertPayment(
  choice: PaymentChoice,
  checkout: CheckoutSessionDoc,
  frozen: FrozenCheckout,
  tx: ClientSession,
  retryOf?: PaymentDoc,
): Promise<PaymentDoc> {
  const isCod = choice.method === "cod";
  const at = now();
  const payment: PaymentDoc = {
    _id: new Types.ObjectId(),
    checkoutSessionId: checkout._id,
    ...{ orderId: null, orderNumber: null },
    ...(checkout.userId ? { userId: checkout.userId } : {}),
    ...(checkout.sessionId ? { sessionId: checkout.sessionId } : {}),
    idempotencyKey: null,
    gateway: isCod ? "cod" : "razorpay",
    gatewayOrderId: retryOf?.gatewayOrderId ?? null,
    gatewayPaymentId: null,
    method: choice.method,
    methodDetails: null,
    status: paymentMachine.initial,
    currency: CURRENCY,
    amount: frozen.totals.amountDue,
    ...{ capturedAmount: ZERO_PAISE, refundedAmount: ZERO_PAISE, refundReserved: ZERO_PAISE },
    ...{ fee: null, tax: null, errorCode: null, errorMessage: null, gatewayResponse: null },
    ...{ authorizedAt: null, capturedAt: null },
    retryOf: retryOf?._id ?? null,
    ...{ accepted: false, surplus: false, supersededAt: null, mismatch: null, attention: false },
    ...{ reconciledAt: null, settlement: null, dispute: null },
    sweep: isCod ? null : { nextAt: minutesFromNow(FIRST_SWEEP_MINUTES), attempts: 0 },
    statusHistory: [firstEntry(paymentMachine.initial, { type: "customer" })],
    ...{ createdAt: at, updatedAt: at },
  };
  await Payment.insertMany([payment], { session: tx, lean: true });
  return payment;
}

/** The sweep asks the gateway about every unsettled online payment, for the first time after this. */
const FIRST_SWEEP_MINUTES = 1;

interface FrozenWrite {
  choice: PaymentChoice;
  state: CheckoutState;
  frozen: FrozenCheckout;
  payment: PaymentDoc | null;
  token: string;
  tx: ClientSession;
}

async function writeFrozen({
  choice,
  state,
  frozen,
  payment,
  token,
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
    // The last write of this choice: it gives the lease back.
    ...(isOnline(choice) ? {} : { lease: null }),
    expiresAt: minutesFromNow((await getSettings("checkout")).expiryMinutes),
  };
  const guard = { "lease.token": token, placement: null };
  const moved = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    from: "address_entered",
    to: "payment_pending",
    guard,
    set: { ...set, "steps.paymentPendingAt": checkout.steps.paymentPendingAt ?? at },
    raiseVersion: true,
    by: { type: "customer" },
    tx,
  });
  if (moved.changed) return moved.document;
  // Chosen again: it is being paid already.
  const written = await CheckoutSession.findOneAndUpdate(
    { _id: checkout._id, status: "payment_pending", ...guard },
    { $set: set, $inc: { version: 1 } },
    { ...SKIP_VALIDATORS_RETURN_NEW, session: tx },
  ).lean<CheckoutSessionDoc>();
  if (!written)
    throw new ConflictError("VERSION_CONFLICT", "The checkout changed meanwhile", {
      current: checkout.version,
    });
  return written;
}
