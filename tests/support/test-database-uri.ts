import { randomBytes } from "node:crypto";
import { databaseUri } from "../../scripts/mongo/database-uri.js";

/** Unit tests have no server. A connection to this port is refused at once, without a time-out. */
const NO_SERVER = "mongodb://127.0.0.1:9/";

/**
 * The address of a database that no other test file and no other run uses. Its connections bear the database's name,
 * so that a fail point can be limited to them.
 * @param name part of the database's name; letters, digits and `_`
 */
export function testDatabaseUri(name = "test"): string {
  const run = process.env.TEST_RUN_ID ?? "norun";
  const database = `ops_${run}_${name}_${randomBytes(4).toString("hex")}`;
  return `${databaseUri(process.env.TEST_MONGODB_SERVER ?? NO_SERVER, database)}&appName=${database}`;
}

/** The database's name in a connection string. `URL` cannot parse the scheme `mongodb:` in every Node version. */
export const databaseNameOf = (uri: string): string =>
  new URL(uri.replace(/^mongodb/, "http")).pathname.slice(1);
