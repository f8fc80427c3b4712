import type { mongo } from "mongoose";

export interface MigrationContext {
  db: mongo.Db;
  /** Aborted when another process has taken over: stop at the next batch. */
  signal: AbortSignal;
}

/**
 * A versioned change of the database. Both directions may be interrupted at any point and run again, so each step
 * selects only what still needs it. A migration uses the driver and literal values, never our models or constants:
 * those change, while what it found and left behind does not.
 */
export interface Migration {
  /** The file's name. The digits in front give the order. */
  name: string;
  description: string;
  up(context: MigrationContext): Promise<void>;
  /** Lets the previous version of the service run again. Data that this version ignores may stay. */
  down(context: MigrationContext): Promise<void>;
}

/** Few enough to take well under a second, so that a lost lease is noticed and no lock is held for long. */
const BATCH_SIZE = 1_000;

type Document = mongo.Document;

/** Updates all documents of the filter in the order of their ids. Documents that do not need it must not match. */
export async function updateInBatches(
  { db, signal }: MigrationContext,
  collectionName: string,
  filter: mongo.Filter<Document>,
  update: mongo.UpdateFilter<Document> | Document[],
): Promise<void> {
  const collection = db.collection(collectionName);
  let after: mongo.Filter<Document> = {};
  for (;;) {
    signal.throwIfAborted();
    const ids = await collection
      .find({ $and: [after, filter] }, { projection: { _id: 1 }, sort: { _id: 1 }, limit: BATCH_SIZE })
      .map(({ _id }) => _id)
      .toArray();
    const last = ids.at(-1);
    if (last === undefined) return;
    await collection.updateMany({ $and: [{ _id: { $in: ids } }, filter] }, update);
    after = { _id: { $gt: last } };
  }
}

export interface IndexChoice {
  collection: string;
  name: string;
  /** Only an index with this key: its name was kept when the key changed. */
  key?: Document;
}

const INDEX_NOT_FOUND = 27;

/** Drops those that exist. The service creates its own indexes afterwards. */
export async function dropIndexes({ db, signal }: MigrationContext, choices: readonly IndexChoice[]) {
  const names = new Set(
    await db
      .listCollections({}, { nameOnly: true })
      .map(({ name }) => name)
      .toArray(),
  );
  for (const { collection: collectionName, name, key } of choices) {
    signal.throwIfAborted();
    if (!names.has(collectionName)) continue;
    const collection = db.collection(collectionName);
    const existing = (await collection.indexes()).find((index) => index.name === name);
    if (!existing || (key && JSON.stringify(existing.key) !== JSON.stringify(key))) continue;
    await collection.dropIndex(name).catch((error: unknown) => {
      if (Object(error).code !== INDEX_NOT_FOUND) throw error;
    });
  }
}
