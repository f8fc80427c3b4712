import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type mongoose from "mongoose";
import type request from "supertest";
import { type Sandbox, startSandbox } from "../../scripts/sandbox/sandbox.js";
import { emptyDatabase } from "./empty-database.js";
import { closeAtTheEnd, isSharing } from "./sharing.js";
import { databaseNameOf, testDatabaseUri } from "./test-database-uri.js";

/** One HTTP call as supertest makes it. */
export type Agent = ReturnType<typeof request>;

/** The service in this process with its database and the sandbox, for tests over HTTP. */
export interface World {
  /** supertest bound to the running service. An answer that the API's document does not allow fails the test. */
  http: Agent;
  url: string;
  sandbox: Sandbox;
  /** The service's database, without models. */
  db: mongoose.mongo.Db;
  /** Runs one scheduled job now. */
  runJob(name: string): Promise<unknown>;
  /** Waits until webhooks are delivered and applied and every due outbox message is delivered. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** On a busy machine a neighbour may answer late. Tests of time-outs set their own, shorter limits. */
const PATIENT = { UPSTREAM_TIMEOUT_MS: "10000", RAZORPAY_TIMEOUT_MS: "10000" };

interface Launched {
  world: World;
  /** The variables that it was started with. */
  key: string;
  /** Gives the next test file a world as new. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

let shared: Launched | undefined;

async function closeSharedWorld(): Promise<void> {
  await shared?.close();
  shared = undefined;
}

/**
 * Starts service, database and sandbox. Call it once per test file. The service reads its configuration when its
 * modules are loaded, so the test file itself must not import them.
 */
export async function startWorld(variables: Record<string, string> = {}): Promise<World> {
  if (!isSharing()) {
    const { world, close } = await launch(variables);
    return { ...world, stop: close };
  }
  if (!shared) closeAtTheEnd(closeSharedWorld);
  if (shared && shared.key !== JSON.stringify(variables)) {
    await closeSharedWorld();
    jest.resetModules();
  }
  if (shared) await shared.renew();
  else shared = await launch(variables);
  return shared.world;
}

async function launch(variables: Record<string, string>): Promise<Launched> {
  const mongoUri = process.env.TEST_MONGODB_SERVER;
  if (!mongoUri) throw new Error("no MongoDB: is this file in tests/integration or tests/e2e?");
  const sandbox = await startSandbox({ mongoUri, databaseName: databaseNameOf(testDatabaseUri("stock")) });
  const environment = { ...process.env };
  Object.assign(
    process.env,
    sandbox.env,
    PATIENT,
    { MONGODB_URI: testDatabaseUri("orders"), NODE_ENV: "test" },
    variables,
  );
  const [
    mongoose,
    { createApp },
    { config },
    database,
    jobs,
    registry,
    webhooks,
    handlers,
    worker,
    pdf,
    answers,
  ] = await Promise.all([
    import("mongoose"),
    import("../../config/express.config.js"),
    import("../../config/env.config.js"),
    import("../../config/database.config.js"),
    import("../../scripts/scheduled-jobs.js"),
    import("../../services/platform/job-registry.service.js"),
    import("../../src/payments/webhooks.controller.js"),
    import("../../scripts/jobs/outbox-handlers.js"),
    import("../../services/platform/outbox-worker.service.js"),
    import("../../services/platform/pdf/pdf.service.js"),
    import("./documented-answers.js"),
  ]);
  await database.connectDatabase(config.mongodbUri);
  await database.prepareDatabase();
  jobs.prepareJobs();
  const server = await listen(createApp().listen(0, "127.0.0.1"));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  sandbox.setServiceUrl(url);
  const { db } = mongoose.default.connection;
  if (!db) throw new Error("not connected");
  const world: World = {
    http: answers.requestDocumented(url),
    url,
    sandbox,
    db,
    runJob: (name) => registry.runJobNow(name),
    async settle() {
      await sandbox.control.razorpay.flushWebhooks();
      await webhooks.drainWebhooks();
      await worker.drainOutbox(handlers.outboxHandlers);
      await sandbox.control.razorpay.flushWebhooks();
      await webhooks.drainWebhooks();
      await worker.drainOutbox(handlers.outboxHandlers);
    },
    stop: async () => undefined,
  };
  return {
    world,
    key: JSON.stringify(variables),
    async renew() {
      await webhooks.drainWebhooks();
      await emptyDatabase(db);
      await sandbox.control.sandbox.reset();
      sandbox.setServiceUrl(url);
      await forgetEverything();
    },
    async close() {
      await webhooks.drainWebhooks();
      await new Promise((resolve) => server.close(resolve));
      await pdf.stopPdfWorkers();
      await sandbox.stop();
      await db.dropDatabase();
      await database.disconnectDatabase();
      for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
      Object.assign(process.env, environment);
    },
  };
}

/** What the service keeps in memory. */
async function forgetEverything(): Promise<void> {
  const [{ forgetSettings }, { setClock }, { forgetAll }] = await Promise.all([
    import("../../services/platform/settings.service.js"),
    import("../../utils/clock.js"),
    import("../../utils/caches.js"),
  ]);
  setClock(0);
  forgetSettings();
  forgetAll();
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => {
    if (server.listening) resolve(server);
    else server.once("listening", () => resolve(server));
  });
}
