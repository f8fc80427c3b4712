import type { Types } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Order, type OrderDoc } from "../../../models/index.js";
import { tidyUp } from "../../../utils/async.js";
import { CHECKOUT_FAILURE, type CheckoutFailure } from "../../../utils/constants.js";
import { orderNotFound } from "../../../utils/errors.js";
import { PlacementRefused, placementFailure } from "../../aggregates/checkout-session/placement-failure.js";
import type { OrderOverview } from "../../aggregates/order/load-order.js";
import { generateUniqueOrderNumber } from "../../platform/order-number.service.js";
import {
  type Claim,
  claimPlacement,
  giveUpClaim,
  type SessionToPlace,
  waitForPlacement,
} from "./claim.step.js";
import { commitOrder } from "./commit.step.js";
import { performEffects } from "./effects.step.js";
import { reverseLateEffects, undoPlacement } from "./undo.step.js";

export { findAbandonedPlacements, getSessionToPlace, type SessionToPlace } from "./claim.step.js";

export interface PlaceOrderRequest {
  checkoutSessionId: Types.ObjectId;
  /** The session, if the caller has just read it. */
  seen?: SessionToPlace;
  /** The client accepts the terms with this call; null when a webhook or a job places the order. */
  termsAcceptedAt: Date | null;
  /** A client waits a few seconds for another caller's placement; a webhook or a job does not. */
  waitForOthers: boolean;
}

export interface PlacedOrder {
  order: OrderDoc;
  /** Whether this call created it: 201 instead of 200. */
  created: boolean;
  /** Everything that a view shows, if this call placed the order; otherwise null. */
  overview: OrderOverview | null;
}

/**
 * Turns a settled checkout session into an order: exactly once, for every caller, on every repeat, and after a
 * crash at any line. The order's `_id` is the session's.
 *
 *   claim   one compare-and-set on the session: the intent, with a lease
 *   effects outside, idempotent by the order's id: stock, coupon, points, credit, capture
 *   commit  one transaction: order, lines, history, payment, cart, session, one outbox row
 *   undo    instead of the commit, after a definite refusal, or when the intent is too old (docs/decisions/005)
 *
 * An unknown outcome ends the attempt and undoes nothing; the next call, or the recovery job, starts from the top.
 * @throws ConflictError when the session has failed (with the code it failed with), or another caller holds the
 *   claim or the cart; RuleError PAYMENT_REQUIRED; the typed upstream errors when an outcome is unknown.
 */
export async function placeOrder(request: PlaceOrderRequest): Promise<PlacedOrder> {
  const { checkoutSessionId, waitForOthers } = request;
  const claim = await claimPlacement(request);
  if (claim.kind === "held") return awaitOutcome(checkoutSessionId, waitForOthers);
  if (claim.kind === "completed") return existingOrder(checkoutSessionId);
  const placed = await placeClaimed(claim);
  if (placed) return placed;
  await reverseLateEffects(claim);
  return awaitOutcome(checkoutSessionId, true);
}

/** @returns null when another caller has ended or taken over this placement */
async function placeClaimed(claim: Claim): Promise<PlacedOrder | null> {
  // Drawn while the effects run. An unused number leaves a gap, which is allowed.
  const drawing = generateUniqueOrderNumber();
  drawing.catch(() => undefined);
  try {
    await performEffects(claim);
    const overview = await commitOrder(claim, await drawing);
    return overview && announce(overview);
  } catch (error) {
    if (error instanceof PlacementRefused) return undo(claim, error.failure, error.reason);
    // Also after a commit whose outcome is unknown: the undo finds out whether the order exists.
    if (claim.isOverdue) return undo(claim, CHECKOUT_FAILURE.UNAVAILABLE, String(error));
    await tidyUp(giveUp(claim));
    throw error;
  }
}

async function giveUp(claim: Claim): Promise<void> {
  if (!(await giveUpClaim(claim))) await reverseLateEffects(claim);
}

function announce(overview: OrderOverview): PlacedOrder {
  const { order } = overview;
  logger.info(
    {
      orderNumber: order.orderNumber,
      checkoutSessionId: order._id.toHexString(),
      paymentId: overview.payment?._id.toHexString() ?? null,
    },
    "> Order placed",
  );
  return { order, created: true, overview };
}

/** @throws ConflictError with the failure; returns null when there was nothing left to undo */
async function undo(claim: Claim, failure: CheckoutFailure, reason: string): Promise<null> {
  const undone = await undoPlacement(claim, failure);
  if (!undone) return null;
  logger.warn(
    {
      checkoutSessionId: claim.checkout._id.toHexString(),
      failure,
      reason,
      refundNumber: undone.refundNumber,
    },
    "> Placement undone",
  );
  throw placementFailure(failure);
}

async function awaitOutcome(checkoutSessionId: Types.ObjectId, wait: boolean): Promise<PlacedOrder> {
  const outcome = await waitForPlacement(checkoutSessionId, wait);
  if (outcome.kind === "failed") throw placementFailure(outcome.failure);
  return existingOrder(checkoutSessionId);
}

async function existingOrder(checkoutSessionId: Types.ObjectId): Promise<PlacedOrder> {
  const order = await Order.findById(checkoutSessionId).lean<OrderDoc>();
  if (!order) throw orderNotFound();
  return { order, created: false, overview: null };
}
