import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { findViolations } from "../../scripts/invariants/index.js";
import type { SandboxSecrets } from "../../scripts/sandbox/environment.js";
import { type Sandbox, startSandbox } from "../../scripts/sandbox/sandbox.js";
import { type ServiceProcess, startService } from "../../scripts/support/service-process.js";
import { ensureBuild } from "./service-build.js";
import { databaseNameOf, testDatabaseUri } from "./test-database-uri.js";

/** Several processes of the built service on one database, with the sandbox in this process. */
export interface Instances {
  services: ServiceProcess[];
  /** In the order of their start. */
  urls: string[];
  /** One of the URLs; the index wraps around. */
  urlOf(index: number): string;
  sandbox: Sandbox;
  /** The service's database, without models. */
  db: mongoose.mongo.Db;
  /** The variables of an instance, except `PORT`. */
  env: Record<string, string>;
  startAnother(): Promise<ServiceProcess>;
  /** Runs one scheduled job now. @throws when the run failed */
  runJob(name: string, url?: string): Promise<void>;
  /** Waits until webhooks are delivered and applied and every due outbox message is delivered. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

interface InstanceOptions {
  /** Default 2. */
  count?: number;
  /** Whether the instances run jobs and the outbox by themselves. Default no: `runJob` and `settle` do. */
  scheduler?: boolean;
  env?: Record<string, string>;
  /** Replaces the sandbox's secrets, which production refuses. */
  secrets?: Partial<SandboxSecrets>;
}

const SETTLE_WITHIN_MS = 30_000;
/** A test takes 1 to 5 s, and ten times as long on a busy machine. */
const SLOW_MACHINE_MS = 60_000;
const POLL_MS = 25;

async function startInstances(options: InstanceOptions = {}): Promise<Instances> {
  const { count = 2, scheduler = false } = options;
  const mongoUri = process.env.TEST_MONGODB_SERVER;
  if (!mongoUri) throw new Error("no MongoDB: is this file in tests/e2e?");
  await ensureBuild();
  const sandbox = await startSandbox({
    mongoUri,
    databaseName: databaseNameOf(testDatabaseUri("stock")),
    secrets: options.secrets,
  });
  const uri = testDatabaseUri("orders");
  const env = {
    ...sandbox.env,
    NODE_ENV: "test",
    LOG_LEVEL: "warn",
    MONGODB_URI: uri,
    RATE_LIMIT_PER_MINUTE: "0",
    // On a machine that runs several tests at once, the event loop is late without any load.
    OVERLOAD_DELAY_MS: "0",
    SCHEDULER_ENABLED: String(scheduler),
    ...options.env,
  };
  const client = await mongoose.mongo.MongoClient.connect(uri);
  const services: ServiceProcess[] = [];
  const instances: Instances = {
    services,
    get urls() {
      return services.map(({ url }) => url);
    },
    urlOf: (index) => services[index % services.length]?.url ?? "",
    sandbox,
    db: client.db(),
    env,
    async startAnother() {
      const service = await startService({ env });
      services.push(service);
      return service;
    },
    runJob: (name, url = instances.urls[0]) => runJob(sandbox, `${url}/api/admin/jobs/${name}/run`),
    settle: () => settle(instances),
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
      await sandbox.stop();
      await instances.db.dropDatabase();
      await client.close();
    },
  };
  // One after the other: the first instance creates the collections.
  for (let started = 0; started < count; started += 1) await instances.startAnother();
  const [first] = instances.urls;
  if (first) sandbox.setServiceUrl(first);
  return instances;
}

async function runJob(sandbox: Sandbox, url: string): Promise<void> {
  const headers = { Authorization: `Bearer ${sandbox.tokens.service}` };
  const answer = await fetch(url, { method: "POST", headers });
  const envelope: unknown = await answer.json();
  const state: unknown = Object(Object(envelope).data).state;
  // 409: another run is in progress, which is just as good; the caller polls for the effect.
  if (answer.status === 409) return;
  if (answer.status !== 200 || state !== "completed")
    throw new Error(`${url} answered ${answer.status}: ${JSON.stringify(envelope)}`);
}

/**
 * Work that is due now, except failed work that waits for its retry and the audit rows of jobs that were run by
 * hand. A `reservation.sync` counts before it is due: until it runs, a reservation may lack its cart.
 */
async function findDue(db: mongoose.mongo.Db): Promise<string[]> {
  const events = await db
    .collection("webhookEvents")
    .find({ state: "received", lastError: null })
    .map(({ event, attempts }) => `${event} (attempts: ${attempts})`)
    .toArray();
  const messages = await db
    .collection("outboxMessages")
    .find({
      state: "pending",
      type: { $ne: "audit.recorded" },
      $or: [{ dueAt: { $lte: new Date() } }, { lease: { $ne: null } }, { type: "reservation.sync" }],
    })
    .map(({ type, attempts, lastError }) => `${type} (attempts: ${attempts}, ${lastError})`)
    .toArray();
  return [...events, ...messages];
}

async function settle({ db, sandbox, runJob: run }: Instances): Promise<void> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  // A delivered message can cause a gateway event, and an applied event can enqueue a message.
  for (let quiet = 0; quiet < 2; ) {
    const due = await findDue(db);
    if (Date.now() > deadline) throw new Error(`still due: ${due.join("; ")}`);
    await sandbox.control.razorpay.flushWebhooks();
    await run("outbox");
    quiet = due.length === 0 ? quiet + 1 : 0;
    if (quiet === 0) await sleep(POLL_MS);
  }
}

/** Checks that every invariant holds, whatever the tests did. */
async function expectInvariants(instances: Instances): Promise<void> {
  await instances.settle();
  expect(await findViolations(instances.db, instances.sandbox, { captureGraceMs: 0 })).toEqual([]);
}

/**
 * Gives a test file its instances. They start before its tests; afterwards every invariant is checked and they
 * stop. Call it once, at the top of the file.
 */
export function useInstances(options: InstanceOptions = {}): () => Instances {
  jest.setTimeout(SLOW_MACHINE_MS);
  let instances: Instances | undefined;
  const get = (): Instances => {
    if (!instances) throw new Error("the instances run only during the tests");
    return instances;
  };
  beforeAll(async () => {
    instances = await startInstances(options);
  }, 300_000);
  afterAll(async () => {
    try {
      await expectInvariants(get());
    } finally {
      await instances?.stop();
    }
  }, 300_000);
  return get;
}

/** Holds webhooks until the test releases them; then every instance gets every event. */
export function holdWebhooks({ sandbox, urls }: Instances): void {
  sandbox.control.razorpay.configure({ webhooks: { hold: true } });
  sandbox.control.razorpay.setWebhookUrls(urls.map((url) => `${url}/api/webhooks/razorpay`));
}

/** Polls until the condition holds. @throws Error with its name */
export async function eventually<T>(
  what: string,
  find: () => Promise<T | null | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await sleep(POLL_MS);
  }
}
