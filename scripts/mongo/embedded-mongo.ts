/**
 * A real MongoDB replica set that lives as long as its owner: for the tests, the sandbox and the
 * demo. It starts the program that `scripts/setup.mjs` found or installed and never downloads one
 * itself. Where `MONGODB_URI` is set, that server is used and nothing is started.
 */
import { MongoMemoryReplSet } from "mongodb-memory-server";
import { MONGODB_VERSION, type ResolvedMongod, resolveMongod } from "./find-mongod.mjs";
import { makeRamFolder, removeFolder } from "./ram-folder.js";

/** Wine's first program after a reboot may have to update its folder first. */
const LAUNCH_TIMEOUT_MS = 60_000;

/** A process killed inside its commit leaves its writes locked for this long (MongoDB's default is 60 s). */
const TRANSACTION_LIFETIME_LIMIT_SECONDS = 15;

export interface EmbeddedMongoOptions {
  /** One member is a full replica set for transactions; three are for tests of elections. Default 1. */
  readonly members?: 1 | 3;
  /** A fixed port of the first member, the others follow. Default: free ports. */
  readonly port?: number;
  /** An existing folder that outlives the server; needs the same `port` each time. One member only. Default: a temporary folder. */
  readonly dbPath?: string;
  /** Keeps the data in memory where there is room, else in a temporary folder. One member only. Default false. */
  readonly inMemory?: boolean;
  /** Allows fail points (`configureFailPoint`), to make the database itself misbehave. Default false. */
  readonly testCommands?: boolean;
  /** Further arguments of `mongod`. */
  readonly extraArgs?: readonly string[];
}

export interface EmbeddedMongo {
  /** Without a database name: see `databaseUri`. */
  readonly uri: string;
  /** Where the server comes from. */
  readonly source: ResolvedMongod["source"];
  /** Stops the server and removes its temporary folder; does nothing for the server of `MONGODB_URI`. */
  stop(): Promise<void>;
}

/**
 * Starts a replica set and waits until it takes writes (3 s under Wine, less elsewhere).
 * @throws when `scripts/setup.mjs` has not been run, or a fixed port is taken.
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
  return {
    uri: replicaSet.getUri(),
    source: mongod.source,
    stop: async () => {
      await replicaSet.stop({ doCleanup: true });
      if (ramFolder !== undefined) removeFolder(ramFolder);
    },
  };
}

/** mongodb-memory-server takes these from the environment only. Asking the program's version costs 0.4 s. */
function forbidDownloads(): void {
  process.env.MONGOMS_RUNTIME_DOWNLOAD = "false";
  process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK = "false";
}

function serverArguments({ testCommands, extraArgs }: EmbeddedMongoOptions): string[] {
  return [
    "--setParameter",
    `transactionLifetimeLimitSeconds=${TRANSACTION_LIFETIME_LIMIT_SECONDS}`,
    ...(testCommands ? ["--setParameter", "enableTestCommands=1"] : []),
    // Half of the memory is MongoDB's default; three members would ask for more than there is.
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

/** mongodb-memory-server takes another port, without a word, when the wanted one is in use. */
async function assertPort(replicaSet: MongoMemoryReplSet, port: number | undefined): Promise<void> {
  const actual = replicaSet.servers[0]?.instanceInfo?.port;
  if (port === undefined || actual === port) return;
  await replicaSet.stop({ doCleanup: true });
  throw new Error(`port ${port} is already in use`);
}
