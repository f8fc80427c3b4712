import { setTimeout as sleep } from "node:timers/promises";
import mongoose, { mongo } from "mongoose";
import { type PreparedModel, preparedCollections } from "../models/index.js";
import { tidyUp } from "../utils/async.js";
import { followDatabase } from "../utils/clock.js";
import { crashPointsAreOn, watchDatabaseWrites } from "../utils/crash-points.js";
import { logger } from "./logger.config.js";
import { watchPool } from "./metrics.config.js";

/**
 * These options win over the connection string. Majority everywhere: what has been acknowledged survives an
 * election, a snapshot transaction sees it, and a write that loses waits until the winner's is committed, so
 * the read that follows it is never stale. The short timeouts make a dead primary cost seconds, not half a
 * minute; a request's own timeouts must be longer.
 */
const CLIENT_OPTIONS = {
  maxPoolSize: 50,
  /** What a burst opened is closed again. Five minutes, because opening connections costs the next burst time. */
  maxIdleTimeMS: 300_000,
  /** Also applies to the monitor: with the default of 30 s a frozen primary goes unnoticed that long. */
  connectTimeoutMS: 3_000,
  serverSelectionTimeoutMS: 5_000,
  socketTimeoutMS: 20_000,
  heartbeatFrequencyMS: 2_000,
  /** A burst of 50 placements on two busy cores waits for connections; beyond that, refuse rather than queue. */
  waitQueueTimeoutMS: 5_000,
  retryWrites: true,
  retryReads: true,
  readConcernLevel: "majority",
  readPreference: "primary",
  writeConcern: { w: "majority", wtimeoutMS: 5_000 },
  journal: true,
  monitorCommands: crashPointsAreOn,
} as const satisfies mongo.MongoClientOptions;

// Operators in a filter are refused unless our own code marks them with `trusted()`; an unknown path in a
// filter is an error; nothing is queued in memory while there is no connection.
mongoose.set("sanitizeFilter", true);
mongoose.set("strictQuery", "throw");
mongoose.set("runValidators", true);
mongoose.set("autoIndex", false);
mongoose.set("autoCreate", false);
mongoose.set("bufferCommands", false);

/** When both restart, the database may come up later than the service: six attempts of 5 s. */
const CONNECT_ATTEMPTS = 6;

/** `j` is the old name of `journal`. In a connection string it would override the option above. */
const withoutOldJournal = (uri: string): string => uri.replace(/(?<=[?&])j=[^&]*&?/, "");

/**
 * @param changes options of a command that works on the whole database, where one statement may take minutes
 * @throws MongoServerSelectionError when the database does not answer for about 30 s
 */
export async function connectDatabase(
  uri: string,
  changes: Pick<mongo.MongoClientOptions, "socketTimeoutMS"> = {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mongoose.connect(withoutOldJournal(uri), { ...CLIENT_OPTIONS, ...changes });
      const client = mongoose.connection.getClient();
      watchPool(client);
      watchDatabaseWrites(client);
      await followClock(client);
      return;
    } catch (error) {
      if (attempt >= CONNECT_ATTEMPTS || !isAway(error)) throw error;
      logger.warn({ attempt }, "> The database does not answer yet; trying again");
    }
  }
}

/** The primary says what time it is with every heartbeat. The first one may have passed, so it is asked once. */
async function followClock(client: mongo.MongoClient): Promise<void> {
  const read = ({ isWritablePrimary, localTime }: mongo.Document): void => {
    if (isWritablePrimary === true && localTime instanceof Date) followDatabase(localTime);
  };
  client.on("serverHeartbeatSucceeded", ({ reply }) => read(reply));
  // Without an answer, the next heartbeat says it within seconds.
  await tidyUp(client.db("admin").command({ hello: 1 }).then(read));
}

const isAway = (error: unknown): boolean =>
  error instanceof mongo.MongoServerSelectionError ||
  error instanceof mongoose.Error.MongooseServerSelectionError;

/** Everything that the models need, in an empty database or in one that has been migrated. */
export async function prepareDatabase(): Promise<void> {
  await prepareCollections();
  await prepareIndexes();
}

/**
 * Creates every collection before the service is ready: a transaction must not create them implicitly, and some servers
 * fail when several connections create a collection at once. Two instances may run this at the same time.
 */
export async function prepareCollections(): Promise<void> {
  const database = currentDatabase();
  const there = await database.listCollections({}, { nameOnly: true }).toArray();
  const names = new Set(there.map((collection) => collection.name));
  for (const { collection } of preparedCollections) {
    if (!names.has(collection.collectionName))
      await tolerantly(() => database.createCollection(collection.collectionName));
  }
}

/** Creates every index that is missing. It drops none: migrations do that. */
export async function prepareIndexes(): Promise<void> {
  const database = currentDatabase();
  for (const model of preparedCollections) {
    const indexes = indexesOf(model);
    if (indexes.length > 0)
      await tolerantly(() => database.collection(model.collection.collectionName).createIndexes(indexes));
  }
}

/** @throws Error when there is no connection yet */
export function currentDatabase(): mongo.Db {
  const { db } = mongoose.connection;
  if (!db) throw new Error("connectDatabase() comes first");
  return db;
}

export const indexesOf = (model: PreparedModel): mongo.IndexDescription[] =>
  model.schema.indexes().map(([key, { background: _background, ...options }]) => ({
    ...(options as mongo.CreateIndexesOptions),
    key: key as mongo.IndexDescription["key"],
  }));

/** Another instance prepares the same database. */
const NAMESPACE_EXISTS = 48;
/** The same: WriteConflict, ConflictingOperationInProgress, IndexBuildAborted. */
const AT_THE_SAME_TIME: readonly unknown[] = [112, 117, 276];
/** The primary changes: ShutdownInProgress, PrimarySteppedDown, NotWritablePrimary, InterruptedAtShutdown, InterruptedDueToReplStateChange. */
const NO_PRIMARY: readonly unknown[] = [91, 189, 10107, 11600, 11602];
const TOLERANT_ATTEMPTS = 6;
/** Five pauses are longer than an election. The driver does not repeat these commands by itself. */
const ELECTION_PAUSE_MS = 3_000;

/** For what may be done twice: tries again while the primary changes, a connection breaks, or another instance does the same. */
export async function tolerantly(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const code = error instanceof mongo.MongoServerError ? error.code : undefined;
      if (code === NAMESPACE_EXISTS) return;
      const isWithoutPrimary = NO_PRIMARY.includes(code) || error instanceof mongo.MongoNetworkError;
      if (attempt >= TOLERANT_ATTEMPTS || !(isWithoutPrimary || AT_THE_SAME_TIME.includes(code))) throw error;
      if (isWithoutPrimary) await sleep(ELECTION_PAUSE_MS);
    }
  }
}

export async function disconnectDatabase(): Promise<void> {
  await mongoose.disconnect();
}

export type DatabaseState = "connected" | "connecting" | "disconnecting" | "disconnected";

/** The state according to the driver's monitor; `pingDatabase` asks the server. */
export function databaseState(): DatabaseState {
  switch (mongoose.connection.readyState) {
    case mongoose.ConnectionStates.connected:
      return "connected";
    case mongoose.ConnectionStates.connecting:
      return "connecting";
    case mongoose.ConnectionStates.disconnecting:
      return "disconnecting";
    default:
      return "disconnected";
  }
}

/**
 * Pings the primary.
 * @param timeoutMs after this time the database counts as unavailable
 * @returns the duration in milliseconds, or null without an answer.
 */
export async function pingDatabase(timeoutMs = 1_000): Promise<number | null> {
  const startedAt = performance.now();
  try {
    await currentDatabase().command({ ping: 1 }, { timeoutMS: timeoutMs });
    return Math.round(performance.now() - startedAt);
  } catch {
    return null;
  }
}
