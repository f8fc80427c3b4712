import { appendFileSync } from "node:fs";
import type { mongo } from "mongoose";
import { config } from "../config/env.config.js";
import { currentRequestId } from "./request-context.js";

/**
 * Named points before and after every effect, at which a test can kill this process. They are in the mechanisms that
 * every effect goes through (the driver's commands, the neighbours' client, the gateway's transport), not in the
 * flows, so that no step can lack one.
 *
 *   record:<file>                                    records each point that is reached
 *   kill:<name>:<before|after>:<nth>[:<request id>]  SIGKILL at the nth time, in requests whose id starts with this
 *
 * Before: nothing was sent yet. After: the effect has happened and its answer has arrived, but nothing is recorded.
 */
export type CrashPhase = "before" | "after";

/** One line of a recording. */
export interface ReachedPoint {
  name: string;
  phase: CrashPhase;
  requestId: string | null;
}

type Reach = (name: string, phase: CrashPhase) => void;

function recordTo(file: string): Reach {
  return (name, phase) => {
    const point: ReachedPoint = { name, phase, requestId: currentRequestId() ?? null };
    appendFileSync(file, `${JSON.stringify(point)}\n`);
  };
}

function killAt([wantedName = "", wantedPhase = "", nth = "", requestId = ""]: string[]): Reach {
  let left = Number(nth);
  return (name, phase) => {
    if (name !== wantedName || phase !== wantedPhase) return;
    if (!(currentRequestId() ?? "").startsWith(requestId)) return;
    left -= 1;
    // The kernel ends the process inside this call: no further statement runs.
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}

/** @param setting checked when the configuration is read: one of the two forms above */
function toReach(setting: string): Reach {
  const [mode, ...rest] = setting.split(":");
  return mode === "record" ? recordTo(rest.join(":")) : killAt(rest);
}

const { env, crashPoints } = config;
/** Null outside tests, where these points cost nothing. */
const reach: Reach | null = env === "test" && crashPoints ? toReach(crashPoints) : null;

export const crashPointsAreOn = reach !== null;

/** Ids become `{id}`: `/api/reservations/rsv_1` → `/api/reservations/{id}`. Fixed parts of a path are lower-case letters. */
const templateOf = (path: string): string =>
  path.replace(/\?.*$/, "").replace(/(?<=\/)(?!v\d\/)[^/]*[^/a-z-][^/]*/g, "{id}");

interface OutsideWrite {
  service: string;
  method: string;
  /** With or without a query. */
  path: string;
}

const nameOf = ({ service, method, path }: OutsideWrite): string =>
  `${service}.${method.toUpperCase()} ${templateOf(path)}`;

/** A write to another service is about to be sent (`before`), or has been answered (`after`). */
export function reachOutsideWrite(write: OutsideWrite, phase: CrashPhase): void {
  reach?.(nameOf(write), phase);
}

const DATABASE_WRITES: ReadonlySet<string> = new Set([
  "insert",
  "update",
  "delete",
  "findAndModify",
  "bulkWrite",
]);
/** Bookkeeping of the jobs. Nothing that a customer sees depends on it. */
const BOOKKEEPING: ReadonlySet<string> = new Set(["leases", "jobRuns"]);

/** The collections that each open transaction has written. */
class OpenTransactions {
  readonly #ofSession = new Map<string, { transaction: string; collections: Set<string> }>();

  /** Of the transaction that this command is part of. */
  collectionsOf(command: mongo.Document): Set<string> {
    const session = String(command.lsid?.id?.toString("hex"));
    const transaction = String(command.txnNumber);
    const known = this.#ofSession.get(session);
    if (known?.transaction === transaction) return known.collections;
    const collections = new Set<string>();
    this.#ofSession.set(session, { transaction, collections });
    return collections;
  }
}

/** @returns null for commands without an effect of their own: reads, and writes in an open transaction */
function nameOfCommand(
  commandName: string,
  command: mongo.Document,
  transactions: OpenTransactions,
): string | null {
  if (commandName === "commitTransaction") {
    const collections = transactions.collectionsOf(command);
    return collections.size === 0 ? null : `db.commitTransaction ${[...collections].join("+")}`;
  }
  if (!DATABASE_WRITES.has(commandName)) return null;
  const collection = commandName === "bulkWrite" ? "several" : String(command[commandName]);
  if (BOOKKEEPING.has(collection)) return null;
  if (command.autocommit !== false) return `db.${collection}.${commandName}`;
  transactions.collectionsOf(command).add(collection);
  return null;
}

/**
 * Adds a point before and after each write of a client: `db.carts.update`, or, for a transaction, only at its commit:
 * `db.commitTransaction carts+cartItems`.
 *
 * The driver reports a command before its first byte is sent and its success once the whole answer has arrived, both
 * in the caller's context (mongodb 7.8, `Connection.sendCommand`).
 */
export function watchDatabaseWrites(client: mongo.MongoClient): void {
  if (!reach) return;
  const inFlight = new Map<number, string>();
  const transactions = new OpenTransactions();
  client.on("commandStarted", ({ commandName, command, requestId }) => {
    const name = nameOfCommand(commandName, command, transactions);
    if (name === null) return;
    inFlight.set(requestId, name);
    reach(name, "before");
  });
  client.on("commandSucceeded", ({ requestId, reply }) => {
    const name = inFlight.get(requestId);
    inFlight.delete(requestId);
    // An insert of an existing document succeeds as a command and has no effect.
    if (name !== undefined && !Object(reply).writeErrors) reach(name, "after");
  });
  client.on("commandFailed", ({ requestId }) => inFlight.delete(requestId));
}
