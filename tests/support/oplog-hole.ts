import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { dropTestDatabase, testDatabaseUri } from "./database.js";
import { lockFailPoints, unlockFailPoints } from "./fail-points.js";

const FAIL_POINT = "hangAfterCollectionInserts";
/** Long enough for everything that does not wait for the hole; majority writes give up after 4 s. */
const OPEN_FOR_MS = 500;
const HANGS_WITHIN_MS = 10_000;

/**
 * Runs `work` while an older write is still in flight: it has its place in the oplog and is not committed.
 * Until it is, no later write is majority committed, and a snapshot transaction sees none of them.
 * The whole server waits, so the hole closes after half a second; `work` may go on.
 */
export async function withOplogHole<T>(work: () => Promise<T>): Promise<T> {
  await lockFailPoints();
  try {
    return await inOplogHole(work);
  } finally {
    unlockFailPoints();
  }
}

async function inOplogHole<T>(work: () => Promise<T>): Promise<T> {
  const uri = testDatabaseUri("hole");
  const client = await mongoose.mongo.MongoClient.connect(uri);
  const admin = client.db("admin");
  const setFailPoint = (mode: "alwaysOn" | "off") =>
    admin.command({
      configureFailPoint: FAIL_POINT,
      mode,
      data: { collectionNS: `${client.db().databaseName}.late` },
    });
  const late = await client.db().createCollection("late");
  const { count } = await setFailPoint("alwaysOn");
  const hanging = late.insertOne({});
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
