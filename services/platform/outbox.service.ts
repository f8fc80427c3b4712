import { EventEmitter } from "node:events";
import { type ClientSession, mongo, Types, trusted } from "mongoose";
import { OutboxMessage, type OutboxMessageDoc } from "../../models/index.js";
import { databaseTime } from "../../utils/clock.js";
import { OUTBOX_STATE, type OutboxState } from "../../utils/constants.js";
import { DUPLICATE_KEY } from "../../utils/helpers.js";
import { currentRequestId, currentTrace } from "../../utils/request-context.js";
import { toTraceparent } from "../../utils/trace-context.js";
import { dateRange, type Page, type PageRequest, paginate } from "./paginate.service.js";
import { afterCommit } from "./transaction.service.js";

/**
 * The outbox: follow-up work of a change is stored in the transaction of the change and delivered afterwards, at least
 * once and in no particular order. Receivers dedupe by key. `outbox-worker.service.ts` delivers.
 */
export interface OutboxDraft {
  type: string;
  /** A message with this key is stored once. */
  dedupeKey: string;
  payload: object;
  /** Milliseconds until it is due, by the database clock. Default: due at once. */
  delayMs?: number;
  /** The request that caused it. Default: the current request. */
  requestId?: string | undefined;
}

const nudges = new EventEmitter();

/** Wakes the worker of this process, which otherwise polls every second. */
export function nudgeOutbox(): void {
  nudges.emit("nudge");
}

/** @returns how to stop listening. */
export function onOutboxNudge(listener: () => void): () => void {
  nudges.on("nudge", listener);
  return () => nudges.off("nudge", listener);
}

/**
 * Stores messages, in the caller's transaction or without one, and nudges the worker once they are committed.
 * Without a transaction, a message whose key exists already is skipped. Inside a transaction, such a key ends the
 * transaction (11000): another process has made the same change.
 */
export async function enqueueOutbox(drafts: readonly OutboxDraft[], tx?: ClientSession): Promise<void> {
  if (drafts.length === 0) return;
  const writes = drafts.map(toInsert);
  if (tx) {
    await OutboxMessage.collection.bulkWrite(writes, { session: tx });
    afterCommit(tx, nudgeOutbox);
  } else {
    await OutboxMessage.collection.bulkWrite(writes, { ordered: false }).catch(ignoreDuplicates);
    nudgeOutbox();
  }
}

/** An upsert with a new id: unlike an insert it can store the database's time. */
function toInsert(draft: OutboxDraft) {
  const trace = currentTrace();
  const row: Omit<OutboxMessageDoc, "dueAt" | "createdAt"> = {
    _id: new Types.ObjectId(),
    type: draft.type,
    dedupeKey: draft.dedupeKey,
    payload: { ...draft.payload },
    state: OUTBOX_STATE.PENDING,
    attempts: 0,
    done: [],
    lease: null,
    lastError: null,
    requestId: draft.requestId ?? currentRequestId() ?? null,
    traceparent: trace ? toTraceparent(trace) : null,
    deliveredAt: null,
  };
  const times = { dueAt: databaseTime(draft.delayMs), createdAt: databaseTime() };
  const update = [{ $replaceWith: { $mergeObjects: [{ $literal: row }, times] } }];
  return { updateOne: { filter: { _id: row._id }, update, upsert: true } };
}

/**
 * Takes a message back that no worker has begun to deliver. In the caller's transaction: a worker that claims it at the
 * same time either comes first, and the result is false, or finds it gone.
 * @returns whether it was taken back; false once a worker has tried it, even in vain
 */
export async function withdrawOutboxMessage(dedupeKey: string, tx: ClientSession): Promise<boolean> {
  const untried = { state: OUTBOX_STATE.PENDING, lease: null, attempts: 0, lastError: null };
  const { deletedCount } = await OutboxMessage.deleteOne({ dedupeKey, ...untried }).session(tx);
  return deletedCount === 1;
}

/** A bulk write whose statement failed as a whole, such as by a cut connection, lists no rows: nothing may be stored then. */
function ignoreDuplicates(error: unknown): void {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  const areDuplicates = failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY);
  if (error.result.getWriteConcernError() || !areDuplicates) throw error;
}

export interface OutboxQuery extends PageRequest {
  states: readonly OutboxState[];
  /** When the message was stored. */
  dateFrom?: Date;
  dateTo?: Date;
}

/** Messages by the time they were stored, newest first by default. */
export const listOutbox = (query: OutboxQuery): Promise<Page<OutboxMessageDoc>> =>
  paginate({ model: OutboxMessage, filter: () => filterOf(query), sortBy: "createdAt" }, query);

function filterOf({ states, ...dates }: OutboxQuery) {
  const createdAt = dateRange(dates);
  return { state: trusted({ $in: [...states] }), ...(createdAt ? { createdAt } : {}) };
}

export interface ReplayedMessage {
  before: OutboxMessageDoc;
  after: OutboxMessageDoc;
}

/**
 * Makes a dead or pending message due now and resets its attempts. Handlers that have succeeded are
 * skipped.
 * @returns null when there is no such message or it was delivered
 */
export async function replayOutboxMessage(
  id: Types.ObjectId,
  tx?: ClientSession,
): Promise<ReplayedMessage | null> {
  const before = await OutboxMessage.findOneAndUpdate(
    { _id: id, state: trusted({ $in: [OUTBOX_STATE.PENDING, OUTBOX_STATE.DEAD] }) },
    [{ $set: { state: OUTBOX_STATE.PENDING, dueAt: databaseTime(), attempts: 0, lease: null } }],
    { returnDocument: "before", session: tx, updatePipeline: true },
  ).lean<OutboxMessageDoc>();
  if (!before) return null;
  const after = await OutboxMessage.findById(id)
    .session(tx ?? null)
    .lean<OutboxMessageDoc>();
  if (tx) afterCommit(tx, nudgeOutbox);
  else nudgeOutbox();
  return { before, after: after ?? before };
}

export interface OutboxBacklog {
  pending: number;
  /** Of the pending ones: failed five times or more, for about ten minutes. */
  retrying: number;
  dead: number;
  /** Seconds since the oldest due message became due; 0 when none is due. */
  lagSeconds: number;
}

const RETRYING_AFTER = 5;

/** For metrics. */
export async function readOutboxBacklog(limit: { maxTimeMS?: number } = {}): Promise<OutboxBacklog> {
  const [oldest] = await OutboxMessage.aggregate<{ lagMs: number }>(
    [
      { $match: { state: OUTBOX_STATE.PENDING, $expr: { $lte: ["$dueAt", databaseTime()] } } },
      { $sort: { dueAt: 1 } },
      { $limit: 1 },
      { $project: { _id: 0, lagMs: { $subtract: [databaseTime(), "$dueAt"] } } },
    ],
    limit,
  );
  const pending = { state: OUTBOX_STATE.PENDING };
  const retrying = { ...pending, attempts: trusted({ $gte: RETRYING_AFTER }) };
  return {
    pending: await OutboxMessage.countDocuments(pending, limit),
    retrying: await OutboxMessage.countDocuments(retrying, limit),
    dead: await OutboxMessage.countDocuments({ state: OUTBOX_STATE.DEAD }, limit),
    lagSeconds: (oldest?.lagMs ?? 0) / 1_000,
  };
}
