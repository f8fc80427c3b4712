import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { databaseUri } from "../mongo/database-uri.js";
import { type EmbeddedMongo, startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { createSandboxClient, type SandboxClient } from "../sandbox/control-http.js";
import { type ServiceProcess, START_FLAGS, startService } from "../support/service-process.js";
import { findProcesses, findWineServers, type Parts } from "./processes.js";
import type { SandboxReady } from "./sandbox-process.js";
import { openWire, type Wire } from "./wire.js";

/** Service, database and neighbours, each in processes of their own. */
export interface BenchWorld {
  serviceUrl: string;
  /** The service's database. */
  db: mongoose.mongo.Db;
  wire: Wire;
  /** Connects to the sandbox's control server. */
  controlWire: Wire;
  sandbox: SandboxClient;
  controlUrl: string;
  /** The service's log so far. */
  readLog(): string;
  /** The processes whose CPU is counted, by part. */
  parts: Parts;
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** Fills the database before the service starts. */
  fill(mongodbUri: string): Promise<void>;
  /** Folder for a CPU profile of the service, written when it stops. */
  profileFolder?: string;
  /** Default: nothing is refused, so that a scenario measures what it asks for. */
  overloadDelayMs?: number | undefined;
  /** Whether SIGUSR2 collects the service's garbage. */
  collectsGarbage?: boolean;
}

const DATABASE = "bench_orders";
const COLLECT_GARBAGE = new URL("./collect-garbage.mjs", import.meta.url).href;
/** Added to every call to a neighbour. */
export const NEIGHBOUR_LATENCY_MS = 1;

const portOf = (uri: string): string => new URL(uri).port;

/** Two servers, so that the writes of the sandbox's inventory do not count as the service's. */
async function startDatabases(): Promise<{ own: EmbeddedMongo; neighbours: EmbeddedMongo }> {
  const own = await startEmbeddedMongo();
  const neighbours = await startEmbeddedMongo();
  return { own, neighbours };
}

export interface SandboxProcess {
  child: ChildProcess;
  ready: SandboxReady;
}

export function startSandboxProcess(mongoUri: string): Promise<SandboxProcess> {
  const child = fork(new URL("./sandbox-process.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    child.once("message", (ready: SandboxReady) => resolve({ child, ready }));
    child.once("exit", (code) => reject(new Error(`the sandbox ended with code ${code}`)));
    child.send({ mongoUri, latencyMs: NEIGHBOUR_LATENCY_MS });
  });
}

/** Starts the production build. Its log goes to a file, because reading a pipe would cost the generator CPU. */
function startBuiltService(
  env: Record<string, string>,
  log: string,
  { profileFolder, overloadDelayMs = 0, collectsGarbage = false }: WorldOptions,
): Promise<ServiceProcess> {
  const profiling = profileFolder === undefined ? "" : `--cpu-prof --cpu-prof-dir='${profileFolder}'`;
  const preload = collectsGarbage ? `--import='${COLLECT_GARBAGE}'` : "";
  const flags = [...START_FLAGS, preload, profiling].join(" ");
  const script = `exec '${process.execPath}' ${flags} dist/index.js >'${log}' 2>&1`;
  return startService({
    env: { ...env, RATE_LIMIT_PER_MINUTE: "0", OVERLOAD_DELAY_MS: String(overloadDelayMs) },
    command: ["/bin/sh", "-c", script],
  });
}

export async function openBenchWorld(options: WorldOptions): Promise<BenchWorld> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const { own, neighbours } = await startDatabases();
  const mongodbUri = databaseUri(own.uri, DATABASE);
  await options.fill(mongodbUri);
  const { child, ready } = await startSandboxProcess(neighbours.uri);
  const env = { ...ready.env, MONGODB_URI: mongodbUri };
  const log = join(folder, "service.log");
  const service = await startBuiltService(env, log, options);
  const sandbox = createSandboxClient(ready.controlUrl);
  await sandbox.call("sandbox", "setServiceUrl", service.url);
  const client = await mongoose.mongo.MongoClient.connect(mongodbUri, { appName: "bench" });
  const wire = openWire(service.url);
  const controlWire = openWire(ready.controlUrl);
  return {
    serviceUrl: service.url,
    db: client.db(),
    wire,
    controlWire,
    sandbox,
    controlUrl: ready.controlUrl,
    readLog: () => readFileSync(log, "utf8"),
    parts: {
      service: [service.pid],
      mongod: findProcesses("--port", portOf(own.uri)),
      neighbours: [child.pid ?? 0, ...findProcesses("--port", portOf(neighbours.uri))],
      wine: findWineServers(),
      generator: [process.pid],
    },
    async stop() {
      wire.close();
      controlWire.close();
      await client.close();
      await service.stop();
      await closeSandbox(child);
      await Promise.all([own.stop(), neighbours.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function closeSandbox(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.disconnect();
  });
}

const QUIET_WITHIN_MS = 120_000;
const POLL_MS = 100;

/** Waits until no outbox message and no event is pending, so that measurements do not affect each other. */
export async function untilQuiet({ db }: BenchWorld): Promise<void> {
  const deadline = Date.now() + QUIET_WITHIN_MS;
  const pending = async () =>
    (await db.collection("outboxMessages").countDocuments({ state: "pending" })) +
    (await db.collection("webhookEvents").countDocuments({ state: "received" }));
  while ((await pending()) > 0) {
    if (Date.now() > deadline) throw new Error("messages or events were still pending after two minutes");
    await sleep(POLL_MS);
  }
}
