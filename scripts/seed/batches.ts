import mongoose from "mongoose";
import { indexesOf } from "../../config/database.config.js";
import type { PreparedModel } from "../../models/index.js";

type Database = mongoose.mongo.Db;
/** Documents by collection. */
export type Batch = Record<string, mongoose.mongo.Document[]>;

/** Batches under way: one is built while others are written. */
const AT_ONCE = 3;
/** Of documents of some kilobytes: far below the 16 MB that one command may have. */
const MOST_IN_A_COMMAND = 2_000;

/** One after the other: made by the way, by several connections at once, they stop some servers. */
export async function makeCollections(db: Database, names: readonly string[]): Promise<void> {
  const there = await db.listCollections({}, { nameOnly: true }).toArray();
  const known = new Set(there.map(({ name }) => name));
  for (const name of names) if (!known.has(name)) await db.createCollection(name);
}

/** Writes every batch, some at a time, in no order. @param built called with the number of the batch */
export async function writeBatches(
  db: Database,
  count: number,
  build: (index: number) => Batch,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (let index = 0; index < count; index += 1) {
    const writing: Promise<void> = writeBatch(db, build(index)).finally(() => underWay.delete(writing));
    underWay.add(writing);
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

async function writeBatch(db: Database, batch: Batch): Promise<void> {
  await Promise.all(
    Object.entries(batch).map(async ([name, rows]) => {
      for (let first = 0; first < rows.length; first += MOST_IN_A_COMMAND)
        await insert(db, name, rows.slice(first, first + MOST_IN_A_COMMAND));
    }),
  );
}

/** Collections whose indexes are made at once; each is a thread of the server. */
const INDEXED_AT_ONCE = 2;

/** All indexes of these models, by a connection that waits as long as it takes: some take minutes. */
export async function makeIndexes(mongodbUri: string, models: readonly PreparedModel[]): Promise<void> {
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

/** The bare command: `insertMany` measures every document before it writes it, a third of our CPU. */
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
