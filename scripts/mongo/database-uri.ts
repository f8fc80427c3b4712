/** Kept apart from embedded-mongo.ts, so that a test can name its database without loading a server. */
const DRIVER_OPTIONS = {
  w: "majority",
  retryWrites: "true",
  readConcernLevel: "majority",
  /** Wine's build is fastest with 10 to 20 connections. */
  maxPoolSize: "20",
  connectTimeoutMS: "3000",
  serverSelectionTimeoutMS: "5000",
  socketTimeoutMS: "20000",
  heartbeatFrequencyMS: "2000",
  waitQueueTimeoutMS: "5000",
} as const;

/**
 * The address of one database, with the driver's options of this service (reliability.md §6) where
 * the address does not name them itself. Without `heartbeatFrequencyMS` a dead server is noticed too late.
 */
export function databaseUri(uri: string, database: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(?:\?(.*))?$/.exec(uri);
  if (parts?.[1] === undefined) throw new Error("not a MongoDB connection string");
  const parameters = new URLSearchParams(parts[2]);
  for (const [name, value] of Object.entries(DRIVER_OPTIONS)) {
    if (!parameters.has(name)) parameters.set(name, value);
  }
  return `${parts[1]}/${database}?${parameters}`;
}
