import mongoose from "mongoose";
import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { type Balancer, startBalancer } from "../support/balancer.js";
import { Instance } from "./instance.js";

/** Two instances of the service behind a load balancer, their database, and all neighbours. */
export interface World {
  sandbox: Sandbox;
  balancer: Balancer;
  instances: readonly Instance[];
  /** The service's database, without models. */
  db: mongoose.mongo.Db;
  /** Share of the answers that the load balancer loses. */
  losses: { share: number };
  /** Not part of the service: fault points apply to connections of this name only. */
  serviceAppName: string;
  stop(): Promise<void>;
}

const APP_NAME = "simulate";
const INSTANCES = ["a", "b"];
/** Enough for any run. A few variants stay scarce, so that customers compete for them. */
const PLENTY = 1_000_000;
const SCARCE: readonly string[] = [SEED.variants.lastUnit, SEED.variants.lowStock];
const SCARCE_UNITS = 12;

/** @param draw a number in [0, 1) for each answer, which decides whether it is lost */
export async function openWorld(draw: () => number): Promise<World> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.reverse()) await step().catch(() => undefined);
  };
  try {
    // The neighbours have a server of their own: only the service's database fails.
    const [own, neighbours] = await Promise.all([
      startEmbeddedMongo({ inMemory: true, testCommands: true }),
      startEmbeddedMongo({ inMemory: true }),
    ]);
    undo.push(() => Promise.all([own.stop(), neighbours.stop()]));
    const sandbox = await startSandbox({ mongoUri: neighbours.uri, defaultStock: PLENTY });
    undo.push(() => sandbox.stop());
    for (const variantId of SCARCE) await sandbox.control.inventory.setStock(variantId, SCARCE_UNITS);
    const uri = databaseUri(own.uri, "simulation");
    const client = await mongoose.mongo.MongoClient.connect(uri);
    undo.push(() => client.close());
    const losses = { share: 0 };
    const balancer = await startBalancer({ losesAnswer: () => draw() < losses.share });
    undo.push(() => balancer.stop());
    const env = serviceVariables(sandbox, `${uri}&appName=${APP_NAME}`, balancer.url);
    const instances: Instance[] = [];
    for (const name of INSTANCES) instances.push(await Instance.create(name, env));
    undo.push(() => Promise.all(instances.map((instance) => instance.stop())));
    sandbox.setServiceUrl(balancer.url);
    return { sandbox, balancer, instances, db: client.db(), losses, serviceAppName: APP_NAME, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const serviceVariables = (sandbox: Sandbox, uri: string, url: string): Record<string, string> => ({
  ...sandbox.env,
  NODE_ENV: "test",
  LOG_LEVEL: "warn",
  MONGODB_URI: uri,
  PUBLIC_URL: url,
  RATE_LIMIT_PER_MINUTE: "0",
  // Half of the defaults: a minute holds more outages.
  UPSTREAM_TIMEOUT_MS: "1500",
  RAZORPAY_TIMEOUT_MS: "2500",
});

/** Starts both, one after the other: the first one creates the collections. */
export async function startInstances({ instances, balancer }: World, shiftOf: () => number): Promise<void> {
  for (const instance of instances) {
    await instance.start(shiftOf());
    await balancer.add(instance.url);
  }
}
