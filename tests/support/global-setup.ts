import { randomBytes } from "node:crypto";
import { require as tsxRequire } from "tsx/cjs/api";
import type { EmbeddedMongo } from "../../scripts/mongo/embedded-mongo.js";

declare global {
  /** The server of this run, handed from the set-up to the teardown; both run in jest's main process. */
  var embeddedMongo: EmbeddedMongo | undefined;
}

/**
 * Each test file has a database of its own with about a hundred files. By default the server keeps a file open for ten
 * minutes after its last use, and a whole run would reach the limit of open files.
 */
const CLOSE_IDLE_FILES = [
  "--wiredTigerEngineConfigString",
  "file_manager=(close_idle_time=15,close_scan_interval=5,close_handle_minimum=200)",
];

/**
 * One replica set for the whole run. The workers inherit its address; `setup-env.ts` gives every
 * test file a database of its own in it. Jest does not map module names here, hence tsx.
 */
export default async function globalSetup(): Promise<void> {
  const starter: typeof import("../../scripts/mongo/embedded-mongo.js") = tsxRequire(
    "../../scripts/mongo/embedded-mongo.ts",
    __filename,
  );
  globalThis.embeddedMongo = await starter.startEmbeddedMongo({
    testCommands: true,
    inMemory: true,
    waitForJournal: false,
    extraArgs: CLOSE_IDLE_FILES,
  });
  process.env.TEST_MONGODB_SERVER = globalThis.embeddedMongo.uri;
  process.env.TEST_RUN_ID = randomBytes(3).toString("hex");
}
