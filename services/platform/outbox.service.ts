import { EventEmitter } from "node:events";
import { type ClientSession, mongo, Types, trusted } from "mongoose";
import { OutboxMessage, type OutboxMessageDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { OutboxState } from "../../utils/constants.js";
import { currentRequestId } from "../../utils/request-context.js";
import { MAX_DEPTH_OF_PAGES } from "../../utils/request-schemas.js";
import { afterCommit } from "./transaction.service.js";

/**
 * The outbox (D23): what a change owes to others is written in the change's own transaction and delivered
 * afterwards, at least once, in no particular order. Receivers deduplicate by key. The delivering itself
 * is in `outbox-worker.service.ts`.
 */
export interface OutboxDraft {
  type: string;
  /** Names the debt: written twice, it is owed once. */
  dedupeKey: string;
  payload: object;
  /** Not before; left out: at once. */
  dueAt?: Date;
  /** Which request brought this about; left out: the one being worked on. */
  requestId?: string | undefined;
}

const nudges = new EventEmitter();
const DUPLICATE_KEY = 11_000;

/** Wakes the worker of this process, which otherwise looks every second. */
export function nudgeOutbox(): void {
  nudges.emit("nudge");
}

/** @returns how to stop listening. */
export function onOutboxNudge(listener: () => void): () => void {
  nudges.on("nudge", listener);
  return () => nudges.off("nudge", listener);
}

/**
 * Writes messages down: in the caller's transaction, or on their own. The worker is nudged once they are
 * committed. On their own, messages whose key is there already are left as they are; inside a
 * transaction a key that is there already ends the transaction (11000): somebody else did all this.
 */
export async function enqueueOutbox(drafts: readonly OutboxDraft[], session?: ClientSession): Promise<void> {
  if (drafts.length === 0) return;
  const rows = drafts.map(
    (draft): OutboxMessageDoc => ({
      _id: new Types.ObjectId(),
      type: draft.type,
      dedupeKey: draft.dedupeKey,
      payload: { ...draft.payload },
      state: "pending",
      dueAt: draft.dueAt ?? now(),
      attempts: 0,
      done: [],
      lease: null,
      lastError: null,
      requestId: draft.requestId ?? currentRequestId() ?? null,
      deliveredAt: null,
      createdAt: now(),
    }),
  );
  if (session) {
    await OutboxMessage.insertMany(rows, { session, lean: true });
    afterCommit(session, nudgeOutbox);
  } else {
    await OutboxMessage.insertMany(rows, { ordered: false, lean: true }).catch(ignoreDuplicates);
    nudgeOutbox();
  }
}

function ignoreDuplicates(error: unknown): void {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  if (error.result.getWriteConcernError() || failures.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
}

export interface OutboxQuery {
  states: readonly OutboxState[];
  /** From 1. */
  page: number;
  limit: number;
  /** By the time of writing; left out: newest first. */
  sortOrder?: "asc" | "desc";
  dateFrom?: Date;
  dateTo?: Date;
}

/** Messages for an administrator. The total is counted no further than pages can be had. */
export async function listOutbox(query: OutboxQuery): Promise<{ items: OutboxMessageDoc[]; total: number }> {
  const { page, limit, sortOrder } = query;
  const skip = (page - 1) * limit;
  const find = () =>
    OutboxMessage.find(filterOf(query))
      .sort({ createdAt: sortOrder === "asc" ? 1 : -1 })
      .skip(skip)
      .limit(limit)
      .lean<OutboxMessageDoc[]>();
  const [items, total] = await Promise.all([
    skip < MAX_DEPTH_OF_PAGES ? find() : [],
    OutboxMessage.countDocuments(filterOf(query), { limit: MAX_DEPTH_OF_PAGES }),
  ]);
  return { items, total };
}

function filterOf({ states, dateFrom, dateTo }: OutboxQuery) {
  const range = { ...(dateFrom ? { $gte: dateFrom } : {}), ...(dateTo ? { $lte: dateTo } : {}) };
  return {
    state: trusted({ $in: [...states] }),
    ...(dateFrom || dateTo ? { createdAt: trusted(range) } : {}),
  };
}

export interface ReplayedMessage {
  before: OutboxMessageDoc;
  after: OutboxMessageDoc;
}

/**
 * Delivers a dead message again, or a pending one now, with all tries ahead of it. Effects that were
 * delivered already are still left out.
 * @returns null when there is no such message, or it was delivered.
 */
export async function replayOutboxMessage(
  id: Types.ObjectId,
  session?: ClientSession,
): Promise<ReplayedMessage | null> {
  const again = { state: "pending" as const, dueAt: now(), attempts: 0, lease: null };
  const before = await OutboxMessage.findOneAndUpdate(
    { _id: id, state: trusted({ $in: ["pending", "dead"] }) },
    { $set: again },
    { returnDocument: "before", session },
  ).lean<OutboxMessageDoc>();
  if (!before) return null;
  if (session) afterCommit(session, nudgeOutbox);
  else nudgeOutbox();
  return { before, after: { ...before, ...again } };
}

export interface OutboxBacklog {
  pending: number;
  dead: number;
  /** How long the oldest due message has been waiting; 0 when none is due. */
  lagSeconds: number;
}

/** For metrics and health. */
export async function readOutboxBacklog(): Promise<OutboxBacklog> {
  const at = now();
  const oldest = await OutboxMessage.findOne({ state: "pending", dueAt: trusted({ $lte: at }) })
    .sort({ dueAt: 1 })
    .lean<OutboxMessageDoc>();
  return {
    pending: await OutboxMessage.countDocuments({ state: "pending" }),
    dead: await OutboxMessage.countDocuments({ state: "dead" }),
    lagSeconds: oldest ? (at.getTime() - oldest.dueAt.getTime()) / 1_000 : 0,
  };
}
