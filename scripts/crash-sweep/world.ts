import mongoose from "mongoose";
import { databaseUri } from "../mongo/database-uri.js";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.js";
import { type ServiceProcess, startService } from "../support/service-process.js";

export type Db = mongoose.mongo.Db;

/** One database and one sandbox for every visit of a sweep; each visit finds both as new. */
export interface SweepWorld {
  sandbox: Sandbox;
  /** The service's database as it is stored. */
  db: Db;
  /** Starts the built service in this world. */
  startService(options?: ServiceStart): Promise<ServiceProcess>;
  close(): Promise<void>;
}

export interface ServiceStart {
  /** `CRASH_POINTS` */
  crashPoints?: string;
  /** Variables of the journey. */
  env?: Readonly<Record<string, string>>;
}

/** The build without what costs time at the start: a process lives for two seconds here. */
const COMMAND = [
  process.execPath,
  "--min-semi-space-size=64",
  "--max-semi-space-size=64",
  "dist/index.js",
] as const;

export async function openWorld(mongoUri: string, databaseName: string): Promise<SweepWorld> {
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
          // So that what a dead process left open can be told from what others are doing.
          MONGODB_URI: `${uri}&appName=${databaseName}`,
          RATE_LIMIT_PER_MINUTE: "0",
          // Deliveries and jobs happen when the sweep says so: each run must be the same as the last.
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

/** Stored settings are kept: a process reads them once. */
const KEPT = new Set(["settings"]);

export async function resetWorld({ db, sandbox }: SweepWorld): Promise<void> {
  const collections = await db.collections();
  const emptied = collections.filter(
    ({ collectionName }) => !KEPT.has(collectionName) && !collectionName.startsWith("system."),
  );
  await Promise.all(emptied.map((collection) => collection.deleteMany({})));
  await sandbox.control.sandbox.reset();
  // The sweep delivers them itself, under request ids that it knows.
  sandbox.control.razorpay.configure({ webhooks: { hold: true } });
}

/**
 * What the server does by itself after `transactionLifetimeLimitSeconds`: transactions that a dead process
 * left open end, and what they had locked is free.
 */
export async function endOpenTransactions({ db }: SweepWorld): Promise<void> {
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
