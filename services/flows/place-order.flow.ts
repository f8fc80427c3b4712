import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { CheckoutSession, type CheckoutSessionDoc, Order, type OrderDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { CheckoutFailure } from "../../utils/constants.js";
import { NotFoundError } from "../../utils/errors.js";
import { nextOrderNumber } from "../platform/number.service.js";
import { commitOrder } from "./steps/order/commit-order.step.js";
import type { OrderOverview } from "./steps/order/load-order.step.js";
import {
  type Claim,
  claimPlacement,
  giveUpClaim,
  waitForPlacement,
} from "./steps/order/placement-claim.step.js";
import { PlacementRefused, performEffects } from "./steps/order/placement-effects.step.js";
import { placementFailure } from "./steps/order/placement-failure.step.js";
import { undoPlacement } from "./steps/order/undo-placement.step.js";

export interface PlaceOrderRequest {
  checkoutSessionId: Types.ObjectId;
  /** The session, where the caller has just read it. */
  checkout?: CheckoutSessionDoc;
  /** The client accepts the terms with this call; null when a webhook or a job places (D9). */
  termsAcceptedAt: Date | null;
  /** A client waits a little for somebody else's placement; a webhook or a job leaves it alone. */
  waitForOthers: boolean;
}

export interface PlacedOrder {
  order: OrderDoc;
  /** Whether this very call made it: 201 instead of 200. */
  created: boolean;
  /** What a view shows of an order that was just made; null: to be loaded. */
  overview: OrderOverview | null;
}

/**
 * An intent that could be neither finished nor refused for so long is undone: money goes back even while
 * the inventory service is unreachable (`domain.md` §5.2). Well below the 15 minutes of D30.
 */
const GIVE_UP_AFTER_MS = 8 * 60_000;

/**
 * Turns a settled checkout session into an order: exactly once, whoever calls, however often, and
 * whatever crashes on the way (`domain.md` §5.2). The order's `_id` is the session's (D8).
 *
 *   claim   one compare-and-set on the session: the intent, with a lease
 *   effects outside, idempotent by the order's id: stock, coupon, points, credit, capture
 *   commit  one transaction: order, lines, history, payment, cart, session, one outbox row
 *   undo    instead of the commit, when an effect was definitely refused
 *
 * An unknown outcome stops here without undoing; the next call, or the recovery job, starts from the top.
 * @throws ConflictError when the session has failed (with the code it failed with), or another caller holds the claim;
 *   RuleError PAYMENT_REQUIRED; the upstream errors of D14 when an effect's outcome is unknown.
 */
export async function placeOrder(request: PlaceOrderRequest): Promise<PlacedOrder> {
  const claim = await claimPlacement(request);
  if (claim.kind === "held") return waitForTheOther(request);
  if (claim.kind === "completed")
    return { order: await getOrderOf(request.checkoutSessionId), created: false, overview: null };
  return placeClaimed(claim);
}

async function placeClaimed(claim: Claim): Promise<PlacedOrder> {
  // Drawn while the neighbours work; one that is not used leaves a gap, which is allowed (D6).
  const drawing = nextOrderNumber();
  drawing.catch(() => undefined);
  try {
    await performEffects(claim);
  } catch (error) {
    if (error instanceof PlacementRefused) return abandon(claim, error.failure);
    return stop(claim, error);
  }
  const overview = await commit(claim, drawing);
  if (!overview)
    return waitForTheOther({
      checkoutSessionId: claim.checkout._id,
      termsAcceptedAt: null,
      waitForOthers: true,
    });
  const { order } = overview;
  logger.info(
    { orderNumber: order.orderNumber, checkoutSessionId: order._id.toHexString() },
    "> Order placed",
  );
  return { order, created: true, overview };
}

/**
 * A commit that failed, or was not answered, leaves the intent free: the same request, repeated, finds the
 * order or makes it, and need not wait for the lease to end. Its token keeps whoever is late from writing.
 */
async function commit(claim: Claim, drawing: Promise<string>): Promise<OrderOverview | null> {
  try {
    return await commitOrder(claim, await drawing);
  } catch (error) {
    // Not waited for: what the server still holds of that transaction, it holds for some seconds.
    void giveUpClaim(claim).catch(() => undefined);
    throw error;
  }
}

/** A definite no: undo what was done, then tell the caller what the session failed with. */
async function abandon(claim: Claim, failure: CheckoutFailure): Promise<PlacedOrder> {
  const undone = await undoPlacement(claim, failure);
  if (undone) {
    logger.warn(
      { checkoutSessionId: claim.checkout._id.toHexString(), failure },
      "> Placement refused and undone",
    );
    throw placementFailure(failure);
  }
  return waitForTheOther({
    checkoutSessionId: claim.checkout._id,
    termsAcceptedAt: null,
    waitForOthers: true,
  });
}

/** An unknown outcome: keep the intent for recovery, unless it is too old to keep the money any longer. */
async function stop(claim: Claim, error: unknown): Promise<PlacedOrder> {
  if (now().getTime() - claim.startedAt.getTime() > GIVE_UP_AFTER_MS) return abandon(claim, "unavailable");
  await giveUpClaim(claim);
  throw error;
}

async function waitForTheOther(request: PlaceOrderRequest): Promise<PlacedOrder> {
  const outcome = await waitForPlacement(request.checkoutSessionId, request.waitForOthers);
  if (outcome.kind === "failed") throw placementFailure(outcome.failure);
  return { order: await getOrderOf(request.checkoutSessionId), created: false, overview: null };
}

const findOrderOf = (checkoutSessionId: Types.ObjectId) => Order.findById(checkoutSessionId).lean<OrderDoc>();

async function getOrderOf(checkoutSessionId: Types.ObjectId): Promise<OrderDoc> {
  const order = await findOrderOf(checkoutSessionId);
  if (!order) throw new NotFoundError("ORDER_NOT_FOUND", "There is no such order");
  return order;
}

/** Sessions whose placement began and whose lease has ended: nobody is at work on them any more. */
export function findAbandonedPlacements(limit: number): Promise<Pick<CheckoutSessionDoc, "_id">[]> {
  return CheckoutSession.find({ "placement.leaseUntil": trusted({ $lt: now() }) }, { _id: 1 })
    .sort({ "placement.leaseUntil": 1 })
    .limit(limit)
    .lean<Pick<CheckoutSessionDoc, "_id">[]>();
}
