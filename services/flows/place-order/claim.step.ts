import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type PipelineStage, type Types, trusted } from "mongoose";
import {
  Cart,
  type CartDoc,
  CheckoutSession,
  type CheckoutSessionDoc,
  type FrozenCheckout,
  Payment,
  type PaymentDoc,
} from "../../../models/index.js";
import {
  CART_STATUS,
  type CartStatus,
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  type CheckoutFailure,
  PAYMENT_GATEWAY_STATUS,
} from "../../../utils/constants.js";
import { AppError, RuleError } from "../../../utils/errors.js";
import { placementFailure } from "../../aggregates/checkout-session/placement-failure.js";
import { checkoutNotFound } from "../../aggregates/checkout-session/session-access.js";
import { placementInProgress } from "../../aggregates/payment/supersede-payment.js";
import { databaseTimeIn } from "../../platform/document-lease.service.js";

/** `held`: the cart that was paid for; `moved_on`: changed since; `sold`: ordered through another session. */
export type CartHold = "held" | "moved_on" | "sold";

/** The right to place one session's order, until the lease ends. */
export interface Claim {
  kind: "claimed";
  checkout: CheckoutSessionDoc;
  frozen: FrozenCheckout;
  /** The accepted online payment or the open COD one; null when nothing is due. */
  payment: PaymentDoc | null;
  /** An earlier attempt started on a payment that is no longer valid: claimed only to be undone. */
  isPaymentLost: boolean;
  /** The fencing token: every write of this placement compares it. */
  token: string;
  /** The first attempt started too long ago: this attempt is the last one. */
  isOverdue: boolean;
  cart: CartHold;
}

export type ClaimResult = Claim | { kind: "held" } | { kind: "completed" };

/** Longer than a timeout of every effect (3 s neighbours, 5 s gateway), short enough for a retry to come soon. */
const LEASE_MS = 30_000;
/** Plus the interval of the recovery job: well below the 15 minutes within which a payment becomes an order or a refund. */
const GIVE_UP_AFTER_MS = 8 * 60_000;
const WAIT_FOR_OTHERS_MS = 6_000;
/** An order takes about 50 ms. On a slower machine, callers that wait must not slow it down further. */
const FIRST_POLL_MS = 40;
const LAST_POLL_MS = 400;
const POLL_FACTOR = 1.5;
/** Each retry means that the session changed between the read and the claim. */
const CLAIM_ATTEMPTS = 3;
/** A cart that can be ordered; it may have been abandoned while it was being paid for. */
export const PLACEABLE: CartStatus[] = [CART_STATUS.ACTIVE, CART_STATUS.ABANDONED];
/** In the past by every clock. */
const EXPIRED = new Date(0);

/**
 * Step 1: one compare-and-set writes the intent to place, which excludes other callers; then the cart is marked as
 * being placed.
 * @throws ConflictError with the session's failure, or PLACEMENT_IN_PROGRESS while another session is placing
 *   this cart; RuleError PAYMENT_REQUIRED
 */
export async function claimPlacement(request: {
  checkoutSessionId: Types.ObjectId;
  /** The session as the caller has just read it. The compare-and-set detects a change since. */
  seen?: SessionToPlace;
  termsAcceptedAt: Date | null;
}): Promise<ClaimResult> {
  let session = request.seen ?? (await getSessionToPlace(request.checkoutSessionId));
  for (let attempt = 1; attempt <= CLAIM_ATTEMPTS; attempt += 1) {
    const { checkout } = session;
    if (checkout.status === CHECKOUT_STATUS.COMPLETED) return { kind: "completed" };
    if (checkout.status === CHECKOUT_STATUS.FAILED && checkout.failureReason !== CHECKOUT_FAILURE.EXPIRED)
      throw placementFailure(checkout.failureReason);
    const funds = findFunds(session);
    const claimed = await writeIntent(checkout, request.termsAcceptedAt);
    if (claimed) return holdCart(claimed, funds);
    const current = await getSessionToPlace(checkout._id);
    if (current.checkout.placement && isSame(current.checkout, checkout)) return { kind: "held" };
    session = current;
  }
  throw placementInProgress();
}

/** A session with the payments that an order can be placed on. */
export interface SessionToPlace {
  checkout: CheckoutSessionDoc;
  payments: PaymentDoc[];
}

const withPayments: PipelineStage.Lookup = {
  $lookup: {
    from: Payment.collection.collectionName,
    localField: "_id",
    foreignField: "checkoutSessionId",
    pipeline: [{ $match: { $or: [{ accepted: true }, { gateway: "cod", supersededAt: null }] } }],
    as: "payments",
  },
};

/** One round trip for both. @throws NotFoundError CHECKOUT_NOT_FOUND */
export async function getSessionToPlace(id: Types.ObjectId): Promise<SessionToPlace> {
  const [found] = await CheckoutSession.aggregate<CheckoutSessionDoc & Pick<SessionToPlace, "payments">>([
    { $match: { _id: id } },
    withPayments,
  ]);
  if (!found) throw checkoutNotFound();
  const { payments, ...checkout } = found;
  return { checkout, payments };
}

/** Every change of the lines, the payment or the delivery raises the version. */
const termsOf = ({ status, failureReason, version }: CheckoutSessionDoc) => ({
  status,
  failureReason,
  version,
});

const isSame = (one: CheckoutSessionDoc, other: CheckoutSessionDoc): boolean =>
  isDeepStrictEqual(termsOf(one), termsOf(other));

type Funds = Pick<Claim, "payment" | "isPaymentLost">;

/**
 * With manual capture the gateway returns an authorisation after some days. An intent that a crash left behind must
 * still end: its effects are undone.
 */
function findFunds(session: SessionToPlace): Funds {
  try {
    assertNotOver(session.checkout);
    return { payment: findPaymentToPlaceOn(session), isPaymentLost: false };
  } catch (error) {
    if (session.checkout.placement && error instanceof AppError)
      return { payment: null, isPaymentLost: true };
    throw error;
  }
}

/**
 * An expired session is placed only on a payment that arrived late. Where nothing was due, none can arrive, and what
 * was frozen no longer holds.
 */
function assertNotOver({ status, frozen }: CheckoutSessionDoc): void {
  if (status === CHECKOUT_STATUS.FAILED && !frozen?.totals.amountDue)
    throw placementFailure(CHECKOUT_FAILURE.EXPIRED);
}

/**
 * The payment that an order may be placed on: the accepted one or the open COD payment, of exactly the amount that is due;
 * null when nothing is due.
 */
function findPaymentToPlaceOn({ checkout, payments }: SessionToPlace): PaymentDoc | null {
  const required = () => new RuleError("PAYMENT_REQUIRED", "The payment has not been received yet");
  const { frozen, paymentMethod, paymentId } = checkout;
  if (!frozen) throw required();
  const { amountDue } = frozen.totals;
  if (amountDue === 0) return null;
  const { PENDING, AUTHORIZED, CAPTURED } = PAYMENT_GATEWAY_STATUS;
  const payment = payments
    .filter(({ amount }) => amount === amountDue)
    .find(({ _id, gateway, status, supersededAt, accepted }) =>
      paymentMethod === "cod"
        ? gateway === "cod" && paymentId?.equals(_id) && status === PENDING && supersededAt === null
        : accepted && (status === AUTHORIZED || status === CAPTURED),
    );
  if (payment) return payment;
  throw checkout.status === CHECKOUT_STATUS.FAILED ? placementFailure(CHECKOUT_FAILURE.EXPIRED) : required();
}

/**
 * Compares everything that the decision relied on: an intent must not combine new terms with the payment for the old
 * ones. An expired session must also have no coupon release in flight.
 */
function writeIntent(
  checkout: CheckoutSessionDoc,
  termsAcceptedAt: Date | null,
): Promise<CheckoutSessionDoc | null> {
  return CheckoutSession.findOneAndUpdate(
    {
      _id: checkout._id,
      ...termsOf(checkout),
      frozen: trusted({ $ne: null }),
      $and: [
        { $or: [{ placement: null }, hasPassed("placement.leaseUntil")] },
        checkout.status === CHECKOUT_STATUS.FAILED
          ? { $or: [{ lease: null }, hasPassed("lease.until")] }
          : {},
      ],
    },
    [
      {
        $set: {
          placement: {
            token: randomUUID(),
            startedAt: { $ifNull: ["$placement.startedAt", "$$NOW"] },
            leaseUntil: databaseTimeIn(LEASE_MS),
            attempts: { $add: [{ $ifNull: ["$placement.attempts", 0] }, 1] },
          },
          termsAcceptedAt: { $ifNull: ["$termsAcceptedAt", termsAcceptedAt] },
        },
      },
    ],
    { returnDocument: "after", updatePipeline: true },
  ).lean<CheckoutSessionDoc>();
}

/** By the database clock, because the clocks of instances differ. */
const hasPassed = (field: string) => ({ $expr: trusted({ $lt: [`$${field}`, "$$NOW"] }) });

async function holdCart(checkout: CheckoutSessionDoc, funds: Funds): Promise<Claim> {
  const { frozen, placement } = checkout;
  if (!frozen || !placement) throw new RuleError("PAYMENT_REQUIRED", "Choose a payment method first");
  const { token, startedAt, leaseUntil } = placement;
  const cart = await markCart(checkout, frozen);
  if (cart === "busy") {
    await giveUpClaim({ checkout, token });
    throw placementInProgress();
  }
  // Both times are from the database clock.
  const claimedAt = leaseUntil.getTime() - LEASE_MS;
  const isOverdue = claimedAt - startedAt.getTime() > GIVE_UP_AFTER_MS;
  return { kind: "claimed", checkout, frozen, ...funds, token, isOverdue, cart };
}

/**
 * Marks the cart, so that it cannot change while its order is placed. When a session is paid late, its cart may have
 * changed: then the order is placed from the frozen lines, and the cart stays as it is. A cart that was ordered
 * through another session, also after it was merged into the customer's, is not ordered twice.
 * @returns `busy` while another session is placing it, because the outcome is not known yet
 */
async function markCart(checkout: CheckoutSessionDoc, frozen: FrozenCheckout): Promise<CartHold | "busy"> {
  const asPaidFor = {
    _id: checkout.cartId,
    version: frozen.cartVersion,
    status: trusted({ $in: PLACEABLE }),
  };
  const { matchedCount } = await Cart.updateOne(
    { ...asPaidFor, placing: trusted({ $in: [null, checkout._id] }) },
    { $set: { placing: checkout._id } },
  );
  if (matchedCount === 1) return "held";
  const cart = await Cart.findById(checkout.cartId).lean<CartDoc>();
  const holder = cart?.mergedIntoCartId ? await Cart.findById(cart.mergedIntoCartId).lean<CartDoc>() : cart;
  if (!holder) return "moved_on";
  if (holder.convertedOrderId) return "sold";
  const isAsPaidFor = holder === cart && cart.version === frozen.cartVersion;
  return holder.placing || isAsPaidFor ? "busy" : "moved_on";
}

/**
 * Ends the lease after an unknown outcome, so that the next caller does not have to wait.
 * @returns false when another caller has ended or taken over this placement
 */
export async function giveUpClaim({ checkout, token }: Pick<Claim, "checkout" | "token">): Promise<boolean> {
  const { matchedCount } = await CheckoutSession.updateOne(
    { _id: checkout._id, "placement.token": token },
    { $set: { "placement.leaseUntil": EXPIRED } },
  );
  return matchedCount === 1;
}

/** Sessions with an intent whose lease has ended: no process is working on them. */
export function findAbandonedPlacements(limit: number): Promise<Pick<CheckoutSessionDoc, "_id">[]> {
  return CheckoutSession.find(
    { "placement.leaseUntil": trusted({ $exists: true }), ...hasPassed("placement.leaseUntil") },
    { _id: 1 },
  )
    .sort({ "placement.leaseUntil": 1 })
    .limit(limit)
    .lean<Pick<CheckoutSessionDoc, "_id">[]>();
}

/**
 * Waits until another caller's placement has ended.
 * @throws ConflictError PLACEMENT_IN_PROGRESS when it has not ended in time (without `wait`: immediately)
 */
export async function waitForPlacement(
  checkoutSessionId: Types.ObjectId,
  wait: boolean,
): Promise<{ kind: "completed" } | { kind: "failed"; failure: CheckoutFailure | null }> {
  const deadline = performance.now() + (wait ? WAIT_FOR_OTHERS_MS : 0);
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * POLL_FACTOR, LAST_POLL_MS)) {
    const checkout = await CheckoutSession.findById(checkoutSessionId, {
      status: 1,
      failureReason: 1,
      placement: 1,
    }).lean<Pick<CheckoutSessionDoc, "status" | "failureReason" | "placement">>();
    if (checkout?.status === CHECKOUT_STATUS.COMPLETED) return { kind: "completed" };
    if (checkout?.status === CHECKOUT_STATUS.FAILED && !checkout.placement)
      return { kind: "failed", failure: checkout.failureReason };
    if (performance.now() >= deadline) throw placementInProgress();
    await sleep(pause);
  }
}
