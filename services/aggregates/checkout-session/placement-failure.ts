import { CHECKOUT_FAILURE, type CheckoutFailure } from "../../../utils/constants.js";
import {
  type AppError,
  CheckoutExpiredError,
  type ConflictCode,
  ConflictError,
} from "../../../utils/errors.js";

/** A definite refusal: the placement is undone, and the session fails with this reason. */
export class PlacementRefused extends Error {
  constructor(
    readonly failure: CheckoutFailure,
    /** For the log. */
    readonly reason: string,
  ) {
    super(`placement refused: ${failure} (${reason})`);
    this.name = "PlacementRefused";
  }
}

const REFUNDED = "If you have paid, the payment is refunded.";

const FAILURES: Record<Exclude<CheckoutFailure, "expired">, { code: ConflictCode; message: string }> = {
  out_of_stock: { code: "OUT_OF_STOCK", message: `An item has just sold out. ${REFUNDED}` },
  coupon_invalid: { code: "COUPON_INVALID", message: `The coupon can no longer be used. ${REFUNDED}` },
  insufficient_points: {
    code: "INSUFFICIENT_POINTS",
    message: `The points have been used elsewhere. ${REFUNDED}`,
  },
  insufficient_credit: {
    code: "INSUFFICIENT_CREDIT",
    message: `The store credit has been used elsewhere. ${REFUNDED}`,
  },
  capture_refused: { code: "CHECKOUT_FAILED", message: `The payment could not be captured. ${REFUNDED}` },
  cart_gone: { code: "CHECKOUT_FAILED", message: `This cart has already been ordered. ${REFUNDED}` },
  unavailable: { code: "CHECKOUT_FAILED", message: `The order could not be placed in time. ${REFUNDED}` },
};

/** The error of a session that failed; every repeat gets the same. */
export function placementFailure(failure: CheckoutFailure | null): AppError {
  if (failure === null || failure === CHECKOUT_FAILURE.EXPIRED) return new CheckoutExpiredError();
  const { code, message } = FAILURES[failure];
  return new ConflictError(code, message, { reason: failure });
}
