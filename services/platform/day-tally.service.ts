import type { ClientSession, Model, PipelineStage } from "mongoose";
import {
  type DayTallyDoc,
  type Tallied,
  TallyRun,
  type TallyRunDoc,
  TOUCHED_DAYS_INDEX,
} from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { dayNumberExpression, type Span, spanOfDays, wholeDaysIn, withoutDays } from "../../utils/periods.js";
import { inTransaction } from "./transaction.service.js";

/**
 * Counts of documents by the day of their creation, so that an analysis of a year reads 366 small documents instead
 * of every cart (docs/decisions/007). A job recounts the days that were touched since its last run. A reader counts
 * the days that were touched since then itself, so its answer is always current, with or without the job.
 */
export interface DayTally<D extends Tallied, T extends DayTallyDoc> {
  documents: Model<D>;
  tallies: Model<T>;
  /** Counts the documents of one day, in the snapshot of the transaction. */
  countDay(day: Span, tx: ClientSession): Promise<Omit<T, keyof DayTallyDoc>>;
  /** Days that were touched in another collection that `countDay` reads. */
  findMoreTouchedDays?(since: Date, tx: ClientSession | null): Promise<number[]>;
}

/**
 * `updatedAt` is set by the process that writes, before its transaction commits. A change counts as new for this much
 * longer: more than the clocks of two instances differ and a transaction lasts.
 */
const OVERLAP_MS = 15 * 60_000;

/** The moment from which changes may be missing in the tallies; null before the first complete run. */
async function findTalliedUntil(collection: string, tx: ClientSession | null): Promise<Date | null> {
  const run = await TallyRun.findById(collection).session(tx).lean<TallyRunDoc>();
  return run && new Date(run.until.getTime() - OVERLAP_MS);
}

/** Days with documents that changed since then. Answered from the index alone. */
async function findTouchedDays<D extends Tallied, T extends DayTallyDoc>(
  { documents, findMoreTouchedDays }: DayTally<D, T>,
  since: Date,
  tx: ClientSession | null,
): Promise<number[]> {
  const touched = await documents
    .aggregate<{ _id: number }>([
      { $match: { updatedAt: { $gte: since } } },
      { $group: { _id: dayNumberExpression("$createdAt") } },
    ])
    .hint(TOUCHED_DAYS_INDEX)
    .session(tx);
  const more = (await findMoreTouchedDays?.(since, tx)) ?? [];
  return [...new Set([...touched.map(({ _id }) => _id), ...more])];
}

/** The days to recount, newest first. Before the first complete run: all. */
export async function findDaysToTally<D extends Tallied, T extends DayTallyDoc>(
  tally: DayTally<D, T>,
): Promise<number[]> {
  const since = await findTalliedUntil(tally.documents.collection.collectionName, null);
  const days = await findTouchedDays(tally, since ?? new Date(0), null);
  return days.sort((one, other) => other - one);
}

/** Counts a day in one snapshot and stores the result. A concurrent count of the same day makes one of them retry. */
export function tallyDay<D extends Tallied, T extends DayTallyDoc>(
  { tallies, countDay }: DayTally<D, T>,
  day: number,
): Promise<void> {
  return inTransaction(async (tx) => {
    const counts = await countDay(spanOfDays(day), tx);
    await tallies.db
      .collection<DayTallyDoc>(tallies.collection.collectionName)
      .replaceOne({ _id: day }, { ...counts, countedAt: now() }, { session: tx, upsert: true });
  });
}

/**
 * Records that all days were counted that a run which began at this moment found. Never moves backwards: a slow run
 * may end after a faster one.
 */
export async function markTallied<D extends Tallied, T extends DayTallyDoc>(
  { documents }: DayTally<D, T>,
  until: Date,
): Promise<void> {
  const _id = documents.collection.collectionName;
  await TallyRun.updateOne({ _id }, { $max: { until } }, { upsert: true });
}

/** How an analysis of a span is put together, in one snapshot of the database. */
export interface DayReading {
  /** Days whose tallies are current. */
  days: number[];
  /** The rest of the span, to be counted now. Empty when all of it is tallied. */
  rest: Span[];
  tx: ClientSession;
}

/** Calls `read`, which must not write: a transaction that fails runs again. */
export function readDays<D extends Tallied, T extends DayTallyDoc, A>(
  tally: DayTally<D, T>,
  span: Span,
  read: (reading: DayReading) => Promise<A>,
): Promise<A> {
  return inTransaction(async (tx) => {
    const days = await findCurrentDays(tally, span, tx);
    return read({ days: [...days], rest: withoutDays(span, days), tx });
  });
}

/** Whole days of the span with a tally, without those that were touched since it was made. */
async function findCurrentDays<D extends Tallied, T extends DayTallyDoc>(
  tally: DayTally<D, T>,
  span: Span,
  tx: ClientSession,
): Promise<Set<number>> {
  const { first, last } = wholeDaysIn(span);
  const since = first > last ? null : await findTalliedUntil(tally.documents.collection.collectionName, tx);
  if (!since) return new Set();
  const tallied = await tally.tallies
    .aggregate<{ _id: number }>([{ $match: { _id: { $gte: first, $lte: last } } }, { $project: { _id: 1 } }])
    .session(tx);
  const days = new Set(tallied.map(({ _id }) => _id));
  for (const day of await findTouchedDays(tally, since, tx)) days.delete(day);
  return days;
}

/** The filter of a pipeline: created in one of these spans. With `also`, each branch can use a partial index. */
export const matchSpans = (spans: readonly Span[], also: object = {}): PipelineStage.Match => ({
  $match: { $or: spans.map(({ from, to }) => ({ ...also, createdAt: { $gte: from, $lte: to } })) },
});
