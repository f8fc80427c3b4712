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
import {
  type DayReading,
  type DayTally,
  matchSpans,
  readDays,
} from "../../services/platform/day-tally.service.js";
import { PeriodCounts } from "../../utils/period-counts.js";
import { dayNumberExpression, type Span } from "../../utils/periods.js";
import type { AnalyticsQuery } from "../../utils/request-schemas.js";

/** How many checkouts that began in a range of dates reached each step. */

export interface Funnel {
  total: FunnelCounts;
  /** Every period of the range, also those without checkouts. */
  series: { period: string; counts: FunnelCounts }[];
}

export async function analyseCheckouts(query: AnalyticsQuery): Promise<Funnel> {
  const checkouts = new PeriodCounts(query, noCheckouts);
  const span = { from: query.dateFrom, to: query.dateTo };
  for (const day of await readDays(checkoutTally, span, readCheckouts)) {
    checkouts.add(day._id, (to) => addCheckouts(to, day));
  }
  return { total: checkouts.total, series: checkouts.series };
}

type FunnelDay = FunnelCounts & { _id: number };

async function readCheckouts({ days, rest, tx }: DayReading): Promise<FunnelDay[]> {
  const tallied = await CheckoutDay.aggregate<FunnelDay>([{ $match: { _id: { $in: days } } }]).session(tx);
  return [...tallied, ...(await countCheckouts(rest, tx))];
}

export const checkoutTally: DayTally<CheckoutSessionDoc, CheckoutDayDoc> = {
  documents: CheckoutSession,
  tallies: CheckoutDay,
  async countDay(day, tx) {
    const counts = noCheckouts();
    for (const part of await countCheckouts([day], tx)) addCheckouts(counts, part);
    return counts;
  },
};

const noCheckouts = (): FunnelCounts => ({
  initiated: 0,
  address_entered: 0,
  payment_pending: 0,
  completed: 0,
});

function addCheckouts(to: FunnelCounts, counts: FunnelCounts): void {
  for (const step of FUNNEL_STEPS) to[step] += counts[step];
}

/** A date counts 1, an empty field 0. */
const reached = (field: `$steps.${string}`) => ({ $sum: { $cond: [{ $gt: [field, null] }, 1, 0] } });

/** By day. Answered from the index alone. */
async function countCheckouts(spans: readonly Span[], tx: ClientSession): Promise<FunnelDay[]> {
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
