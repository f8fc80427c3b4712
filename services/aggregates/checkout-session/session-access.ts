import { type ClientSession, type Types, trusted } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { CHECKOUT_STATUS, LIVE_CHECKOUT_STATUSES } from "../../../utils/constants.js";
import { CheckoutExpiredError, InvalidStatusTransitionError, NotFoundError } from "../../../utils/errors.js";
import { isOwnedBy, type Owner } from "../../../utils/principal.js";
import { checkoutMachine } from "../../../utils/state-machines.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { placementInProgress } from "../payment/supersede-payment.js";
import { placementFailure } from "./placement-failure.js";

export interface CheckoutRequest {
  checkoutSessionId: Types.ObjectId;
  owner: Owner;
}

/** Longer than the slowest step: two upstream calls in a row, each with its retries. */
export const CHECKOUT_LEASE = { ttlMs: 20_000, waitMs: 10_000 } as const;

export const checkoutNotFound = () => new NotFoundError("CHECKOUT_NOT_FOUND", "There is no such checkout");

export const hasExpired = ({ expiresAt }: CheckoutSessionDoc): boolean => expiresAt <= now();

/**
 * Refuses a session that can no longer be changed.
 * @throws CheckoutExpiredError 410; the failure's own 409; PLACEMENT_IN_PROGRESS while an order is being placed.
 */
export function assertWritable(checkout: CheckoutSessionDoc): void {
  if (checkout.placement) throw placementInProgress();
  if (checkout.status === CHECKOUT_STATUS.FAILED) throw placementFailure(checkout.failureReason);
  if (checkout.status === CHECKOUT_STATUS.COMPLETED) {
    const { COMPLETED, INITIATED } = CHECKOUT_STATUS;
    throw new InvalidStatusTransitionError(COMPLETED, INITIATED, checkoutMachine.next.completed);
  }
  if (hasExpired(checkout)) throw new CheckoutExpiredError();
}

/** @throws NotFoundError CHECKOUT_NOT_FOUND for an unknown session and for another caller's. */
export async function getOwnCheckout(id: Types.ObjectId, owner: Owner): Promise<CheckoutSessionDoc> {
  const checkout = await CheckoutSession.findById(id).lean<CheckoutSessionDoc>();
  if (!checkout || !isOwnedBy(checkout, owner)) throw checkoutNotFound();
  return checkout;
}

/**
 * Runs `work` on the caller's session while holding its lease. Work calls `ended` once its own write has released it.
 * @throws NotFoundError CHECKOUT_NOT_FOUND; ConflictError REQUEST_IN_PROGRESS; what `assertWritable` throws
 */
export function withCheckoutLease<T>(
  { checkoutSessionId: id, owner }: CheckoutRequest,
  work: (checkout: CheckoutSessionDoc, token: string, ended: () => void) => Promise<T>,
): Promise<T> {
  return withDocumentLease({ model: CheckoutSession, id, ...CHECKOUT_LEASE }, (checkout, token, ended) => {
    if (!checkout || !isOwnedBy(checkout, owner)) throw checkoutNotFound();
    assertWritable(checkout);
    return work(checkout, token, ended);
  });
}

/** A cart has at most one: the unique index of live sessions. */
export const findLiveCheckout = (
  cartId: Types.ObjectId,
  tx?: ClientSession,
): Promise<CheckoutSessionDoc | null> =>
  CheckoutSession.findOne({ cartId, status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }) })
    .session(tx ?? null)
    .lean<CheckoutSessionDoc>();
