import mongoose from "mongoose";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "../../../config/database.config.js";
import { Counter } from "../../../models/index.js";
import { inTransaction } from "../../../services/platform/transaction.service.js";
import { currentDatabaseUri } from "../../support/database.js";
import { withOplogHole } from "../../support/oplog-hole.js";

/** A connection string may carry these; the service must not rely on less because of them. */
const WEAKER = {
  w: "1",
  journal: "false",
  j: "false",
  readConcernLevel: "local",
  readPreference: "secondaryPreferred",
  retryWrites: "false",
};

beforeAll(async () => {
  const uri = new URL(currentDatabaseUri());
  for (const [name, value] of Object.entries(WEAKER)) uri.searchParams.set(name, value);
  await connectDatabase(uri.toString());
  await prepareDatabase();
});
afterEach(() => Counter.deleteMany({}));
afterAll(async () => {
  await mongoose.connection.dropDatabase();
  await disconnectDatabase();
});

const counter = (_id: string) => ({ _id, sequence: 1, lastIssuedAt: null });

test("When the connection string asks for less than majority, then the connection still has majority, the journal, the primary and retries", () => {
  const { writeConcern, readConcern, readPreference, retryWrites } = mongoose.connection.getClient().options;
  expect(writeConcern).toMatchObject({ w: "majority", j: true });
  expect(readConcern).toMatchObject({ level: "majority" });
  expect(readPreference).toMatchObject({ mode: "primary" });
  expect(retryWrites).toBe(true);
});

/** A write that loses, and what its loser then reads to decide what to do. */
const LOSERS: readonly [string, () => Promise<unknown>][] = [
  ["an insert of the same key", () => Counter.create(counter("a"))],
  ["a compare-and-set", () => Counter.updateOne({ _id: "a", sequence: 9 }, { $set: { sequence: 10 } })],
  [
    "a compare-and-set that returns the document",
    () => Counter.findOneAndUpdate({ _id: "a", sequence: 9 }, { $set: { sequence: 10 } }),
  ],
  [
    "an upsert of the same key",
    () => Counter.updateOne({ _id: "a", sequence: 9 }, { $set: { sequence: 10 } }, { upsert: true }),
  ],
  [
    "an insert in a transaction",
    () => inTransaction((session) => Counter.create([counter("a")], { session })),
  ],
];

test("When a write loses against one that is not majority committed yet, then the loser's next read sees the winner's", async () => {
  const seen = await withOplogHole(async () => {
    const winning = Counter.create(counter("a"));
    while (!(await Counter.exists({ _id: "a" }).readConcern("local"))) await new Promise(setImmediate);
    expect(await Counter.exists({ _id: "a" })).toBeNull();
    const seenBy = LOSERS.map(async ([name, lose]) => {
      await lose().catch(() => undefined);
      return [name, (await Counter.findById("a").lean())?.sequence];
    });
    await winning;
    return Promise.all(seenBy);
  });
  expect(seen).toEqual(LOSERS.map(([name]) => [name, 1]));
});
