import { randomBytes } from "node:crypto";
import { databaseUri } from "../../scripts/mongo/database-uri.js";

/** Unit tests have no server; whatever reaches for one is refused at once instead of after a time-out. */
const NO_SERVER = "mongodb://127.0.0.1:9/";

/**
 * The address of a database that no other test file and no other run uses.
 * @param name a word to recognise it by; letters, digits and `_`.
 */
export function testDatabaseUri(name = "test"): string {
  const run = process.env.TEST_RUN_ID ?? "norun";
  const database = `ops_${run}_${name}_${randomBytes(4).toString("hex")}`;
  return databaseUri(process.env.TEST_MONGODB_SERVER ?? NO_SERVER, database);
}
