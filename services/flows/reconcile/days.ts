import type { ReconciliationReportDoc } from "../../../models/index.js";
import { dayNumberOf, type Span, spanOfDays } from "../../../utils/periods.js";

/** Counts of one list of the gateway; what is neither a break nor unresolved matches. */
export interface ListedCounts {
  compared: number;
  unresolved: number;
}

/** What is newer is left to the next run: webhooks are under way, and the gateway's lists lag minutes behind. */
const SETTLED_AFTER_MS = 15 * 60_000;

/** What was captured later may still become an order or a refund. */
export const settledBefore = ({ startedAt }: Pick<ReconciliationReportDoc, "startedAt">): Date =>
  new Date(startedAt.getTime() - SETTLED_AFTER_MS);

type Range = Pick<ReconciliationReportDoc, "dateFrom" | "comparedUntil">;

/** The Indian days of a range, the first and the last cut to it. Empty when nothing is old enough to be compared. */
export function daysOf({ dateFrom, comparedUntil }: Range): Span[] {
  const days: Span[] = [];
  for (let day = dayNumberOf(dateFrom); day <= dayNumberOf(comparedUntil); day += 1) {
    const { from, to } = spanOfDays(day);
    days.push({ from: from < dateFrom ? dateFrom : from, to: to > comparedUntil ? comparedUntil : to });
  }
  return dateFrom <= comparedUntil ? days : [];
}

/**
 * The gateway created it on another day of the report, so it is compared there: our record may be older (a payment begun
 * before midnight) or newer (a refund that we were told about later).
 */
export function isOfAnotherDay(
  gateway: { createdAt: Date | null } | null,
  day: Span,
  { dateFrom, comparedUntil }: Range,
): boolean {
  const at = gateway?.createdAt;
  if (!at || at < dateFrom || at > comparedUntil) return false;
  return at < day.from || at > day.to;
}

/** The documents of a cursor in groups of at most `size`. */
export async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
