import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { dropTestDatabase, testDatabaseUri } from "./database.js";

const FAIL_POINT = "hangAfterCollectionInserts";
/** Long enough for work that does not wait for the hole, and less than the 4 s time-out of majority writes. */
const OPEN_FOR_MS = 500;
const HANGS_WITHIN_MS = 10_000;

/**
 * Runs `work` while an older write has a place in the oplog but is not committed. Until then no later write is
 * majority committed, and a snapshot transaction does not see them. Use it with `useFailPoints`. The whole server
 * waits, so the hole closes after half a second even if `work` continues.
 */
export async function withOplogHole<T>(work: () => Promise<T>): Promise<T> {
  const uri = testDatabaseUri("hole");
  const client = await mongoose.mongo.MongoClient.connect(uri);
  const admin = client.db("admin");
  const setFailPoint = (mode: "alwaysOn" | "off") =>
    admin.command({
      configureFailPoint: FAIL_POINT,
      mode,
      data: { collectionNS: `${client.db().databaseName}.late` },
    });
  const hangingCollection = await client.db().createCollection("late");
  const { count } = await setFailPoint("alwaysOn");
  const hanging = hangingCollection.insertOne({});
  try {
    await admin.command({
      waitForFailPoint: FAIL_POINT,
      timesEntered: count + 1,
      maxTimeMS: HANGS_WITHIN_MS,
    });
    const running = work();
    await Promise.race([running.catch(() => undefined), sleep(OPEN_FOR_MS)]);
    await setFailPoint("off");
    return await running;
  } finally {
    await setFailPoint("off");
    await hanging;
    await client.close();
    await dropTestDatabase(uri);
  }
}
