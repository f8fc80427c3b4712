import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Types, trusted } from "mongoose";
import {
  Cart,
  type CartDoc,
  CheckoutSession,
  type CheckoutSessionDoc,
  Payment,
  type PaymentDoc,
} from "../../../../models/index.js";
import type { CartStatus, CheckoutFailure } from "../../../../utils/constants.js";
import { AppError, ConflictError, NotFoundError, RuleError } from "../../../../utils/errors.js";
import { databaseTimeIn } from "../../../platform/document-lease.service.js";
import { gather, gatherFinds } from "../../../platform/gather.service.js";
import { placementFailure } from "./placement-failure.step.js";

type FrozenCheckout = NonNullable<CheckoutSessionDoc["frozen"]>;

/** `held`: still the cart that was paid for; `moved_on`: changed since; `sold`: ordered through another session. */
export type CartHold = "held" | "moved_on" | "sold";

/** The right to place one session's order, until the lease ends. */
export interface Claim {
  kind: "claimed";
  checkout: CheckoutSessionDoc;
  frozen: FrozenCheckout;
  /** The accepted online payment or the COD one; null when nothing is due. */
  payment: PaymentDoc | null;
  /** Begun, and its money is gone since: taken up only to be undone. */
  isPaymentLost: boolean;
  /** Fencing: every write of this placement compares it. */
  token: string;
  /** When the first attempt began; an intent does not get younger by being retried. */
  startedAt: Date;
  cart: CartHold;
}

export type ClaimResult = Claim | { kind: "held" } | { kind: "completed" };

/** Long enough for every effect to time out once (3 s upstreams, 5 s gateway), short enough for a retry. */
const LEASE_MS = 30_000;
const WAIT_FOR_OTHERS_MS = 6_000;
/** An order takes some 50 ms. On a machine where it takes longer, those who wait must not slow it further. */
const FIRST_POLL_MS = 40;
const LAST_POLL_MS = 400;
const POLL_FACTOR = 1.5;
/** A cart that an order may be made of; time may have abandoned it while it was being paid. */
export const PLACEABLE: CartStatus[] = ["active", "abandoned"];
/** A lease that has ended by anybody's clock. */
const LONG_AGO = new Date(0);

/**
 * Step 1: one compare-and-set writes the intent to place (and keeps everybody else out), then the cart is
 * marked as being placed.
 * @throws ConflictError with the session's failure; RuleError PAYMENT_REQUIRED or CHECKOUT_INCOMPLETE.
 */
export async function claimPlacement(request: {
  checkoutSessionId: Types.ObjectId;
  /** The session as the caller has just read it; what changed since is found by the compare-and-set. */
  checkout?: CheckoutSessionDoc;
  termsAcceptedAt: Date | null;
}): Promise<ClaimResult> {
  const checkout =
    request.checkout ??
    (await CheckoutSession.findById(request.checkoutSessionId).lean<CheckoutSessionDoc>());
  if (!checkout) throw new NotFoundError("CHECKOUT_NOT_FOUND", "There is no such checkout");
  if (checkout.status === "completed") return { kind: "completed" };
  if (checkout.status === "failed" && checkout.failureReason !== "expired")
    throw placementFailure(checkout.failureReason);
  const money = await findMoney(checkout);
  const claimed = await writeIntent(checkout, request.termsAcceptedAt);
  if (!claimed) return { kind: "held" };
  const { frozen, placement } = claimed;
  if (!frozen || !placement) throw new RuleError("PAYMENT_REQUIRED", "Choose a payment method first");
  return {
    kind: "claimed",
    checkout: claimed,
    frozen,
    ...money,
    token: placement.token,
    startedAt: placement.startedAt,
    cart: await markCart(claimed, frozen),
  };
}

/**
 * With manual capture the gateway gives an authorisation back after a while (D10). A placing that was begun
 * on it and left by a crash must still come to an end: what it took is given back.
 */
async function findMoney(checkout: CheckoutSessionDoc): Promise<Pick<Claim, "payment" | "isPaymentLost">> {
  try {
    return { payment: await findPaymentToPlaceOn(checkout), isPaymentLost: false };
  } catch (error) {
    if (checkout.placement && error instanceof AppError) return { payment: null, isPaymentLost: true };
    throw error;
  }
}

/** Orders that are placed at the same time are looked at together. A session has one payment, seldom some more. */
const paymentsOfSession = gatherFinds<PaymentDoc>(
  ($in) => Payment.find({ checkoutSessionId: trusted({ $in }) }).lean<PaymentDoc[]>(),
  ({ checkoutSessionId }) => checkoutSessionId?.toHexString(),
);

/** The money an order may be placed on: an accepted payment, the COD promise, or nothing due at all. */
async function findPaymentToPlaceOn(checkout: CheckoutSessionDoc): Promise<PaymentDoc | null> {
  const required = () => new RuleError("PAYMENT_REQUIRED", "The payment has not been received yet");
  if (!checkout.frozen) throw required();
  if (checkout.frozen.totals.amountDue === 0) return null;
  const isIt =
    checkout.paymentMethod === "cod"
      ? ({ _id, gateway, status, supersededAt }: PaymentDoc) =>
          checkout.paymentId?.equals(_id) &&
          gateway === "cod" &&
          status === "pending" &&
          supersededAt === null
      : ({ accepted }: PaymentDoc) => accepted;
  const payment = (await paymentsOfSession(checkout._id.toHexString())).find(isIt);
  if (!payment) throw checkout.status === "failed" ? placementFailure("expired") : required();
  if (payment.gateway !== "cod" && payment.status !== "captured" && payment.status !== "authorized")
    throw required();
  return payment;
}

function writeIntent(
  checkout: CheckoutSessionDoc,
  termsAcceptedAt: Date | null,
): Promise<CheckoutSessionDoc | null> {
  return CheckoutSession.findOneAndUpdate(
    {
      _id: checkout._id,
      status: checkout.status,
      failureReason: checkout.failureReason,
      cartVersion: checkout.cartVersion,
      frozen: trusted({ $ne: null }),
      $or: [{ placement: null }, { $expr: trusted({ $lt: ["$placement.leaseUntil", "$$NOW"] }) }],
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

/**
 * Marks the cart, so that no write goes through while its order is made. A session that was paid late may
 * find that the cart has moved on: then the order is placed from the frozen lines and the cart left alone.
 * One that was bought meanwhile, through another session, is not bought twice.
 */
async function markCart(checkout: CheckoutSessionDoc, frozen: FrozenCheckout): Promise<CartHold> {
  if (await markTogether({ checkout, frozen })) return "held";
  const cart = await Cart.findById(checkout.cartId).lean<CartDoc>();
  // It may be another one of them that was not marked.
  if (cart?.placing?.equals(checkout._id) && cart.version === frozen.cartVersion) return "held";
  return cart?.status === "converted" ? "sold" : "moved_on";
}

interface Mark {
  checkout: CheckoutSessionDoc;
  frozen: FrozenCheckout;
}

/** The carts of orders that are placed at the same time, in one command. @returns whether all of them are marked */
const markTogether = gather(
  async (marks: readonly Mark[]) => {
    const { matchedCount } = await Cart.bulkWrite(
      marks.map(({ checkout, frozen }) => ({
        updateOne: {
          filter: {
            _id: checkout.cartId,
            version: frozen.cartVersion,
            status: trusted({ $in: PLACEABLE }),
            placing: trusted({ $in: [null, checkout._id] }),
          },
          update: { $set: { placing: checkout._id } },
        },
      })),
      { ordered: false },
    );
    return marks.map(() => matchedCount === marks.length);
  },
  { most: 25, patienceMs: 20 },
);

/** After an unknown outcome: the next caller need not wait for the lease to end. */
export async function giveUpClaim(claim: Claim): Promise<void> {
  await CheckoutSession.updateOne(
    { _id: claim.checkout._id, "placement.token": claim.token },
    { $set: { "placement.leaseUntil": LONG_AGO } },
  );
}

/**
 * Waits until somebody else's placement has ended.
 * @throws ConflictError PLACEMENT_IN_PROGRESS when it has not ended in time (or at once, without `wait`).
 */
export async function waitForPlacement(
  checkoutSessionId: Types.ObjectId,
  wait: boolean,
): Promise<{ kind: "completed" } | { kind: "failed"; failure: CheckoutFailure | null }> {
  const deadline = Date.now() + (wait ? WAIT_FOR_OTHERS_MS : 0);
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * POLL_FACTOR, LAST_POLL_MS)) {
    const checkout = await CheckoutSession.findById(checkoutSessionId, {
      status: 1,
      failureReason: 1,
      placement: 1,
    }).lean<Pick<CheckoutSessionDoc, "status" | "failureReason" | "placement">>();
    if (checkout?.status === "completed") return { kind: "completed" };
    if (checkout?.status === "failed" && !checkout.placement)
      return { kind: "failed", failure: checkout.failureReason };
    if (Date.now() >= deadline) {
      throw new ConflictError(
        "PLACEMENT_IN_PROGRESS",
        "The order is being placed; ask again in a moment",
        undefined,
        2,
      );
    }
    await sleep(pause);
  }
}
