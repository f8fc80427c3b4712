import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Model, type Types, trusted } from "mongoose";
import { tidyUp } from "../../utils/async.js";
import { ConflictError } from "../../utils/errors.js";

/**
 * A short lease inside a document queues the writers of one cart or one checkout. It is there for order, not for
 * correctness: each write still compares the lease token (and the version), so that a holder that froze and
 * resumes late changes nothing.
 */
export interface DocumentLease {
  token: string;
  until: Date;
}

export interface Leasable {
  _id: Types.ObjectId;
  lease?: DocumentLease | null;
}

export interface LeaseOptions<D extends Leasable> {
  model: Model<D>;
  id: Types.ObjectId;
  /** After this many milliseconds another writer may take over. Longer than the longest legitimate work. */
  ttlMs: number;
  /** Milliseconds to wait in the queue before 409 REQUEST_IN_PROGRESS. */
  waitMs: number;
}

/** Writers of this process queue here, in order, and do not poll the database. */
const queues = new Map<string, Promise<unknown>>();

/** Another process usually releases within milliseconds, so polling is frequent; jitter avoids lockstep. */
const POLL_MS = 8;
const POLL_JITTER_MS = 12;

/** Work under the lease. It calls `ended` once its own committed write has released the lease: that saves a write. */
export type LeasedWork<D, T> = (document: D | null, token: string, ended: () => void) => Promise<T>;

/**
 * Runs `work` while holding the document's lease.
 * When the document does not exist, `work` receives null.
 * @throws ConflictError REQUEST_IN_PROGRESS when the queue does not move within `waitMs`
 */
export async function withDocumentLease<D extends Leasable, T>(
  options: LeaseOptions<D>,
  work: LeasedWork<D, T>,
): Promise<T> {
  const key = `${options.model.collection.name}:${options.id.toHexString()}`;
  const mine = waitForTurn(queues.get(key), options.waitMs).then(() => holdAndWork(options, work));
  const settled = mine.catch(() => undefined);
  queues.set(key, settled);
  try {
    return await mine;
  } finally {
    if (queues.get(key) === settled) queues.delete(key);
  }
}

const tooLong = () =>
  new ConflictError("REQUEST_IN_PROGRESS", "Another change is still in progress; try again", undefined, 1);

/** Waits for the writer ahead, up to `waitMs`: requests must not pile up behind a call that hangs. */
async function waitForTurn(before: Promise<unknown> | undefined, waitMs: number): Promise<void> {
  if (!before) return;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLong()), waitMs);
  });
  try {
    await Promise.race([before, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function holdAndWork<D extends Leasable, T>(
  options: LeaseOptions<D>,
  work: LeasedWork<D, T>,
): Promise<T> {
  const token = randomUUID();
  const document = await acquire(options, token);
  let isHeld = document !== null;
  try {
    return await work(document, token, () => {
      isHeld = false;
    });
  } finally {
    // A lease that cannot be released expires by itself; the result of the work stands.
    if (isHeld) await tidyUp(release(options, token));
  }
}

async function acquire<D extends Leasable>(options: LeaseOptions<D>, token: string): Promise<D | null> {
  const deadline = performance.now() + options.waitMs;
  for (;;) {
    const held = await options.model
      .findOneAndUpdate(
        { _id: options.id, $or: [{ lease: null }, { $expr: trusted({ $lt: ["$lease.until", "$$NOW"] }) }] },
        [{ $set: { lease: { token, until: databaseTimeIn(options.ttlMs) } } }],
        { returnDocument: "after", updatePipeline: true, timestamps: false },
      )
      .lean<D>();
    if (held) return held;
    if (!(await options.model.exists({ _id: options.id }))) return null;
    if (performance.now() > deadline) throw tooLong();
    await sleep(POLL_MS + Math.random() * POLL_JITTER_MS);
  }
}

/** An aggregation expression for the end of a lease: the database clock plus some milliseconds. */
export const databaseTimeIn = (milliseconds: number) => ({ $add: ["$$NOW", milliseconds] });

/** A no-op when the work's own write has cleared the lease (the usual case) or another writer has taken over. */
async function release<D extends Leasable>(options: LeaseOptions<D>, token: string): Promise<void> {
  await options.model.collection.updateOne(
    { _id: options.id, "lease.token": token },
    { $set: { lease: null } },
  );
}
