import type { mongo } from "mongoose";
import { JOURNEYS } from "../../scripts/crash-sweep/journeys.js";
import { type CrashSpec, describe as toText } from "../../scripts/crash-sweep/points.js";
import type { Journey } from "../../scripts/crash-sweep/steps.js";
import { type Recorded, record, sweep } from "../../scripts/crash-sweep/sweep.js";
import type { CrashOutcome } from "../../scripts/crash-sweep/try-point.js";
import { openSweepWorld, type SweepWorld } from "../../scripts/crash-sweep/world.js";
import type { CallEntry } from "../../scripts/sandbox/shared/call-log.js";
import { ensureBuild } from "../support/service-build.js";
import { databaseNameOf, testDatabaseUri } from "../support/test-database-uri.js";

/**
 * The most important crashes of the sweep (`npm run test:crash` tries all of them), and a proof that every
 * effect has a crash point and every crash point stands at the effect that it names.
 */

const journeyOf = (name: string): Journey => {
  const journey = JOURNEYS.find((candidate) => candidate.name === name);
  if (!journey) throw new Error(`there is no journey ${name}`);
  return journey;
};

/** A crash point, and how often its effect has happened when the process dies there. */
interface CrashCase {
  what: string;
  journey: string;
  point: RegExp;
  count(world: SweepWorld): Promise<number>;
}

const CRASHES: readonly CrashCase[] = [
  {
    what: "the gateway order is created",
    journey: "online",
    point: /choose-upi\. .*razorpay\.POST \/v1\/orders$/,
    count: async ({ sandbox }) =>
      sandbox.control.calls.count({ service: "razorpay", route: "POST /v1/orders" }),
  },
  {
    what: "the placement claim is written",
    journey: "online",
    point: /place\. .*db\.checkoutSessions\.findAndModify$/,
    count: ({ db }) => db.collection("checkoutSessions").countDocuments({ placement: { $ne: null } }),
  },
  {
    what: "the stock is sold",
    journey: "online",
    point: /place\. .*inventory\.POST \/api\/reservations\/convert$/,
    count: async ({ sandbox }) =>
      new Set((await sandbox.control.inventory.ledger({ type: "converted" })).map(({ orderId }) => orderId))
        .size,
  },
  {
    what: "the order is committed",
    journey: "online",
    point: /place\. .*db\.commitTransaction .*\+orders\+/,
    count: ({ db }) => db.collection("orders").countDocuments(),
  },
  {
    what: "the invoice is requested",
    journey: "online",
    point: /db\.invoiceRequests\.update$/,
    count: ({ db }) => db.collection("invoiceRequests").countDocuments(),
  },
  {
    what: "the invoice is committed",
    journey: "online",
    point: /invoices\. .*db\.commitTransaction .*invoices/,
    count: ({ db }) => db.collection("invoices").countDocuments(),
  },
  {
    what: "the refund is created",
    journey: "refused",
    point: /place\. .*razorpay\.POST \/v1\/payments\/\{id\}\/refund$/,
    count: async ({ sandbox }) => sandbox.control.razorpay.ledger().refunds.length,
  },
  {
    what: "the refund is approved",
    journey: "refund-parts",
    point: /approve-refund\. .*db\.commitTransaction .*refunds/,
    count: ({ db }) => db.collection("refunds").countDocuments({ status: "processing", splitFromId: null }),
  },
  {
    what: "the store credit is given back",
    journey: "refund-parts",
    point: /approve-refund\. .*engagement\.POST \/api\/store-credits\/issue$/,
    count: async ({ sandbox }) =>
      sandbox.control.engagement
        .creditLedger()
        .filter(({ reference = "" }) => reference.startsWith("refund:")).length,
  },
];
/** `npm run test:long` tries all of them. */
const MOST_TELLING = [
  ...["the stock is sold", "the order is committed", "the refund is created"],
  "the store credit is given back",
];
const isTried = ({ what }: CrashCase): boolean => Boolean(process.env.LONG) || MOST_TELLING.includes(what);
const phasesOf = ({ what }: CrashCase) =>
  process.env.LONG || what === "the order is committed"
    ? (["before", "after"] as const)
    : (["after"] as const);
const CASES = CRASHES.filter(isTried).flatMap((crash) =>
  phasesOf(crash).map((phase) => ({
    ...crash,
    phase,
    done: phase === "before" ? "nothing" : "all",
  })),
);
const isOf = (spec: CrashSpec, { journey, point, phase }: (typeof CASES)[number]): boolean =>
  spec.journey.name === journey && spec.phase === phase && point.test(toText(spec));

/** What was really sent, as its receivers recorded it. */
interface Received {
  recorded: Recorded;
  calls: CallEntry[];
  commands: mongo.Document[];
}

let world: SweepWorld;
const received = new Map<string, Received>();
const counts = new Map<CrashSpec, number>();
let outcomes: CrashOutcome[] = [];

/** Makes the database log every command that it receives. */
async function startProfiling(db: SweepWorld["db"]): Promise<void> {
  await db.command({ profile: 0 });
  await db.dropCollection("system.profile").catch(() => false);
  await db.createCollection("system.profile", { capped: true, size: 16 * 1024 * 1024 });
  await db.command({ profile: 2 });
}

async function recordReceived(name: string): Promise<Recorded> {
  await startProfiling(world.db);
  const [recorded] = await record(world, [journeyOf(name)]);
  await world.db.command({ profile: 0 });
  if (!recorded) throw new Error(`nothing was recorded of ${name}`);
  const commands = await world.db
    .collection("system.profile")
    .find({ appName: world.db.databaseName })
    .sort({ ts: 1 })
    .toArray();
  received.set(name, { recorded, calls: world.sandbox.control.calls.list(), commands });
  return recorded;
}

beforeAll(async () => {
  const mongoUri = process.env.TEST_MONGODB_SERVER;
  if (!mongoUri) throw new Error("no MongoDB: is this file in tests/e2e?");
  await ensureBuild();
  world = await openSweepWorld(mongoUri, databaseNameOf(testDatabaseUri("crash")));
  const recorded = [
    await recordReceived("online"),
    await recordReceived("refused"),
    await recordReceived("refund-parts"),
  ];
  outcomes = await sweep(world, recorded, {
    choose: (spec) => spec.nth === 1 && CASES.some((crash) => isOf(spec, crash)),
    onCrash: async (spec) => {
      const crash = CASES.find((candidate) => isOf(spec, candidate));
      if (crash) counts.set(spec, await crash.count(world));
    },
  });
}, 300_000);
afterAll(() => world?.close());

describe("A process that dies", () => {
  test.each(CASES)(
    "When it dies $phase $what, then the end result is the same as without a crash",
    (crash) => {
      const outcome = outcomes.find(({ spec }) => isOf(spec, crash));
      expect(outcome?.faults).toEqual([]);
      expect(outcome?.diedIn).not.toBeNull();
    },
  );

  test.each(CASES)("When it dies $phase $what, then $done of that effect has happened", (crash) => {
    const outcome = outcomes.find(({ spec }) => isOf(spec, crash));
    expect(outcome && counts.get(outcome.spec)).toBe(crash.phase === "before" ? 0 : 1);
  });
});

/** POSTs of the neighbours' contracts that only read. */
const READING_POSTS = new Set([
  "catalog POST /api/products/batch",
  "pricing POST /api/coupons/validate",
  "pricing POST /api/automatic-discounts/apply",
  "pricing POST /api/free-gifts/eligible",
  "inventory POST /api/stock/check/bulk",
  "shipping POST /api/shipping-methods/calculate",
]);

function tally(names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of [...names].sort()) found[name] = (found[name] ?? 0) + 1;
  return found;
}

const pointsOf = ({ recorded }: Received, isWanted: (name: string) => boolean): string[] =>
  recorded.points.filter(({ phase, name }) => phase === "before" && isWanted(name)).map(({ name }) => name);

const BOOKKEEPING = new Set(["leases", "jobRuns"]);
/** The profiler's names of writes. `findAndModify` comes first, because it has fields with the others' names. */
const VERBS: Readonly<Record<string, string>> = {
  findAndModify: "findAndModify",
  insert: "insert",
  update: "update",
  remove: "delete",
};

interface Write {
  collection: string;
  command: string;
  /** Only the service's transactions read from a snapshot. */
  isInTransaction: boolean;
}

/** The write in a line of the profiler, or null for anything else. */
function writeOf({ op, ns, command, readConcern }: mongo.Document): Write | null {
  const verb = op === "command" ? Object.keys(VERBS).find((name) => command?.[name] !== undefined) : op;
  const collection = String(ns).split(".").slice(1).join(".");
  const name = VERBS[verb ?? ""];
  if (!name || BOOKKEEPING.has(collection)) return null;
  return { collection, command: name, isInTransaction: readConcern?.level === "snapshot" };
}

describe.each(["online", "refused", "refund-parts"])("The recording of the journey %s", (name) => {
  const get = (): Received => {
    const found = received.get(name);
    if (!found) throw new Error("not recorded");
    return found;
  };

  test("When a neighbour or the gateway receives a write, then the write has a crash point", () => {
    const writes = get()
      .calls.filter(
        ({ method, service, route }) => method !== "GET" && !READING_POSTS.has(`${service} ${route}`),
      )
      .map(({ service, route }) => `${service}.${route.replace(/:\w+/g, "{id}")}`);
    expect(writes).not.toEqual([]);
    expect(tally(pointsOf(get(), (point) => !point.startsWith("db.")))).toEqual(tally(writes));
  });

  const findWrites = (): Write[] => get().commands.flatMap((command) => writeOf(command) ?? []);

  test("When the database receives a write outside a transaction, then the write has a crash point", () => {
    const written = findWrites()
      .filter(({ isInTransaction }) => !isInTransaction)
      .map(({ collection, command }) => `db.${collection}.${command}`);
    expect(written).not.toEqual([]);
    const isWrite = (point: string) => point.startsWith("db.") && !point.startsWith("db.commitTransaction");
    expect(tally(pointsOf(get(), isWrite))).toEqual(tally(written));
  });

  test("When a transaction writes, then its commit has a crash point that names the collections", () => {
    const written = findWrites()
      .filter(({ isInTransaction }) => isInTransaction)
      .map(({ collection }) => collection);
    const named = pointsOf(get(), (point) => point.startsWith("db.commitTransaction")).flatMap((point) =>
      (point.split(" ")[1] ?? "").split("+"),
    );
    expect(written).not.toEqual([]);
    expect(new Set(named)).toEqual(new Set(written));
  });
});
