import { EventEmitter } from "node:events";
import { type ClientSession, mongo, type Types, trusted } from "mongoose";
import { OutboxMessage, type OutboxMessageDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { OutboxState } from "../../utils/constants.js";
import { currentRequestId } from "../../utils/request-context.js";
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
  const rows = drafts.map((draft) => ({
    type: draft.type,
    dedupeKey: draft.dedupeKey,
    payload: { ...draft.payload },
    dueAt: draft.dueAt ?? now(),
    requestId: currentRequestId() ?? null,
  }));
  if (session) {
    await OutboxMessage.insertMany(rows, { session });
    afterCommit(session, nudgeOutbox);
  } else {
    await OutboxMessage.insertMany(rows, { ordered: false }).catch(ignoreDuplicates);
    nudgeOutbox();
  }
}

function ignoreDuplicates(error: unknown): void {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  if (error.result.getWriteConcernError() || failures.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
}

export interface OutboxPage {
  states: readonly OutboxState[];
  /** From 1. */
  page: number;
  limit: number;
}

/** Messages for an administrator, newest first. */
export async function listOutbox({
  states,
  page,
  limit,
}: OutboxPage): Promise<{ items: OutboxMessageDoc[]; total: number }> {
  const filter = { state: trusted({ $in: [...states] }) };
  const items = await OutboxMessage.find(filter)
    .sort({ createdAt: -1 })
    .skip((page - 1) * limit)
    .limit(limit)
    .lean<OutboxMessageDoc[]>();
  return { items, total: await OutboxMessage.countDocuments({ state: trusted({ $in: [...states] }) }) };
}

/**
 * Delivers a dead message again, or a pending one now, with all tries ahead of it. Effects that were
 * delivered already are still left out.
 * @returns null when there is no such message, or it was delivered.
 */
export async function replayOutboxMessage(id: Types.ObjectId): Promise<OutboxMessageDoc | null> {
  const message = await OutboxMessage.findOneAndUpdate(
    { _id: id, state: trusted({ $in: ["pending", "dead"] }) },
    { $set: { state: "pending", dueAt: now(), attempts: 0, lease: null } },
    { returnDocument: "after" },
  ).lean<OutboxMessageDoc>();
  if (message) nudgeOutbox();
  return message;
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
