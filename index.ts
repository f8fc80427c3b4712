import type { Server } from "node:http";
import { connectDatabase, disconnectDatabase } from "./config/database.config.js";
import { config } from "./config/env.config.js";
import { createApp } from "./config/express.config.js";
import { logger } from "./config/logger.config.js";
import { createHttpServer, drain, listen } from "./config/server.config.js";
import { prepareJobs, type ScheduledJobs, startScheduledJobs } from "./scripts/scheduled-jobs.js";
import { MigrationsPendingError, prepareMigratedDatabase } from "./services/platform/migrations.service.js";
import { stopPdfWorkers } from "./services/platform/pdf/pdf.service.js";
import { setPhase } from "./src/operations/health.service.js";
import { closeWebhooks } from "./src/payments/webhooks.controller.js";
import { tidyUp } from "./utils/async.js";

/** How long a load balancer may keep sending requests after readiness has ended. */
const LAME_DUCK_MS = config.env === "production" ? 5_000 : 300;
/** A request may take up to 20 s, and the whole stop must stay below the orchestrator's 25 s. */
const DRAIN_LIMIT_MS = 18_000;
/** What is cut off is applied again, by another instance. */
const EVENTS_LIMIT_MS = 1_500;

let server: Server | undefined;
let jobs: ScheduledJobs | undefined;
let stopping = false;

async function start(): Promise<void> {
  for (const warning of config.warnings) logger.warn(`> ${warning}`);
  await connectDatabase(config.mongodbUri);
  await prepareMigratedDatabase();
  prepareJobs();
  server = createHttpServer(createApp());
  await listen(server, config.port);
  if (config.scheduler.enabled) jobs = startScheduledJobs();
  setPhase("ready");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : config.port;
  logger.info({ port, env: config.env, version: config.version }, "> Ready");
}

/** A helpful sentence about a failed start; null where the error itself must suffice. */
function explain(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof MigrationsPendingError) return `> ${error.message}`;
  if ("code" in error && error.code === "EADDRINUSE") {
    return `> Port ${config.port} is taken: stop the process that listens there, or set PORT`;
  }
  if (error.name.includes("ServerSelection") || error.name.startsWith("MongoNetwork")) {
    return "> The database does not answer: check MONGODB_URI, and that it is a running replica set";
  }
  return null;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function finish(exitCode: number): Promise<never> {
  logger.flush();
  // The log is written in the background; wait for the last lines.
  await wait(50);
  process.exit(exitCode);
}

/** Order: readiness, so that no new requests arrive; jobs and requests in flight; the database. */
async function stop(reason: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setPhase("stopping");
  logger.info({ reason }, "> Stopping");
  try {
    await wait(LAME_DUCK_MS);
    const [complete] = await Promise.all([
      server === undefined || drain(server, DRAIN_LIMIT_MS),
      jobs && tidyUp(jobs.stop(), DRAIN_LIMIT_MS),
    ]);
    await tidyUp(closeWebhooks(), EVENTS_LIMIT_MS);
    await stopPdfWorkers();
    if (!complete) logger.warn("> Some requests did not finish in time and were cut off");
    await disconnectDatabase();
    logger.info("> Stopped");
  } catch (error) {
    logger.error({ err: error }, "> Stopping failed");
  }
  await finish(exitCode);
}

process.once("SIGTERM", () => void stop("SIGTERM", 0));
process.once("SIGINT", () => void stop("SIGINT", 0));
// The state of the process is unknown: requests in flight may finish, then another process takes over.
process.on("unhandledRejection", (error) => {
  logger.fatal({ err: error }, "> Unhandled promise rejection; stopping");
  void stop("unhandledRejection", 1);
});
process.on("uncaughtException", (error) => {
  logger.fatal({ err: error }, "> Uncaught exception; stopping");
  void stop("uncaughtException", 1);
});

try {
  await start();
} catch (error) {
  const explanation = explain(error);
  if (explanation) logger.fatal({ err: error }, explanation);
  else logger.fatal({ err: error }, "> The service failed to start");
  await finish(1);
}
