import type { ClientSession } from "mongoose";
import {
  CHECKOUT_FUNNEL_INDEX,
  CheckoutDay,
  type CheckoutDayDoc,
  CheckoutSession,
  type CheckoutSessionDoc,
  FUNNEL_STEPS,
  type FunnelCounts,
} from "../../models/index.js";
import { type DayTally, matchSpans } from "../../services/platform/day-tally.service.js";
import { dayNumberExpression, type Span } from "../../utils/periods.js";

/** Counts how far checkouts have come, by the day they began. */

export const checkoutTally: DayTally<CheckoutSessionDoc, CheckoutDayDoc> = {
  documents: CheckoutSession,
  tallies: CheckoutDay,
  async countDay(day, tx) {
    const counts = noCheckouts();
    for (const part of await countCheckouts([day], tx)) addCheckouts(counts, part);
    return counts;
  },
};

export const noCheckouts = (): FunnelCounts => ({
  initiated: 0,
  address_entered: 0,
  payment_pending: 0,
  completed: 0,
});

export function addCheckouts(to: FunnelCounts, counts: FunnelCounts): void {
  for (const step of FUNNEL_STEPS) to[step] += counts[step];
}

export type FunnelDay = FunnelCounts & { _id: number };

/** A date counts 1, an empty field 0. */
const reached = (field: `$steps.${string}`) => ({ $sum: { $cond: [{ $gt: [field, null] }, 1, 0] } });

/** By day. Answered from the index alone. */
export async function countCheckouts(spans: readonly Span[], tx: ClientSession): Promise<FunnelDay[]> {
  if (spans.length === 0) return [];
  return CheckoutSession.aggregate<FunnelDay>([
    matchSpans(spans),
    {
      $group: {
        _id: dayNumberExpression("$createdAt"),
        initiated: { $sum: 1 },
        address_entered: reached("$steps.addressEnteredAt"),
        payment_pending: reached("$steps.paymentPendingAt"),
        completed: reached("$steps.completedAt"),
      },
    },
  ])
    .hint(CHECKOUT_FUNNEL_INDEX)
    .session(tx);
}
