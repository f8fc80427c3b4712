import type { mongo } from "mongoose";
import { Counter, Gauge, Histogram } from "prom-client";
import { metrics } from "./registry.js";

/** The connection pool of this instance, as the driver reports it, and whether the primary answers. */

/** `open` has the connections that were seen: the first ones are made before anything listens. */
const pool = { open: new Set<string>(), inUse: 0, waiting: 0, most: 0 };

new Gauge({
  name: "mongodb_pool_connections",
  help: "Connections to the database, by state: in_use or idle",
  labelNames: ["state"] as const,
  registers: [metrics],
  collect() {
    this.set({ state: "in_use" }, pool.inUse);
    this.set({ state: "idle" }, Math.max(0, pool.open.size - pool.inUse));
  },
});

new Gauge({
  name: "mongodb_pool_connections_max",
  help: "The most connections to one server that the pool opens",
  registers: [metrics],
  collect() {
    this.set(pool.most);
  },
});

new Gauge({
  name: "mongodb_pool_waiting",
  help: "Operations that wait for a connection now",
  registers: [metrics],
  collect() {
    this.set(Math.max(0, pool.waiting));
  },
});

const wait = new Histogram({
  name: "mongodb_pool_wait_seconds",
  help: "How long operations waited for a connection",
  // Without load, a connection is free at once; after 5 s the operation fails.
  buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5],
  registers: [metrics],
});

/** More than an instance makes in the time between two readings. */
const MOST_WAITS = 1_000;
let recentWaits: number[] = [];

/** How long operations have waited for a connection since the last call, in ms. */
export function takePoolWaits(): number[] {
  const taken = recentWaits;
  recentWaits = [];
  return taken;
}

const failures = new Counter({
  name: "mongodb_pool_failures_total",
  help: "Operations that got no connection, by reason: timeout, connectionError or poolClosed",
  labelNames: ["reason"] as const,
  registers: [metrics],
});

for (const reason of ["timeout", "connectionError"]) failures.inc({ reason }, 0);

const keyOf = ({ address, connectionId }: { address: string; connectionId: number | string }): string =>
  `${address} ${connectionId}`;

/** Counts what happens in the pools of a client: one per server, of which only the primary's is used. */
export function watchPool(client: mongo.MongoClient): void {
  Object.assign(pool, { open: new Set(), inUse: 0, waiting: 0, most: client.options.maxPoolSize });
  client.on("connectionCreated", (event) => pool.open.add(keyOf(event)));
  client.on("connectionClosed", (event) => pool.open.delete(keyOf(event)));
  client.on("connectionCheckOutStarted", () => {
    pool.waiting += 1;
  });
  client.on("connectionCheckOutFailed", ({ reason }) => {
    pool.waiting -= 1;
    failures.inc({ reason });
  });
  client.on("connectionCheckedOut", (event) => {
    pool.open.add(keyOf(event));
    pool.waiting -= 1;
    pool.inUse += 1;
    wait.observe(event.durationMS / 1_000);
    if (recentWaits.length < MOST_WAITS) recentWaits.push(event.durationMS);
  });
  client.on("connectionCheckedIn", () => {
    pool.inUse -= 1;
  });
}

const isUp = new Gauge({
  name: "mongodb_up",
  help: "Whether the primary answered a ping: 1 or 0",
  registers: [metrics],
});

const latency = new Gauge({
  name: "mongodb_ping_seconds",
  help: "How long the last answered ping took",
  registers: [metrics],
});

/** @param milliseconds null without an answer */
export function showDatabasePing(milliseconds: number | null): void {
  isUp.set(milliseconds === null ? 0 : 1);
  if (milliseconds !== null) latency.set(milliseconds / 1_000);
}
