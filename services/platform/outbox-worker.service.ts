import { randomUUID } from "node:crypto";
import { trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { OutboxMessage, type OutboxMessageDoc } from "../../models/index.js";
import { forEachAtOnce } from "../../utils/async.js";
import { databaseTime } from "../../utils/clock.js";
import { OUTBOX_STATE } from "../../utils/constants.js";
import { runWithContext } from "../../utils/request-context.js";
import { continueTrace } from "../../utils/trace-context.js";
import { type BackgroundLoop, startBackgroundLoop } from "./background-loop.js";
import { onOutboxNudge } from "./outbox.service.js";

/** One follow-up of a message. It may run more than once; it throws to be retried. */
export interface OutboxHandler {
  name: string;
  deliver(payload: Record<string, unknown>): Promise<void>;
}

type FollowUps = readonly OutboxHandler[];

/**
 * The handlers of each message type, or how to make them from the payload, where several need the same document. A
 * message is delivered when all of its handlers have succeeded.
 */
export type OutboxHandlers = Readonly<
  Record<string, FollowUps | ((payload: Record<string, unknown>) => Promise<FollowUps>)>
>;

/** A batch takes three round trips whatever its size. */
const BATCH = 200;
/** Handlers mostly wait for other services; more of them would slow down requests. */
const CONCURRENCY = 10;
/** Long enough for a batch while other services are slow. After a crash, claimed messages wait this long. */
const LEASE_MS = 60_000;
/** Messages not started by then are released, so that none is delivered after its lease has expired. */
const BEGIN_WITHIN_MS = LEASE_MS / 2;
/** With the backoff below, the last attempt is after an hour and a half: a message survives an outage of an hour. */
export const MAX_ATTEMPTS = 12;
const BACKOFF_FIRST_MS = 2_000;
const BACKOFF_FACTOR = 4;
const BACKOFF_MOST_MS = 15 * 60_000;
const BACKOFF_JITTER = 0.2;
const ERROR_LENGTH = 500;

/** Milliseconds until the next attempt. Jitter keeps retries after an outage from arriving all at once. */
export function backoffMs(attempts: number): number {
  const plain = Math.min(BACKOFF_FIRST_MS * BACKOFF_FACTOR ** (attempts - 1), BACKOFF_MOST_MS);
  return plain * (1 - BACKOFF_JITTER + 2 * BACKOFF_JITTER * Math.random());
}

interface Claim {
  token: string;
  messages: OutboxMessageDoc[];
}

export interface DeliveryLimits {
  batch?: number;
  /** Once aborted, nothing more is begun. */
  signal?: AbortSignal;
}

/**
 * Delivers one batch of due messages.
 * @returns how many messages were claimed; fewer than the batch means that no more are due
 */
export async function deliverDue(
  handlers: OutboxHandlers,
  { batch = BATCH, signal }: DeliveryLimits = {},
): Promise<number> {
  const claim = await claimDue(batch);
  if (claim.messages.length === 0) return 0;
  const beginBefore = performance.now() + BEGIN_WITHIN_MS;
  const delivered: OutboxMessageDoc[] = [];
  const left: OutboxMessageDoc[] = [];
  await forEachAtOnce(claim.messages, CONCURRENCY, async (message) => {
    if (signal?.aborted || performance.now() > beginBefore) left.push(message);
    else if (await deliver(message, handlers, claim.token)) delivered.push(message);
  });
  await markDelivered(delivered, claim.token);
  await release(left, claim.token);
  return claim.messages.length;
}

/** Delivers until no message is due, or until it is aborted. @returns how many messages */
export async function drainOutbox(handlers: OutboxHandlers, signal?: AbortSignal): Promise<number> {
  let total = 0;
  while (!signal?.aborted) {
    const taken = await deliverDue(handlers, signal ? { signal } : {});
    if (taken === 0) break;
    total += taken;
  }
  return total;
}

/** Moving `dueAt` to the end of the lease hides the claimed messages from other workers. */
async function claimDue(batch: number): Promise<Claim> {
  const token = randomUUID();
  const due = () => ({
    state: OUTBOX_STATE.PENDING,
    $expr: trusted({ $lte: ["$dueAt", databaseTime()] }),
  });
  const candidates = await OutboxMessage.find(due())
    .sort({ dueAt: 1 })
    .limit(batch)
    .lean<OutboxMessageDoc[]>();
  if (candidates.length === 0) return { token, messages: [] };
  const among = () => trusted({ $in: candidates.map(({ _id }) => _id) });
  const until = databaseTime(LEASE_MS);
  const { modifiedCount } = await OutboxMessage.updateMany(
    { ...due(), _id: among() },
    [{ $set: { lease: { token, until }, dueAt: until, attempts: { $add: ["$attempts", 1] } } }],
    { updatePipeline: true },
  );
  if (modifiedCount === candidates.length) return { token, messages: candidates.map(triedOnceMore) };
  // Another worker has claimed some of them.
  const messages = await OutboxMessage.find({ _id: among(), "lease.token": token }).lean<
    OutboxMessageDoc[]
  >();
  return { token, messages };
}

const triedOnceMore = (message: OutboxMessageDoc) => ({ ...message, attempts: message.attempts + 1 });

/** Runs every handler, also when another one fails. @returns whether all of them succeeded */
async function deliver(message: OutboxMessageDoc, handlers: OutboxHandlers, token: string): Promise<boolean> {
  const done = [...message.done];
  const errors: unknown[] = [];
  for (const handler of await handlersOf(message, handlers, errors)) {
    if (done.includes(handler.name)) continue;
    try {
      await runHandler(handler, message);
      done.push(handler.name);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 0) return true;
  await postpone(message, { token, done, errors });
  return false;
}

async function handlersOf(
  message: OutboxMessageDoc,
  handlers: OutboxHandlers,
  errors: unknown[],
): Promise<FollowUps> {
  try {
    const known = Object.hasOwn(handlers, message.type) ? handlers[message.type] : undefined;
    // During a rolling deploy a newer instance may know the type: the message is retried like a failed one.
    if (!known) throw new Error(`this instance has no handler for messages of type ${message.type}`);
    return typeof known === "function" ? await known(message.payload) : known;
  } catch (error) {
    errors.push(error);
    return [];
  }
}

function runHandler(handler: OutboxHandler, message: OutboxMessageDoc): Promise<void> {
  const requestId = message.requestId ?? `outbox-${message._id.toHexString()}`;
  const trace = continueTrace(message.traceparent);
  return runWithContext({ requestId, trace }, () => handler.deliver(message.payload));
}

interface Failure {
  token: string;
  done: string[];
  errors: readonly unknown[];
}

async function postpone(message: OutboxMessageDoc, { token, done, errors }: Failure): Promise<void> {
  const dead = message.attempts >= MAX_ATTEMPTS;
  const about = {
    messageId: message._id,
    type: message.type,
    dedupeKey: message.dedupeKey,
    attempts: message.attempts,
  };
  if (dead)
    logger.error({ ...about, err: errors[0] }, "> Outbox message dead after its last attempt; replay it");
  else logger.warn({ ...about, err: errors[0] }, "> Outbox message will be retried");
  const next = {
    state: dead ? OUTBOX_STATE.DEAD : OUTBOX_STATE.PENDING,
    dueAt: databaseTime(backoffMs(message.attempts)),
    done: { $literal: done },
    lease: null,
    lastError: { $literal: errors.map(String).join("; ").slice(0, ERROR_LENGTH) },
  };
  await OutboxMessage.updateOne({ _id: message._id, "lease.token": token }, [{ $set: next }], {
    updatePipeline: true,
  });
}

async function markDelivered(messages: readonly OutboxMessageDoc[], token: string): Promise<void> {
  if (messages.length === 0) return;
  await OutboxMessage.updateMany(
    { _id: trusted({ $in: messages.map(({ _id }) => _id) }), "lease.token": token },
    [{ $set: { state: OUTBOX_STATE.DELIVERED, deliveredAt: databaseTime(), lease: null, lastError: null } }],
    { updatePipeline: true },
  );
}

async function release(messages: readonly OutboxMessageDoc[], token: string): Promise<void> {
  if (messages.length === 0) return;
  await OutboxMessage.updateMany(
    { _id: trusted({ $in: messages.map(({ _id }) => _id) }), "lease.token": token },
    [{ $set: { dueAt: databaseTime(), lease: null, attempts: { $subtract: ["$attempts", 1] } } }],
    { updatePipeline: true },
  );
}

/** Starts delivering in the background. */
export const startOutboxWorker = (
  handlers: OutboxHandlers,
  { pollMs }: { pollMs?: number } = {},
): BackgroundLoop =>
  startBackgroundLoop({
    work: async (signal) => (await deliverDue(handlers, { signal })) >= BATCH,
    listen: onOutboxNudge,
    onError: (error) => logger.error({ err: error }, "> The outbox could not be read or written"),
    ...(pollMs === undefined ? {} : { pollMs }),
  });
