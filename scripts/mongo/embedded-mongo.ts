/**
 * A MongoDB replica set for the tests, the sandbox and the demo, which stops with its owner. It starts the
 * program that `scripts/setup.mjs` found or installed and never downloads one. If `MONGODB_URI` is set, that
 * server is used instead.
 */
import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { MongoMemoryReplSet } from "mongodb-memory-server";
import mongoose from "mongoose";
import { MONGODB_VERSION, type ResolvedMongod, resolveMongod } from "./find-mongod.mjs";

/** After a reboot, the first program under Wine may have to update Wine's folder. */
const LAUNCH_TIMEOUT_MS = 60_000;

/** A process that is killed in a transaction leaves its locks for this long (MongoDB's default: 60 s). */
const TRANSACTION_LIFETIME_LIMIT_SECONDS = 15;

export interface EmbeddedMongoOptions {
  /** One member is enough for transactions; elections need three. Default 1. */
  readonly members?: 1 | 3;
  /** The port of the first member; the others follow. Default: free ports. */
  readonly port?: number;
  /** An existing folder to keep the data in. It needs the same `port` each time and one member. Default: a temporary folder. */
  readonly dbPath?: string;
  /** Keeps the data in memory if there is room, else in a temporary folder. One member only. Default false. */
  readonly inMemory?: boolean;
  /**
   * Whether a write with a majority waits until it is in the journal. Without, the last writes are lost when the server
   * is killed, but each write is cheaper. Default true.
   */
  readonly waitForJournal?: boolean;
  /** Allows fail points (`configureFailPoint`). Default false. */
  readonly testCommands?: boolean;
  /** Further arguments of `mongod`. */
  readonly extraArgs?: readonly string[];
}

export interface EmbeddedMongo {
  /** Without a database name: see `databaseUri`. */
  readonly uri: string;
  /** How the server's program was found. */
  readonly source: ResolvedMongod["source"];
  /** Stops the server and removes its temporary folder; does nothing for the server of `MONGODB_URI`. */
  stop(): Promise<void>;
}

/**
 * Starts a replica set and waits until it accepts writes (3 s under Wine, less elsewhere).
 * @throws when `scripts/setup.mjs` has not run, or a fixed port is taken
 */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions = {}): Promise<EmbeddedMongo> {
  const mongod = resolveMongod();
  if (mongod === null) throw new Error("no MongoDB found: run `node scripts/setup.mjs` first");
  if (mongod.source === "MONGODB_URI") {
    return { uri: mongod.uri, source: mongod.source, stop: () => Promise.resolve() };
  }
  forbidDownloads();
  const ramFolder = options.inMemory ? makeRamFolder() : undefined;
  const replicaSet = await MongoMemoryReplSet.create({
    binary: { systemBinary: mongod.binary, version: MONGODB_VERSION },
    replSet: {
      name: "rs0",
      count: options.members ?? 1,
      storageEngine: "wiredTiger",
      args: serverArguments(options),
    },
    instanceOpts: memberOptions({ ...options, dbPath: options.dbPath ?? ramFolder }),
  });
  await assertPort(replicaSet, options.port);
  if (options.waitForJournal === false) await stopWaitingForJournal(replicaSet.getUri());
  return {
    uri: replicaSet.getUri(),
    source: mongod.source,
    stop: async () => {
      await replicaSet.stop({ doCleanup: true });
      if (ramFolder !== undefined) removeFolder(ramFolder);
    },
  };
}

/** mongodb-memory-server reads these only from the environment. Its version check costs 0.4 s. */
function forbidDownloads(): void {
  process.env.MONGOMS_RUNTIME_DOWNLOAD = "false";
  process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK = "false";
}

function serverArguments({ testCommands, extraArgs }: EmbeddedMongoOptions): string[] {
  return [
    "--setParameter",
    `transactionLifetimeLimitSeconds=${TRANSACTION_LIFETIME_LIMIT_SECONDS}`,
    ...(testCommands ? ["--setParameter", "enableTestCommands=1"] : []),
    // MongoDB's default is half of the memory, which is too much for three members.
    "--wiredTigerCacheSizeGB",
    "0.5",
    ...(extraArgs ?? []),
  ];
}

function memberOptions({ members = 1, port, dbPath }: EmbeddedMongoOptions) {
  return Array.from({ length: members }, (_, index) => ({
    launchTimeout: LAUNCH_TIMEOUT_MS,
    ...(port === undefined ? {} : { port: port + index }),
    ...(dbPath === undefined || index > 0 ? {} : { dbPath }),
  }));
}

/** Sets `writeConcernMajorityJournalDefault`, which mongodb-memory-server does not know. */
async function stopWaitingForJournal(uri: string): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(uri);
  try {
    const admin = client.db("admin");
    const { config } = await admin.command({ replSetGetConfig: 1 });
    const changed = { ...config, version: config.version + 1, writeConcernMajorityJournalDefault: false };
    await admin.command({ replSetReconfig: changed });
  } finally {
    await client.close();
  }
}

/** mongodb-memory-server silently uses another port when the requested one is in use. */
async function assertPort(replicaSet: MongoMemoryReplSet, port: number | undefined): Promise<void> {
  const actual = replicaSet.servers[0]?.instanceInfo?.port;
  if (port === undefined || actual === port) return;
  await replicaSet.stop({ doCleanup: true });
  throw new Error(`port ${port} is already in use`);
}

/** Linux's file system in memory. Containers may limit it to 64 MB, which is too little. */
const RAM_DISK = "/dev/shm";
/** A test run uses 0.2 GB, of which the journal preallocates half; the rest is a reserve. */
const NEEDED_BYTES = 2 * 1024 ** 3;
const RAM_PREFIX = "order-payment-mongo-";

/**
 * Creates a folder in memory, where waiting for the journal needs no disk access. Write concerns keep their
 * meaning. It also removes the folders of runs that were killed.
 * @returns undefined when there is not enough memory
 */
function makeRamFolder(): string | undefined {
  try {
    for (const name of readdirSync(RAM_DISK)) if (isAbandoned(name)) removeFolder(join(RAM_DISK, name));
    const { bavail, bsize } = statfsSync(RAM_DISK);
    return bavail * bsize < NEEDED_BYTES
      ? undefined
      : mkdtempSync(join(RAM_DISK, `${RAM_PREFIX}${process.pid}-`));
  } catch {
    return undefined;
  }
}

const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

function isAbandoned(name: string): boolean {
  if (!name.startsWith(RAM_PREFIX)) return false;
  try {
    process.kill(Number.parseInt(name.slice(RAM_PREFIX.length), 10), 0);
    return false;
  } catch (error) {
    return Object(error).code === "ESRCH";
  }
}
