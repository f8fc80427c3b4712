import {
  getSufficientCredit,
  getSufficientPoints,
} from "../../services/aggregates/checkout/means-of-payment.js";
import type { CheckoutRequest } from "../../services/aggregates/checkout-session/session-access.js";
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { type CheckoutOverview, change } from "./checkout.service.js";

/** Points and store credit, alone or together, up to paying everything. The totals decide how much of them is used. */

export interface CustomerRequest extends CheckoutRequest {
  owner: { userId: string };
}

/** @throws RuleError INSUFFICIENT_POINTS with how many are `available`; otherwise as `changeCheckout` */
export function payWithPoints(request: CustomerRequest, points: number): Promise<CheckoutOverview> {
  return change(request, async () => {
    const { pointValue } = await getSufficientPoints(request.owner.userId, points);
    return { loyaltyPoints: points, loyaltyPointValue: pointValue };
  });
}

/** No-op when there were none. */
export const dropPoints = (request: CustomerRequest): Promise<CheckoutOverview> =>
  change(request, () => ({ loyaltyPoints: 0, loyaltyPointValue: ZERO_PAISE }));

/** What is asked for when there is no credit at all. */
const LEAST = paise(1);

/**
 * Without an amount the whole balance is offered: the totals take as much of it as is due, also when what is
 * due changes later.
 * @throws RuleError INSUFFICIENT_CREDIT with how much is `available`; otherwise as `changeCheckout`
 */
export function payWithCredit(request: CustomerRequest, amount: Paise | null): Promise<CheckoutOverview> {
  return change(request, async () => {
    const balance = await getSufficientCredit(request.owner.userId, amount ?? LEAST);
    return { storeCreditAmount: amount ?? balance };
  });
}

/** No-op when there was none. */
export const dropCredit = (request: CustomerRequest): Promise<CheckoutOverview> =>
  change(request, () => ({ storeCreditAmount: ZERO_PAISE }));
