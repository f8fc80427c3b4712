import { CheckoutDay, type FunnelCounts } from "../../models/index.js";
import { type DayReading, readDays } from "../../services/platform/day-tally.service.js";
import { listPeriods, type Period, periodStart } from "../../utils/periods.js";
import {
  addCheckouts,
  checkoutTally,
  countCheckouts,
  type FunnelDay,
  noCheckouts,
} from "./checkout.tally.service.js";

/** How far the checkouts that began in a range of dates have come, by when each step was first reached. */

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

export async function analyseCheckouts({ dateFrom, dateTo, groupBy }: FunnelQuery): Promise<Funnel> {
  const periods = new Map(listPeriods(dateFrom, dateTo, groupBy).map((period) => [period, noCheckouts()]));
  const total = noCheckouts();
  for (const day of await readDays(checkoutTally, { from: dateFrom, to: dateTo }, readCheckouts)) {
    const period = periods.get(periodStart(day._id, groupBy));
    if (period) addCheckouts(period, day);
    addCheckouts(total, day);
  }
  return { total, series: [...periods].map(([period, counts]) => ({ period, counts })) };
}

async function readCheckouts({ days, rest, tx }: DayReading): Promise<FunnelDay[]> {
  const tallied = await CheckoutDay.aggregate<FunnelDay>([{ $match: { _id: { $in: days } } }]).session(tx);
  return [...tallied, ...(await countCheckouts(rest, tx))];
}
