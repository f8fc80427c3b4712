import { CHECKOUT_FUNNEL_INDEX, CheckoutSession } from "../../models/index.js";
import { dayNumberExpression, listPeriods, type Period, periodStart } from "../../utils/periods.js";

/** How far the checkouts that began in a range of dates have come, by when each step was first reached. */

export const FUNNEL_STEPS = ["initiated", "address_entered", "payment_pending", "completed"] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];
/** How many checkouts have reached each step, wherever they ended. */
export type FunnelCounts = Record<FunnelStep, number>;

export interface Funnel {
  total: FunnelCounts;
  /** Every period of the range, also those without checkouts. */
  series: { period: string; counts: FunnelCounts }[];
}

export interface FunnelQuery {
  dateFrom: Date;
  dateTo: Date;
  groupBy: Period;
}

export async function analyseCheckouts(query: FunnelQuery): Promise<Funnel> {
  const periods = new Map(
    listPeriods(query.dateFrom, query.dateTo, query.groupBy).map((period) => [period, nobody()]),
  );
  const total = nobody();
  for (const { _id: day, ...counts } of await countByDay(query)) {
    const period = periods.get(periodStart(day, query.groupBy));
    for (const step of FUNNEL_STEPS) {
      total[step] += counts[step];
      if (period) period[step] += counts[step];
    }
  }
  return { total, series: [...periods].map(([period, counts]) => ({ period, counts })) };
}

const nobody = (): FunnelCounts => ({ initiated: 0, address_entered: 0, payment_pending: 0, completed: 0 });

/** A date counts 1, an empty field 0. */
const reached = (field: `$steps.${string}`) => ({ $sum: { $cond: [{ $gt: [field, null] }, 1, 0] } });

/** Answered from the index alone. */
function countByDay({ dateFrom, dateTo }: FunnelQuery): Promise<(FunnelCounts & { _id: number })[]> {
  return CheckoutSession.aggregate<FunnelCounts & { _id: number }>(
    [
      { $match: { createdAt: { $gte: dateFrom, $lte: dateTo } } },
      {
        $group: {
          _id: dayNumberExpression("$createdAt"),
          initiated: { $sum: 1 },
          address_entered: reached("$steps.addressEnteredAt"),
          payment_pending: reached("$steps.paymentPendingAt"),
          completed: reached("$steps.completedAt"),
        },
      },
    ],
    { hint: CHECKOUT_FUNNEL_INDEX },
  );
}
