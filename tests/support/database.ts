import mongoose from "mongoose";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "../../config/database.config.js";
import { emptyDatabase } from "./empty-database.js";
import { closeAtTheEnd, isSharing } from "./sharing.js";

export { testDatabaseUri } from "./test-database-uri.js";

/** The database of this test file. `setup-env.ts` chooses it before the configuration is read. */
export function currentDatabaseUri(): string {
  const uri = process.env.MONGODB_URI;
  if (!uri)
    throw new Error("MONGODB_URI is not set: is tests/support/setup-env.ts in the jest configuration?");
  return uri;
}

/**
 * Gives a test file its database: connected, with every collection and index, before its tests;
 * dropped and disconnected after them. Call it once, at the top of the file or of its `describe`.
 */
export function useTestDatabase(): void {
  beforeAll(async () => {
    if (isSharing() && mongoose.connection.db) return emptyTestDatabase();
    await connectDatabase(currentDatabaseUri());
    await prepareDatabase();
    if (isSharing()) closeAtTheEnd(close);
  });
  afterAll(async () => {
    if (!isSharing()) await close();
  });
}

async function close(): Promise<void> {
  await mongoose.connection.dropDatabase();
  await disconnectDatabase();
}

export async function emptyTestDatabase(): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error("not connected");
  await emptyDatabase(db);
}

/** Drops a database made with `testDatabaseUri`, over a connection of its own. */
export async function dropTestDatabase(uri: string): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(uri);
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}
