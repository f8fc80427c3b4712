import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { OutboxMessage, type OutboxMessageDoc } from "../../models/index.js";
import { databaseTime } from "../../utils/clock.js";
import { runWithContext } from "../../utils/request-context.js";
import { onOutboxNudge } from "./outbox.service.js";

/** What an effect receives besides the payload. */
export interface DeliveryContext {
  type: string;
  /** The message's key and the effect's name: the same in every attempt, so that receivers can dedupe by it. */
  idempotencyKey: string;
  /** From 1. */
  attempt: number;
  /** The request that caused the message. */
  requestId: string | null;
  createdAt: Date;
}

/** One follow-up of a message. It may run twice, and throws when it has to be retried. */
export interface OutboxEffect {
  name: string;
  deliver(payload: Record<string, unknown>, context: DeliveryContext): Promise<void>;
}

/** The effects of each type of message; a message is delivered when all of them are. */
export type OutboxEffects = Readonly<Record<string, readonly OutboxEffect[]>>;

/** A batch costs three round trips, whatever its size. */
const BATCH = 200;
/** Effects mostly wait for a neighbour; more of them would slow down requests. */
const CONCURRENCY = 10;
/** Long enough for a batch with slow neighbours. The messages of a crashed worker wait this long. */
const LEASE_MS = 60_000;
/** Messages not started by then are given back, so that none is delivered after its lease has expired. */
const BEGIN_WITHIN_MS = LEASE_MS / 2;
/** With the backoff below the worker gives up after an hour and a half: an outage of an hour loses nothing. */
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

/**
 * Delivers one batch of due messages.
 * @returns how many messages were claimed; fewer than the batch means that no more are due
 */
export async function deliverDue(effects: OutboxEffects, { batch = BATCH } = {}): Promise<number> {
  const claim = await claimDue(batch);
  if (claim.messages.length === 0) return 0;
  const beginBefore = performance.now() + BEGIN_WITHIN_MS;
  const delivered: OutboxMessageDoc[] = [];
  const left: OutboxMessageDoc[] = [];
  await forEachOf(claim.messages, CONCURRENCY, async (message) => {
    if (performance.now() > beginBefore) left.push(message);
    else if (await deliver(message, effects, claim.token)) delivered.push(message);
  });
  await markDelivered(delivered, claim.token);
  await giveBack(left, claim.token);
  return claim.messages.length;
}

/** Delivers until no message is due, for tests and for `npm run job outbox`. @returns how many messages */
export async function drainOutbox(effects: OutboxEffects): Promise<number> {
  let total = 0;
  for (;;) {
    const taken = await deliverDue(effects);
    if (taken === 0) return total;
    total += taken;
  }
}

/** Moving `dueAt` to the end of the lease hides the messages from other workers until then. */
async function claimDue(batch: number): Promise<Claim> {
  const token = randomUUID();
  const due = () => ({
    state: "pending" as const,
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

/** Runs every effect, even if another one fails. @returns whether all of them succeeded */
async function deliver(message: OutboxMessageDoc, effects: OutboxEffects, token: string): Promise<boolean> {
  const done = [...message.done];
  const errors: unknown[] = [];
  for (const effect of effectsOf(message, effects, errors)) {
    if (done.includes(effect.name)) continue;
    try {
      await runEffect(effect, message);
      done.push(effect.name);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 0) return true;
  await postpone(message, { token, done, errors });
  return false;
}

function effectsOf(
  message: OutboxMessageDoc,
  effects: OutboxEffects,
  errors: unknown[],
): readonly OutboxEffect[] {
  if (Object.hasOwn(effects, message.type)) return effects[message.type] ?? [];
  // During a rolling deploy a newer instance may know the type: the message is retried like a failed one.
  errors.push(new Error(`this instance has no effect for messages of type ${message.type}`));
  return [];
}

function runEffect(effect: OutboxEffect, message: OutboxMessageDoc): Promise<void> {
  const context: DeliveryContext = {
    type: message.type,
    idempotencyKey: `${message.dedupeKey}:${effect.name}`,
    attempt: message.attempts,
    requestId: message.requestId,
    createdAt: message.createdAt,
  };
  const requestId = message.requestId ?? `outbox-${message._id.toHexString()}`;
  return runWithContext({ requestId }, () => effect.deliver(message.payload, context));
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
    state: dead ? "dead" : "pending",
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
    [{ $set: { state: "delivered", deliveredAt: databaseTime(), lease: null, lastError: null } }],
    { updatePipeline: true },
  );
}

async function giveBack(messages: readonly OutboxMessageDoc[], token: string): Promise<void> {
  if (messages.length === 0) return;
  await OutboxMessage.updateMany(
    { _id: trusted({ $in: messages.map(({ _id }) => _id) }), "lease.token": token },
    [{ $set: { dueAt: databaseTime(), lease: null, attempts: { $subtract: ["$attempts", 1] } } }],
    { updatePipeline: true },
  );
}

/** Runs `work` over the items, at most `atOnce` at a time. */
async function forEachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}

export interface OutboxWorker {
  /** Claims nothing more and waits for the batch in flight. */
  stop(): Promise<void>;
}

/** How often to poll without a nudge: for messages of other processes and for those that become due. */
const POLL_MS = 1_000;
/** The wait after a nudge: under load several messages share the round trips of a batch. */
const GATHER_MS = 50;

/** Starts delivering in the background. */
export function startOutboxWorker(effects: OutboxEffects, { pollMs = POLL_MS } = {}): OutboxWorker {
  let stopping = false;
  let nudged = false;
  let wake = (): void => undefined;
  const stopListening = onOutboxNudge(() => {
    nudged = true;
    wake();
  });
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (nudged || stopping) wake();
    });
  const loop = async () => {
    while (!stopping) {
      nudged = false;
      const taken = await deliverDue(effects).catch((error: unknown) => {
        logger.error({ err: error }, "> The outbox could not be read or written");
        return 0;
      });
      if (taken < BATCH) await pause();
      if (nudged && !stopping) await sleep(GATHER_MS);
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping = true;
      stopListening();
      wake();
      await running;
    },
  };
}
