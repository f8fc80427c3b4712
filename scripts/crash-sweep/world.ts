import mongoose from "mongoose";
import { databaseUri } from "../mongo/database-uri.js";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.js";
import { type ServiceProcess, startService } from "../support/service-process.js";

export type Db = mongoose.mongo.Db;

/** The database and the sandbox of a sweep. `resetWorld` empties both before each visit. */
export interface SweepWorld {
  sandbox: Sandbox;
  /** The service's database, without models. */
  db: Db;
  /** Starts the built service in this world. */
  startService(options?: ServiceStart): Promise<ServiceProcess>;
  close(): Promise<void>;
}

export interface ServiceStart {
  /** `CRASH_POINTS` */
  crashPoints?: string;
  /** Environment variables of the journey. */
  env?: Readonly<Record<string, string>>;
}

/** Without source maps, which slow down the start: a process lives for two seconds here. */
const COMMAND = [
  process.execPath,
  "--min-semi-space-size=64",
  "--max-semi-space-size=64",
  "dist/index.js",
] as const;

export async function openSweepWorld(mongoUri: string, databaseName: string): Promise<SweepWorld> {
  const sandbox = await startSandbox({ mongoUri, databaseName: `${databaseName}_stock` });
  const uri = databaseUri(mongoUri, databaseName);
  const client = await mongoose.mongo.MongoClient.connect(uri);
  const db = client.db();
  return {
    sandbox,
    db,
    startService: ({ crashPoints, env = {} } = {}) =>
      startService({
        command: COMMAND,
        env: {
          ...sandbox.env,
          NODE_ENV: "test",
          LOG_LEVEL: "warn",
          // Tells the transactions of a dead process from those of other clients.
          MONGODB_URI: `${uri}&appName=${databaseName}`,
          RATE_LIMIT_PER_MINUTE: "0",
          OVERLOAD_DELAY_MS: "0",
          // The sweep itself runs jobs and deliveries, so that every run is the same.
          SCHEDULER_ENABLED: "false",
          ...env,
          ...(crashPoints === undefined ? {} : { CRASH_POINTS: crashPoints }),
        },
      }),
    async close() {
      await sandbox.stop();
      await db.dropDatabase();
      await client.close();
    },
  };
}

/** Settings are kept, because a process reads them only once. */
const KEPT = new Set(["settings"]);

export async function resetWorld({ db, sandbox }: SweepWorld): Promise<void> {
  const collections = await db.collections();
  const toEmpty = collections.filter(
    ({ collectionName }) => !KEPT.has(collectionName) && !collectionName.startsWith("system."),
  );
  await Promise.all(toEmpty.map((collection) => collection.deleteMany({})));
  await sandbox.control.sandbox.reset();
  // The sweep delivers webhooks itself, with request ids of its own.
  sandbox.control.razorpay.configure({ webhooks: { hold: true } });
}

/**
 * Aborts the transactions that a dead process left open and releases their locks, as the server does by
 * itself after `transactionLifetimeLimitSeconds`.
 */
export async function endOpenTransactions({ db }: Pick<SweepWorld, "db">): Promise<void> {
  const admin = db.client.db("admin");
  const open = await admin
    .aggregate<{ lsid: { id: unknown } }>(
      [
        { $currentOp: { idleSessions: true, allUsers: true } },
        {
          $match: { appName: db.databaseName, transaction: { $exists: true }, "lsid.id": { $exists: true } },
        },
      ],
      { readConcern: { level: "local" } },
    )
    .toArray();
  if (open.length > 0) await admin.command({ killSessions: open.map(({ lsid }) => ({ id: lsid.id })) });
}
