import { resolveMongod } from "./find-mongod.mjs";

/** As in embedded-mongo.ts: the locks of a killed process are released after 15 s. */
export const OWN_MONGOD_ARGUMENTS = [
  ...["--setParameter", "transactionLifetimeLimitSeconds=15", "--wiredTigerCacheSizeGB", "0.25"],
];

/**
 * The program of a server that its script may stop and kill.
 * @throws when `MONGODB_URI` is set, because its server must not be stopped, or when no MongoDB is installed
 */
export function findOwnMongod(): string {
  const mongod = resolveMongod();
  if (mongod === null) throw new Error("no MongoDB found: run `node scripts/setup.mjs` first");
  if (mongod.source === "MONGODB_URI")
    throw new Error("unset MONGODB_URI: this script only stops its own servers");
  return mongod.binary;
}
