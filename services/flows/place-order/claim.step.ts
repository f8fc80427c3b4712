import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type QueryFilter, type Types, trusted } from "mongoose";
import {
  Cart,
  type CartDoc,
  CheckoutSession,
  type CheckoutSessionDoc,
  type FrozenCheckout,
  Payment,
  type PaymentDoc,
} from "../../../models/index.js";
import type { CartStatus, CheckoutFailure } from "../../../utils/constants.js";
import { AppError, NotFoundError, RuleError } from "../../../utils/errors.js";
import { placementFailure } from "../../aggregates/checkout-session/placement-failure.js";
import { placementInProgress } from "../../aggregates/payment/supersede-payment.js";
import { databaseTimeIn } from "../../platform/document-lease.service.js";

/** `held`: still the cart that was paid for; `moved_on`: changed since; `sold`: ordered through another session. */
export type CartHold = "held" | "moved_on" | "sold";

/** The right to place one session's order, until the lease ends. */
export interface Claim {
  kind: "claimed";
  checkout: CheckoutSessionDoc;
  frozen: FrozenCheckout;
  /** The accepted online payment or the open COD one; null when nothing is due. */
  payment: PaymentDoc | null;
  /** An earlier attempt began on money that is gone since: claimed only to be undone. */
  isPaymentLost: boolean;
  /** The fencing token: every write of this placement compares it. */
  token: string;
  /** The first attempt began too long ago: this attempt is the last one. */
  isOverdue: boolean;
  cart: CartHold;
}

export type ClaimResult = Claim | { kind: "held" } | { kind: "completed" };

/** Long enough for every effect to time out once (3 s upstreams, 5 s gateway), short enough for a retry. */
const LEASE_MS = 30_000;
/** Together with the pace of the recovery job well below 15 minutes, when the money must be an order or a refund. */
const GIVE_UP_AFTER_MS = 8 * 60_000;
const WAIT_FOR_OTHERS_MS = 6_000;
/** An order takes about 50 ms. On a slower machine, callers that wait must not slow it down further. */
const FIRST_POLL_MS = 40;
const LAST_POLL_MS = 400;
const POLL_FACTOR = 1.5;
/** The session must change once more between each read and the claim that follows it. */
const CLAIM_ATTEMPTS = 3;
/** An order can be made of a cart in these; it may have been abandoned while it was being paid for. */
export const PLACEABLE: CartStatus[] = ["active", "abandoned"];
/** In the past by every clock. */
const LONG_AGO = new Date(0);

/**
 * Step 1: one compare-and-set writes the intent to place, which keeps other callers out; then the cart is marked
 * as being placed.
 * @throws ConflictError with the session's failure, or PLACEMENT_IN_PROGRESS while another session is placing
 *   this cart; RuleError PAYMENT_REQUIRED or CHECKOUT_INCOMPLETE.
 */
export async function claimPlacement(request: {
  checkoutSessionId: Types.ObjectId;
  /** The session as the caller has just read it. The compare-and-set finds out whether it has changed since. */
  checkout?: CheckoutSessionDoc;
  termsAcceptedAt: Date | null;
}): Promise<ClaimResult> {
  let checkout = request.checkout ?? (await getSession(request.checkoutSessionId));
  for (let attempt = 1; attempt <= CLAIM_ATTEMPTS; attempt += 1) {
    if (checkout.status === "completed") return { kind: "completed" };
    if (checkout.status === "failed" && checkout.failureReason !== "expired")
      throw placementFailure(checkout.failureReason);
    const money = await findMoney(checkout);
    const claimed = await writeIntent(checkout, request.termsAcceptedAt);
    if (claimed) return holdCart(claimed, money);
    const current = await getSession(checkout._id);
    if (current.placement && isSame(current, checkout)) return { kind: "held" };
    checkout = current;
  }
  throw placementInProgress();
}

async function getSession(id: Types.ObjectId): Promise<CheckoutSessionDoc> {
  const checkout = await CheckoutSession.findById(id).lean<CheckoutSessionDoc>();
  if (!checkout) throw new NotFoundError("CHECKOUT_NOT_FOUND", "There is no such checkout");
  return checkout;
}

/** Every change of what is bought, how it is paid for, or where it goes raises the version. */
const termsOf = ({ status, failureReason, version }: CheckoutSessionDoc) => ({
  status,
  failureReason,
  version,
});

const isSame = (one: CheckoutSessionDoc, other: CheckoutSessionDoc): boolean =>
  isDeepStrictEqual(termsOf(one), termsOf(other));

type Money = Pick<Claim, "payment" | "isPaymentLost">;

/**
 * With manual capture the gateway returns an authorisation after a while. An intent that a crash left behind must
 * still come to an end: what it took is given back.
 */
async function findMoney(checkout: CheckoutSessionDoc): Promise<Money> {
  try {
    return { payment: await findPaymentToPlaceOn(checkout), isPaymentLost: false };
  } catch (error) {
    if (checkout.placement && error instanceof AppError) return { payment: null, isPaymentLost: true };
    throw error;
  }
}

/** The money an order may be placed on: an accepted payment, the open COD payment, or nothing due at all. */
async function findPaymentToPlaceOn(checkout: CheckoutSessionDoc): Promise<PaymentDoc | null> {
  const required = () => new RuleError("PAYMENT_REQUIRED", "The payment has not been received yet");
  const { _id: checkoutSessionId, frozen, paymentMethod, paymentId } = checkout;
  if (!frozen) throw required();
  if (frozen.totals.amountDue === 0) return null;
  const wanted: QueryFilter<PaymentDoc> =
    paymentMethod === "cod"
      ? { _id: paymentId, gateway: "cod", status: "pending", supersededAt: null }
      : { accepted: true, status: trusted({ $in: ["authorized", "captured"] }) };
  const payment = await Payment.findOne({ checkoutSessionId, ...wanted }).lean<PaymentDoc>();
  if (payment) return payment;
  throw checkout.status === "failed" ? placementFailure("expired") : required();
}

/**
 * Compares everything that the decision relied on: an intent must not put new terms together with the payment
 * for the old ones. An expired session must also be free of a coupon release that is in flight.
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
        checkout.status === "failed" ? { $or: [{ lease: null }, hasPassed("lease.until")] } : {},
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

/** By the database's clock: instances may disagree about the time. */
const hasPassed = (field: string) => ({ $expr: trusted({ $lt: [`$${field}`, "$$NOW"] }) });

async function holdCart(checkout: CheckoutSessionDoc, money: Money): Promise<Claim> {
  const { frozen, placement } = checkout;
  if (!frozen || !placement) throw new RuleError("PAYMENT_REQUIRED", "Choose a payment method first");
  const { token, startedAt, leaseUntil } = placement;
  const cart = await markCart(checkout, frozen);
  if (cart === "busy") {
    await giveUpClaim({ checkout, token });
    throw placementInProgress();
  }
  // Both times are the database's.
  const claimedAt = leaseUntil.getTime() - LEASE_MS;
  const isOverdue = claimedAt - startedAt.getTime() > GIVE_UP_AFTER_MS;
  return { kind: "claimed", checkout, frozen, ...money, token, isOverdue, cart };
}

/**
 * Marks the cart, so that nothing changes it while its order is placed. A session that was paid late may find that
 * the cart has changed: then the order is placed from the frozen lines, and the cart is left alone. A cart that
 * was bought through another session is not bought twice.
 * @returns `busy` while another session is placing it: which of the two buys it is not known yet
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
  if (!cart) return "moved_on";
  if (cart.status === "converted") return "sold";
  const isAsPaidFor = cart.version === frozen.cartVersion;
  return cart.placing || isAsPaidFor ? "busy" : "moved_on";
}

/** After an unknown outcome: the next caller need not wait for the lease to end. */
export async function giveUpClaim({ checkout, token }: Pick<Claim, "checkout" | "token">): Promise<void> {
  await CheckoutSession.updateOne(
    { _id: checkout._id, "placement.token": token },
    { $set: { "placement.leaseUntil": LONG_AGO } },
  );
}

/** Sessions whose placement began and whose lease has ended: no process is working on them. */
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
 * @throws ConflictError PLACEMENT_IN_PROGRESS when it has not ended in time (or at once, without `wait`).
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
    if (checkout?.status === "completed") return { kind: "completed" };
    if (checkout?.status === "failed" && !checkout.placement)
      return { kind: "failed", failure: checkout.failureReason };
    if (performance.now() >= deadline) throw placementInProgress();
    await sleep(pause);
  }
}
