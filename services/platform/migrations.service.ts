import { setTimeout as sleep } from "node:timers/promises";
import { type RunnableMigration, Umzug } from "umzug";
import {
  currentDatabase,
  prepareCollections,
  prepareIndexes,
  tolerantly,
} from "../../config/database.config.js";
import { config } from "../../config/env.config.js";
import { logger } from "../../config/logger.config.js";
import { type Migration, type MigrationContext, migrations } from "../../migrations/index.js";
import {
  Lease,
  type MigrationDoc,
  MigrationRecord,
  type PreparedModel,
  preparedCollections,
} from "../../models/index.js";
import { acquireLease, keepLease, releaseLease } from "./lease.service.js";

/**
 * Versioned changes of the database (`migrations/`). One process applies them at a time, behind a lease. A migration is
 * recorded when it is complete; one that was interrupted runs again from its beginning.
 */

const LEASE = "migrations";
/** After a crash, the next attempt waits this long. */
const LEASE_MS = 15_000;
const POLL_MS = 250;

/** The database has not been migrated to what this version of the service expects. */
export class MigrationsPendingError extends Error {
  constructor(readonly names: readonly string[]) {
    super(
      `The database lacks ${names.join(", ")}: run \`npm run migrate\` of this version, then start again`,
    );
    this.name = "MigrationsPendingError";
  }
}

/** What `down` cannot do; the message says why. */
export class MigrationRefusedError extends Error {
  override name = "MigrationRefusedError";
}

export interface MigrationStatus {
  name: string;
  /** Null: of a later version of the service. */
  description: string | null;
  /** Null: pending. */
  appliedAt: Date | null;
}

/** Every migration that this version or the database knows, in order. */
export async function listMigrations(known: readonly Migration[] = migrations): Promise<MigrationStatus[]> {
  const records = await MigrationRecord.find().lean<MigrationDoc[]>();
  const appliedAt = new Map(records.map((record) => [record._id, record.appliedAt]));
  const own = known.map(({ name, description }) => ({
    name,
    description,
    appliedAt: appliedAt.get(name) ?? null,
  }));
  const names = new Set(known.map(({ name }) => name));
  const later = records
    .filter(({ _id }) => !names.has(_id))
    .map((record) => ({ name: record._id, description: null, appliedAt: record.appliedAt }));
  return [...own, ...later].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Applies what is pending. Waits while another process does so.
 * @returns the names of those that this call has applied
 */
export function applyMigrations(known: readonly Migration[] = migrations): Promise<string[]> {
  return withLease(async (signal) => namesOf(await runnerOf(known, signal).up()));
}

/**
 * Reverts the newest migration, or all back to and including `to`. Stop this version of the service first: it may not
 * work with what is left.
 * @throws MigrationRefusedError when `to` is not applied, or a later version of the service has applied others
 */
export function revertMigrations(
  to: string | null = null,
  known: readonly Migration[] = migrations,
): Promise<string[]> {
  return withLease(async (signal) => {
    const applied = (await listMigrations(known)).filter(({ appliedAt }) => appliedAt !== null);
    const later = applied.filter(({ description }) => description === null).map(({ name }) => name);
    if (later.length > 0) {
      throw new MigrationRefusedError(
        `${later.join(", ")} are of a later version: revert them with that version first`,
      );
    }
    if (to !== null && !applied.some(({ name }) => name === to)) {
      throw new MigrationRefusedError(`${to} is not applied`);
    }
    return namesOf(await runnerOf(known, signal).down(to === null ? { step: 1 } : { to }));
  });
}

/**
 * Prepares the database of `connectDatabase` for this version of the service. Outside production, and in a new database,
 * it applies the migrations itself. In production an operator decides when: after a backup, before the new version starts.
 * @throws MigrationsPendingError in production, when a database with data is not migrated
 */
export const prepareMigratedDatabase = (): Promise<void> => tolerantly(prepareOnce);

async function prepareOnce(): Promise<void> {
  await prepareCollections();
  const all = await listMigrations();
  const pending = all.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name);
  const later = all.filter(({ description }) => description === null).map(({ name }) => name);
  // During a rolling upgrade an instance of the old version may have to restart.
  if (later.length > 0)
    logger.warn({ later }, "> The database was migrated by a later version of the service");
  if (pending.length > 0) {
    if (config.env === "production" && !(await isNewDatabase())) throw new MigrationsPendingError(pending);
    await applyMigrations();
  }
  await prepareIndexes();
}

/** What the preparation itself writes. */
const PREPARATION: readonly PreparedModel[] = [MigrationRecord, Lease];

/** Also while another instance prepares the same new database. */
async function isNewDatabase(): Promise<boolean> {
  const db = currentDatabase();
  for (const model of preparedCollections) {
    if (PREPARATION.includes(model)) continue;
    if (await db.collection(model.collection.collectionName).findOne({}, { projection: { _id: 1 } }))
      return false;
  }
  return true;
}

const namesOf = (done: readonly { name: string }[]): string[] => done.map(({ name }) => name);

async function withLease<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  let grant = await acquireLease(LEASE, LEASE_MS);
  if (!grant) logger.info("> Waiting for another process that migrates this database");
  while (!grant) {
    await sleep(POLL_MS);
    grant = await acquireLease(LEASE, LEASE_MS);
  }
  const keeper = keepLease(grant, LEASE_MS);
  try {
    return await work(keeper.signal);
  } finally {
    keeper.stop();
    await releaseLease(grant);
  }
}

function runnerOf(known: readonly Migration[], signal: AbortSignal): Umzug<MigrationContext> {
  return new Umzug<MigrationContext>({
    migrations: known.map((migration) => toRunnable(migration, signal)),
    context: { db: currentDatabase(), signal },
    logger: undefined,
    storage: {
      executed: async () => (await MigrationRecord.find().sort({ _id: 1 }).lean()).map(({ _id }) => _id),
      async logMigration({ name }) {
        signal.throwIfAborted();
        const set = [{ $set: { appliedAt: "$$NOW", serviceVersion: { $literal: config.version } } }];
        await MigrationRecord.updateOne({ _id: name }, set, { upsert: true, updatePipeline: true });
      },
      async unlogMigration({ name }) {
        signal.throwIfAborted();
        await MigrationRecord.deleteOne({ _id: name });
      },
    },
  });
}

function toRunnable(migration: Migration, signal: AbortSignal): RunnableMigration<MigrationContext> {
  const run = (direction: "up" | "down") => async (params: { context: MigrationContext }) => {
    signal.throwIfAborted();
    const startedAt = performance.now();
    await migration[direction](params.context);
    const ms = Math.round(performance.now() - startedAt);
    logger.info({ migration: migration.name, direction, ms }, "> Migrated");
  };
  return { name: migration.name, up: run("up"), down: run("down") };
}
