import type { CheckoutFailure } from "../../../../utils/constants.js";
import {
  type AppError,
  CheckoutExpiredError,
  type ConflictCode,
  ConflictError,
} from "../../../../utils/errors.js";

const REFUNDED = "If you have paid, the money is on its way back.";

const FAILURES: Record<Exclude<CheckoutFailure, "expired">, { code: ConflictCode; message: string }> = {
  out_of_stock: { code: "OUT_OF_STOCK", message: `Somebody else was faster: the stock is gone. ${REFUNDED}` },
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

/** The answer of a session that failed; every repetition hears the same. */
export function placementFailure(failure: CheckoutFailure | null): AppError {
  if (failure === null || failure === "expired") return new CheckoutExpiredError();
  const { code, message } = FAILURES[failure];
  return new ConflictError(code, message, { reason: failure });
}
