import mongoose from "mongoose";
import { indexesOf } from "../../config/database.config.js";
import type { PreparedModel } from "../../models/index.js";

type Database = mongoose.mongo.Db;
/** Documents by collection name. */
export type Batch = Record<string, mongoose.mongo.Document[]>;

/** Batches in flight: one is built while others are written. */
const AT_ONCE = 3;
/** Documents have a few kilobytes, so this is far below the 16 MB limit of a command. */
const MOST_IN_A_COMMAND = 2_000;

/** Creates collections one by one. When several connections create them implicitly at once, some servers stop. */
export async function createCollections(db: Database, names: readonly string[]): Promise<void> {
  const existing = await db.listCollections({}, { nameOnly: true }).toArray();
  const known = new Set(existing.map(({ name }) => name));
  for (const name of names) if (!known.has(name)) await db.createCollection(name);
}

/** Writes all batches, a few at a time and in any order. @param build called with the index of the batch */
export async function writeBatches(
  db: Database,
  count: number,
  build: (index: number) => Batch,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  for (let index = 0; index < count; index += 1) {
    const writing: Promise<void> = writeBatch(db, build(index)).finally(() => inFlight.delete(writing));
    inFlight.add(writing);
    if (inFlight.size >= AT_ONCE) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
}

async function writeBatch(db: Database, batch: Batch): Promise<void> {
  await Promise.all(
    Object.entries(batch).map(async ([name, rows]) => {
      for (let first = 0; first < rows.length; first += MOST_IN_A_COMMAND)
        await insert(db, name, rows.slice(first, first + MOST_IN_A_COMMAND));
    }),
  );
}

/** Collections that are indexed at once; each uses a thread of the server. */
const INDEXED_AT_ONCE = 2;

/** Creates all indexes of the models, without a time-out, because some take minutes. */
export async function createIndexes(mongodbUri: string, models: readonly PreparedModel[]): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(mongodbUri, { socketTimeoutMS: 0 });
  const queue = models.values();
  const lane = async () => {
    for (const model of queue) {
      const indexes = indexesOf(model);
      if (indexes.length > 0)
        await client.db().collection(model.collection.collectionName).createIndexes(indexes);
    }
  };
  try {
    await Promise.all(Array.from({ length: INDEXED_AT_ONCE }, lane));
  } finally {
    await client.close();
  }
}

/** Uses the raw command: `insertMany` measures every document before writing it, which costs a third of the CPU. */
async function insert(db: Database, name: string, documents: mongoose.mongo.Document[]): Promise<void> {
  const answer = await db.command({
    insert: name,
    documents,
    ordered: false,
    bypassDocumentValidation: true,
    writeConcern: { w: "majority" },
  });
  if (answer.writeErrors?.length > 0) throw new Error(`${name}: ${answer.writeErrors[0].errmsg}`);
}
