/** In a file of its own, so that a test can name its database without loading embedded-mongo.ts. */
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
 * The connection string of one database, with this service's driver options unless the string sets them. Writes
 * and reads need a majority, or a failover could lose an acknowledged order. The default heartbeat of 10 s would
 * notice a dead server too late.
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
