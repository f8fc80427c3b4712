import mongoose from "mongoose";
import { testDatabaseUri } from "../../support/test-database-uri.js";

interface Note {
  number: string;
  state?: string;
}

const { MongoClient } = mongoose.mongo;

describe("the MongoDB of the test run", () => {
  const client = new MongoClient(testDatabaseUri("embedded"));
  const notes = client.db().collection<Note>("notes");
  const counters = client.db().collection<{ _id: string; value: number }>("counters");

  beforeAll(async () => {
    await client.connect();
    await client.db().createCollection("notes");
    await client.db().createCollection("counters");
    await notes.createIndex({ number: 1 }, { unique: true });
    await notes.createIndex({ state: 1 }, { unique: true, partialFilterExpression: { state: "open" } });
  });

  beforeEach(async () => {
    await notes.deleteMany({});
    await counters.deleteMany({});
  });

  afterAll(async () => {
    await client.db().dropDatabase();
    await client.close();
  });

  test("When a transaction commits, then both of its writes are there", async () => {
    await client.withSession((session) =>
      session.withTransaction(
        async () => {
          await notes.insertOne({ number: "A" }, { session });
          await counters.updateOne({ _id: "notes" }, { $inc: { value: 1 } }, { upsert: true, session });
        },
        { readConcern: { level: "snapshot" }, writeConcern: { w: "majority" } },
      ),
    );

    expect(await notes.countDocuments()).toBe(1);
    expect(await counters.findOne({ _id: "notes" })).toEqual({ _id: "notes", value: 1 });
  });

  test("When a transaction's second write fails, then its first is undone", async () => {
    await notes.insertOne({ number: "A" });

    const outcome = client.withSession((session) =>
      session.withTransaction(async () => {
        await counters.insertOne({ _id: "notes", value: 1 }, { session });
        await notes.insertOne({ number: "A" }, { session });
      }),
    );

    await expect(outcome).rejects.toMatchObject({ code: 11000 });
    expect(await counters.countDocuments()).toBe(0);
  });

  test("When two transactions write the same document, then one gets a transient error", async () => {
    await counters.insertOne({ _id: "notes", value: 0 });
    const [first, second] = [client.startSession(), client.startSession()];
    first.startTransaction();
    second.startTransaction();
    await counters.updateOne({ _id: "notes" }, { $inc: { value: 1 } }, { session: first });

    const outcome = counters.updateOne({ _id: "notes" }, { $inc: { value: 1 } }, { session: second });

    await expect(outcome).rejects.toMatchObject({ errorLabels: ["TransientTransactionError"] });
    await first.commitTransaction();
    await Promise.all([first.endSession(), second.endSession()]);
    expect(await counters.findOne({ _id: "notes" })).toEqual({ _id: "notes", value: 1 });
  });

  test("When a value of a unique index comes a second time, then it is refused", async () => {
    await notes.insertOne({ number: "A" });

    await expect(notes.insertOne({ number: "A" })).rejects.toMatchObject({ code: 11000 });
  });

  test("When an index is partial, then only the documents it covers are unique", async () => {
    await notes.insertMany([
      { number: "A", state: "open" },
      { number: "B", state: "closed" },
      { number: "C", state: "closed" },
      { number: "D" },
      { number: "E" },
    ]);

    await expect(notes.insertOne({ number: "F", state: "open" })).rejects.toMatchObject({ code: 11000 });
    expect(await notes.countDocuments()).toBe(5);
  });

  test("When a process dies inside a transaction, then its locks last 15 seconds and no longer", async () => {
    const answer = await client.db("admin").command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });

    expect(answer).toMatchObject({ transactionLifetimeLimitSeconds: 15 });
  });
});
