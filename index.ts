import type { Server } from "node:http";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "./config/database.config.js";
import { config } from "./config/env.config.js";
import { createApp } from "./config/express.config.js";
import { logger } from "./config/logger.config.js";
import { createHttpServer, drain, listen } from "./config/server.config.js";
import { prepareJobs, type ScheduledJobs, startScheduledJobs } from "./scripts/scheduled-jobs.js";
import { setPhase } from "./src/operations/health.service.js";
import { drainWebhooks } from "./src/payments/webhooks.controller.js";

/** So long the load balancer may go on sending requests after it was told not to. */
const LAME_DUCK_MS = config.env === "production" ? 5_000 : 300;
/** Together with the lame duck and the rest below 25 s (F7); a request may take 20 s. */
const DRAIN_LIMIT_MS = 18_000;

let server: Server | undefined;
let jobs: ScheduledJobs | undefined;
let stopping = false;

async function start(): Promise<void> {
  for (const warning of config.warnings) logger.warn(`> ${warning}`);
  await connectDatabase(config.mongodbUri);
  await prepareDatabase();
  prepareJobs();
  server = createHttpServer(createApp());
  await listen(server, config.port);
  if (config.scheduler.enabled) jobs = startScheduledJobs();
  setPhase("ready");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : config.port;
  logger.info({ port, env: config.env, version: config.version }, "> Ready");
}

/** Why a start failed, in a sentence that helps; null where the error itself must do. */
function explain(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && error.code === "EADDRINUSE") {
    return `> Port ${config.port} is taken: stop what listens there, or set PORT`;
  }
  if (error.name.includes("ServerSelection") || error.name.startsWith("MongoNetwork")) {
    return "> The database does not answer: is MONGODB_URI right, and is it a running replica set?";
  }
  return null;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function finish(exitCode: number): Promise<never> {
  logger.flush();
  // The log is written in the background: give the last lines their moment.
  await wait(50);
  process.exit(exitCode);
}

/** Ready goes first, so that nobody sends more; then jobs and requests under way, then the database. */
async function stop(reason: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setPhase("stopping");
  logger.info({ reason }, "> Stopping");
  try {
    await wait(LAME_DUCK_MS);
    const [complete] = await Promise.all([
      server === undefined || drain(server, DRAIN_LIMIT_MS),
      jobs?.stop(),
    ]);
    await drainWebhooks();
    if (!complete) logger.warn("> Some requests were cut off");
    await disconnectDatabase();
    logger.info("> Stopped");
  } catch (error) {
    logger.error({ err: error }, "> Stopping failed");
  }
  await finish(exitCode);
}

process.once("SIGTERM", () => void stop("SIGTERM", 0));
process.once("SIGINT", () => void stop("SIGINT", 0));
// The state is unknown now: what is under way may finish, then another process takes over (F51).
process.on("unhandledRejection", (error) => {
  logger.fatal({ err: error }, "> A promise was rejected and nobody cared");
  void stop("unhandledRejection", 1);
});
process.on("uncaughtException", (error) => {
  logger.fatal({ err: error }, "> An error was thrown and nobody caught it");
  void stop("uncaughtException", 1);
});

try {
  await start();
} catch (error) {
  const explanation = explain(error);
  if (explanation) logger.fatal({ err: error }, explanation);
  else logger.fatal({ err: error }, "> The service could not start");
  await finish(1);
}
