import { type Types, trusted } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc, Payment, type PaymentDoc } from "../../models/index.js";
import { type CheckoutState, getCheckoutState } from "../../services/aggregates/checkout/checkout-state.js";
import { checkoutNotFound } from "../../services/aggregates/checkout-session/session-access.js";
import { type Page, paginate } from "../../services/platform/paginate.service.js";
import type { CheckoutStatus } from "../../utils/constants.js";
import type { ListQuery } from "../../utils/request-schemas.js";

/** Dates: when the checkout started. */
export interface CheckoutListQuery extends ListQuery<"createdAt"> {
  status?: CheckoutStatus;
  userId?: string;
}

/** Large parts that the list does not show. */
const NOT_LISTED = { "frozen.lines": 0, "frozen.charges": 0 } as const;

/** Checkouts by the time they started, newest first by default. */
export const listCheckouts = (query: CheckoutListQuery): Promise<Page<CheckoutSessionDoc>> =>
  paginate(
    {
      model: CheckoutSession,
      filter: () => filterOf(query),
      sortBy: "createdAt",
      projection: NOT_LISTED,
    },
    query,
  );

function filterOf({ status, userId, dateFrom, dateTo }: CheckoutListQuery) {
  // Always with a range, so that the index of dates counts the checkouts without reading them.
  const range = { $gte: dateFrom ?? new Date(0), ...(dateTo ? { $lte: dateTo } : {}) };
  return {
    ...(status ? { status } : {}),
    ...(userId ? { userId } : {}),
    createdAt: trusted(range),
  };
}

export interface CheckoutFile extends CheckoutState {
  /** The open one. */
  payment: PaymentDoc | null;
  /** Every attempt to pay, oldest first. */
  payments: PaymentDoc[];
}

/** @throws NotFoundError CHECKOUT_NOT_FOUND */
export async function getCheckoutById(checkoutSessionId: Types.ObjectId): Promise<CheckoutFile> {
  const checkout = await CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>();
  if (!checkout) throw checkoutNotFound();
  const [state, payments] = await Promise.all([
    getCheckoutState(checkout),
    Payment.find({ checkoutSessionId }).sort({ createdAt: 1 }).lean<PaymentDoc[]>(),
  ]);
  const payment = payments.find(({ _id }) => checkout.paymentId?.equals(_id)) ?? null;
  return { ...state, payment, payments };
}
