import type { mongo } from "mongoose";
import { JOURNEYS, type Journey } from "../../scripts/crash-sweep/journeys.js";
import { type CrashSpec, describe as tell } from "../../scripts/crash-sweep/points.js";
import { type Recorded, record } from "../../scripts/crash-sweep/record.js";
import { sweep } from "../../scripts/crash-sweep/sweep.js";
import type { Outcome } from "../../scripts/crash-sweep/try-point.js";
import { openWorld, type SweepWorld } from "../../scripts/crash-sweep/world.js";
import type { CallEntry } from "../../scripts/sandbox/shared/call-log.js";
import { ensureBuild } from "../support/service-build.js";
import { testDatabaseUri } from "../support/test-database-uri.js";

/**
 * F1–F5, F50: the most telling crashes of the sweep (`npm run test:crash` has all of them), and the proof that
 * there can be no effect without a crash point, and no crash point that is not what it says.
 */

const journeyOf = (name: string): Journey => {
  const journey = JOURNEYS.find((candidate) => candidate.name === name);
  if (!journey) throw new Error(`there is no journey ${name}`);
  return journey;
};

/** A point, and how often its effect has happened when the process dies there. */
interface Telling {
  what: string;
  journey: string;
  point: RegExp;
  count(world: SweepWorld): Promise<number>;
}

const TELLING: readonly Telling[] = [
  {
    what: "the gateway order is made",
    journey: "online",
    point: /choose-upi\. .*razorpay\.POST \/v1\/orders$/,
    count: async ({ sandbox }) =>
      sandbox.control.calls.count({ service: "razorpay", route: "POST /v1/orders" }),
  },
  {
    what: "the intent to place is written",
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
    what: "the refund is made",
    journey: "refused",
    point: /place\. .*razorpay\.POST \/v1\/payments\/\{id\}\/refund$/,
    count: async ({ sandbox }) => sandbox.control.razorpay.ledger().refunds.length,
  },
];
const CASES = TELLING.flatMap((telling) =>
  (["before", "after"] as const).map((phase) => ({
    ...telling,
    phase,
    left: phase === "before" ? "nothing" : "all",
  })),
);
const isOf = (spec: CrashSpec, { journey, point, phase }: (typeof CASES)[number]): boolean =>
  spec.journey.name === journey && spec.phase === phase && point.test(tell(spec));

/** What was really sent, as those noticed who received it. */
interface Witnessed {
  recorded: Recorded;
  calls: CallEntry[];
  commands: mongo.Document[];
}

let world: SweepWorld;
const witnessed = new Map<string, Witnessed>();
const counts = new Map<CrashSpec, number>();
let outcomes: Outcome[] = [];

/** The database writes down every command that reaches it. */
async function profile(db: SweepWorld["db"]): Promise<void> {
  await db.command({ profile: 0 });
  await db.dropCollection("system.profile").catch(() => false);
  await db.createCollection("system.profile", { capped: true, size: 16 * 1024 * 1024 });
  await db.command({ profile: 2 });
}

async function recordWitnessed(name: string): Promise<Recorded> {
  await profile(world.db);
  const [recorded] = await record(world, [journeyOf(name)]);
  await world.db.command({ profile: 0 });
  if (!recorded) throw new Error(`nothing was recorded of ${name}`);
  const commands = await world.db
    .collection("system.profile")
    .find({ appName: world.db.databaseName })
    .sort({ ts: 1 })
    .toArray();
  witnessed.set(name, { recorded, calls: world.sandbox.control.calls.list(), commands });
  return recorded;
}

beforeAll(async () => {
  const mongoUri = process.env.TEST_MONGODB_SERVER;
  if (!mongoUri) throw new Error("no MongoDB: is this file in tests/e2e?");
  await ensureBuild();
  const { pathname } = new URL(testDatabaseUri("crash").replace(/^mongodb/, "http"));
  world = await openWorld(mongoUri, pathname.slice(1));
  const recorded = [await recordWitnessed("online"), await recordWitnessed("refused")];
  outcomes = await sweep(world, recorded, {
    choose: (spec) => spec.nth === 1 && CASES.some((telling) => isOf(spec, telling)),
    onCrash: async (spec) => {
      const telling = CASES.find((candidate) => isOf(spec, candidate));
      if (telling) counts.set(spec, await telling.count(world));
    },
  });
}, 240_000);
afterAll(() => world?.close());

describe("A process that dies", () => {
  test.each(CASES)("When it dies $phase $what, then nobody can tell in the end", (telling) => {
    const outcome = outcomes.find(({ spec }) => isOf(spec, telling));
    expect(outcome?.faults).toEqual([]);
    expect(outcome?.diedIn).not.toBeNull();
  });

  test.each(CASES)("When it dies $phase $what, then $left of that has happened", (telling) => {
    const outcome = outcomes.find(({ spec }) => isOf(spec, telling));
    expect(outcome && counts.get(outcome.spec)).toBe(telling.phase === "before" ? 0 : 1);
  });
});

/** POSTs of the neighbours' contracts that only ask (`upstreams.md`). */
const QUESTIONS = new Set([
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

const pointsOf = ({ recorded }: Witnessed, isWanted: (name: string) => boolean): string[] =>
  recorded.points.filter(({ phase, name }) => phase === "before" && isWanted(name)).map(({ name }) => name);

const BOOKKEEPING = new Set(["leases", "jobRuns"]);
/** The profiler's words for what writes; `findAndModify` first, because it has fields of the others' names. */
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

/** What one line of the profiler says of a write; null for anything else. */
function writeOf({ op, ns, command, readConcern }: mongo.Document): Write | null {
  const verb = op === "command" ? Object.keys(VERBS).find((name) => command?.[name] !== undefined) : op;
  const collection = String(ns).split(".").slice(1).join(".");
  const name = VERBS[verb ?? ""];
  if (!name || BOOKKEEPING.has(collection)) return null;
  return { collection, command: name, isInTransaction: readConcern?.level === "snapshot" };
}

describe.each(["online", "refused"])("The recording of the journey %s", (name) => {
  const get = (): Witnessed => {
    const found = witnessed.get(name);
    if (!found) throw new Error("not recorded");
    return found;
  };

  test("When neighbours and gateway were written to, then each time at a point", () => {
    const heard = get()
      .calls.filter(({ method, service, route }) => method !== "GET" && !QUESTIONS.has(`${service} ${route}`))
      .map(({ service, route }) => `${service}.${route.replace(/:\w+/g, "{id}")}`);
    expect(heard).not.toEqual([]);
    expect(tally(pointsOf(get(), (point) => !point.startsWith("db.")))).toEqual(tally(heard));
  });

  const writes = (): Write[] => get().commands.flatMap((command) => writeOf(command) ?? []);

  test("When the database was written to outside a transaction, then each time at a point", () => {
    const written = writes()
      .filter(({ isInTransaction }) => !isInTransaction)
      .map(({ collection, command }) => `db.${collection}.${command}`);
    expect(written).not.toEqual([]);
    const isWrite = (point: string) => point.startsWith("db.") && !point.startsWith("db.commitTransaction");
    expect(tally(pointsOf(get(), isWrite))).toEqual(tally(written));
  });

  test("When transactions have written, then their commits are points that say what", () => {
    const written = writes()
      .filter(({ isInTransaction }) => isInTransaction)
      .map(({ collection }) => collection);
    const told = pointsOf(get(), (point) => point.startsWith("db.commitTransaction")).flatMap((point) =>
      (point.split(" ")[1] ?? "").split("+"),
    );
    expect(written).not.toEqual([]);
    expect(new Set(told)).toEqual(new Set(written));
  });
});
