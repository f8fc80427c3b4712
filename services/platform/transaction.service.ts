import { setTimeout as sleep } from "node:timers/promises";
import mongoose, { type ClientSession, mongo } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { OutcomeUnknownError, OverloadedError } from "../../utils/errors.js";

/**
 * Transactions with their own deadline: the driver's `withTransaction` retries for two minutes, long after the client
 * has timed out.
 *
 * The work may run several times: no HTTP, no e-mail, no counters in memory, no `Promise.all`, and **never catch and
 * wrap driver errors**: a wrapped conflict is not retried.
 */

/** Retries end after this. Less than a handler's 20 s and the server's transaction limit of 15 s. */
const RETRY_FOR_MS = 10_000;
/** Retries of an unanswered commit end after this, so that the caller gets its 503 within 5 s. */
const RETRY_COMMIT_FOR_MS = 4_000;

const TRANSACTION_OPTIONS = {
  readConcern: { level: "snapshot" },
  readPreference: "primary",
  writeConcern: { w: "majority", journal: true, wtimeoutMS: 4_000 },
  maxCommitTimeMS: 5_000,
} as const;

const TRANSIENT = mongo.MongoErrorLabel.TransientTransactionError;
const COMMIT_UNKNOWN = mongo.MongoErrorLabel.UnknownTransactionCommitResult;
const MAX_TIME_EXPIRED = 50;

type Callback = () => void;
const callbacks = new WeakMap<ClientSession, Set<Callback>>();

/**
 * Runs `callback` after the transaction of this session has committed, and never otherwise. For hints that may be lost
 * (a nudge). Work that must happen goes to the outbox.
 */
export function afterCommit(session: ClientSession, callback: Callback): void {
  callbacks.get(session)?.add(callback);
}

/**
 * Runs `work` in one transaction (snapshot, majority) and retries it on write conflicts.
 * @throws OutcomeUnknownError `database`, when the commit may or may not have happened
 * @throws OverloadedError when conflicts did not end within 10 s; nothing was written
 * @throws whatever `work` throws; nothing was written
 */
export async function inTransaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
  const session = await mongoose.startSession();
  const deadline = performance.now() + RETRY_FOR_MS;
  try {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await tryOnce(session, work);
      if (outcome.committed) return outcome.result;
      await pauseBefore(attempt, deadline, outcome.error);
    }
  } finally {
    callbacks.delete(session);
    await session.endSession();
  }
}

type Attempt<T> = { committed: true; result: T } | { committed: false; error: unknown };

async function tryOnce<T>(
  session: ClientSession,
  work: (session: ClientSession) => Promise<T>,
): Promise<Attempt<T>> {
  const mine = new Set<Callback>();
  callbacks.set(session, mine);
  session.startTransaction(TRANSACTION_OPTIONS);
  let result: T;
  try {
    result = await work(session);
  } catch (error) {
    await abort(session);
    if (hasLabel(error, TRANSIENT)) return { committed: false, error };
    throw error;
  }
  const failure = await commit(session);
  if (failure) return { committed: false, error: failure };
  for (const callback of mine) callback();
  return { committed: true, result };
}

/** @returns null, or the error after which the whole transaction may be retried */
async function commit(session: ClientSession): Promise<unknown> {
  const deadline = performance.now() + RETRY_COMMIT_FOR_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return null;
    } catch (error) {
      if (hasLabel(error, COMMIT_UNKNOWN)) {
        const backoff = backoffMs(attempt);
        if (isMaxTimeExpired(error) || performance.now() + backoff >= deadline) throw unknownOutcome(error);
        await sleep(backoff);
        continue;
      }
      if (hasLabel(error, TRANSIENT)) return error;
      throw error;
    }
  }
}

function unknownOutcome(error: unknown): OutcomeUnknownError {
  logger.error({ err: error }, "> A commit got no answer; its outcome is unknown");
  return new OutcomeUnknownError("database");
}

async function pauseBefore(attempt: number, deadline: number, error: unknown): Promise<void> {
  const backoff = backoffMs(attempt);
  if (performance.now() + backoff < deadline) return sleep(backoff);
  if (error instanceof mongo.MongoNetworkError || error instanceof mongo.MongoServerSelectionError)
    throw error;
  logger.warn({ err: error, attempts: attempt + 1 }, "> A transaction gave up after too many conflicts");
  throw new OverloadedError();
}

/** Full jitter over 5 ms · 1.5ⁿ, at most 500 ms, so that conflicting transactions do not retry in lockstep. */
const backoffMs = (attempt: number): number => Math.random() * Math.min(5 * 1.5 ** attempt, 500);

const hasLabel = (error: unknown, label: string): boolean =>
  error instanceof mongo.MongoError && error.hasErrorLabel(label);

const isMaxTimeExpired = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError &&
  (error.code === MAX_TIME_EXPIRED || error.result?.writeConcernError?.code === MAX_TIME_EXPIRED);

/** A failed abort leaves nothing behind: the server aborts the transaction by itself. */
async function abort(session: ClientSession): Promise<void> {
  if (!session.inTransaction()) return;
  await session.abortTransaction().catch(() => undefined);
}
