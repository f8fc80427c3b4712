import type { Aggregate, ClientSession, Model, PipelineStage, Types } from "mongoose";
import { type DayTallyDoc, type Tallied, UNTALLIED_INDEX } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import {
  dayNumberExpression,
  dayNumberOf,
  type Span,
  spanOfDays,
  wholeDaysIn,
  withoutDays,
} from "../../utils/periods.js";
import { inTransaction } from "./transaction.service.js";

/**
 * Counts of documents by the day they were made, kept so that an analysis of a year reads 366 small documents
 * and not every cart (docs/decisions/007). A day is counted whole or not at all: its tally holds while each of
 * its documents bears the mark `talliedAt`, which every change of a counted field takes away. A day without a
 * tally that holds is counted afresh by the reader, so that an answer is always that of this moment.
 */
export interface DayTally<D extends Tallied, T extends DayTallyDoc> {
  documents: Model<D>;
  tallies: Model<T>;
  /** Counts the documents of one day, in the transaction of the session. */
  countDay(day: Span, tx: ClientSession): Promise<Omit<T, keyof DayTallyDoc>>;
}

/** Marked in one transaction: a customer who changes one of these carts meanwhile waits for it. */
const MOST_AT_ONCE = 1_000;

const idOf = { $project: { _id: 1 } };

/**
 * Counts a day and marks its documents, in one transaction: a change that comes between fails it, one that
 * comes later takes a mark away. A very large day takes several calls, and is complete after the last.
 * @returns whether the tally is complete
 * @throws OverloadedError when customers change the day's documents all the time; nothing was written
 */
export function tallyDay<D extends Tallied, T extends DayTallyDoc>(
  { documents, tallies, countDay }: DayTally<D, T>,
  day: number,
): Promise<boolean> {
  const span = spanOfDays(day);
  return inTransaction(async (tx) => {
    const unmarked = await documents
      .aggregate<{ _id: Types.ObjectId }>([matchUntallied(span), { $limit: MOST_AT_ONCE }, idOf])
      .hint(UNTALLIED_INDEX)
      .session(tx);
    const ids = unmarked.map(({ _id }) => _id);
    const mark = { $set: { talliedAt: now() } };
    if (ids.length > 0) await documents.collection.updateMany({ _id: { $in: ids } }, mark, { session: tx });
    const isComplete = ids.length < MOST_AT_ONCE;
    const counts = isComplete ? await countDay(span, tx) : {};
    await tallies.db
      .collection<DayTallyDoc>(tallies.collection.collectionName)
      .updateOne(
        { _id: day },
        { $set: { ...counts, isComplete }, $inc: { revision: 1 } },
        { session: tx, upsert: true },
      );
    return isComplete;
  });
}

const matchUntallied = ({ from, to }: Span): PipelineStage.Match => ({
  $match: { talliedAt: null, createdAt: { $gte: from, $lte: to } },
});

/** Days before today that have something to count, newest first. The tally of today would not hold for long. */
export async function findDaysToTally<D extends Tallied, T extends DayTallyDoc>(
  tally: DayTally<D, T>,
  limit: number,
): Promise<number[]> {
  const before = { from: new Date(0), to: spanOfDays(dayNumberOf(now()) - 1).to };
  const days = await daysWithChanges(tally, before).sort({ _id: -1 }).limit(limit);
  return days.map(({ _id }) => _id);
}

/** Answered from the index alone. */
const daysWithChanges = <D extends Tallied, T extends DayTallyDoc>(
  { documents }: DayTally<D, T>,
  span: Span,
): Aggregate<{ _id: number }[]> =>
  documents
    .aggregate<{ _id: number }>([
      matchUntallied(span),
      { $group: { _id: dayNumberExpression("$createdAt") } },
    ])
    .hint(UNTALLIED_INDEX);

/** How an analysis of a span is put together, in one snapshot of the database. */
export interface DayReading {
  /** These have a tally that holds. */
  days: number[];
  /** This is to be counted: the rest of the span. Empty when all of it is tallied. */
  rest: Span[];
  tx: ClientSession;
}

/** @returns what `read` makes of the span; it may be called several times, and writes nothing */
export function readDays<D extends Tallied, T extends DayTallyDoc, A>(
  tally: DayTally<D, T>,
  span: Span,
  read: (reading: DayReading) => Promise<A>,
): Promise<A> {
  const { first, last } = wholeDaysIn(span);
  if (first > last) return inTransaction((tx) => read({ days: [], rest: [span], tx }));
  return inTransaction(async (tx) => {
    const complete = await tally.tallies
      .aggregate<{ _id: number }>([
        { $match: { _id: { $gte: first, $lte: last }, isComplete: true } },
        { $project: { _id: 1 } },
      ])
      .session(tx);
    const changed = await daysWithChanges(tally, spanOfDays(first, last)).session(tx);
    const days = new Set(complete.map(({ _id }) => _id));
    for (const { _id } of changed) days.delete(_id);
    return read({ days: [...days], rest: withoutDays(span, days), tx });
  });
}

/** The filter of a pipeline: made in one of these spans. With `also`, each branch can use a partial index. */
export const matchSpans = (spans: readonly Span[], also: object = {}): PipelineStage.Match => ({
  $match: { $or: spans.map(({ from, to }) => ({ ...also, createdAt: { $gte: from, $lte: to } })) },
});
