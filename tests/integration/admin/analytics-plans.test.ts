import type { mongo } from "mongoose";
import { type AdminWorld, startAdminWorld } from "./admin-world.js";
import { randomCart, randomSession } from "./naive-analytics.js";

/** How the database answers the analyses: what the service asks is taken from its profile, and explained. */

const AMOUNT = 480;
const DAYS = 12;
/** Days as they begin and end in India. */
const RANGE = "dateFrom=2025-12-31T18:30:00.000Z&dateTo=2026-01-12T18:29:59.999Z";
const FROM = Date.parse("2025-12-31T18:30:00.000Z");
const CARTS = `/api/admin/carts/analytics?${RANGE}`;
const FUNNEL = `/api/admin/checkouts/funnel?${RANGE}`;
const COUNTED = ["carts", "checkoutSessions"] as const;

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
  const createdAt = (number: number) => new Date(FROM + number * ((DAYS * 86_400_000) / AMOUNT));
  const carts = Array.from({ length: AMOUNT }, (_, number) => randomCart(createdAt(number)));
  const sessions = Array.from({ length: AMOUNT }, (_, number) => randomSession(createdAt(number)));
  const { db } = world;
  await db.collection("carts").insertMany(carts.map(({ cart }) => cart));
  await db.collection("cartItems").insertMany(carts.flatMap(({ lines }) => lines));
  await db.collection("checkoutSessions").insertMany(sessions);
});
afterAll(() => world.stop());

/** Touches one cart and one checkout in so many, or none; their days have to be counted again. */
async function touch(every: number | null): Promise<void> {
  for (const name of COUNTED) {
    const rows = await world.db.collection(name).find().sort({ createdAt: 1 }).toArray();
    const some = rows.filter((_, index) => every !== null && index % every === 0).map(({ _id }) => _id);
    await world.db.collection(name).updateMany({}, { $set: { updatedAt: new Date(FROM) } });
    await world.db.collection(name).updateMany({ _id: { $in: some } }, { $set: { updatedAt: new Date() } });
  }
}

interface Asked {
  collection: string;
  plan: string;
  keys: number;
  documents: number;
}

/** What the service asked the database while both analyses were made. */
async function analyse(): Promise<Asked[]> {
  await world.db.command({ profile: 2 });
  const answers = [await world.get(CARTS), await world.get(FUNNEL)];
  await world.db.command({ profile: 0 });
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const profiled = await world.db
    .collection("system.profile")
    .find({ op: { $in: ["query", "command"] } })
    .toArray();
  await world.db.collection("system.profile").drop();
  const asked: Asked[] = [];
  for (const { command, keysExamined, docsExamined } of profiled) {
    const collection: unknown = command?.find ?? command?.aggregate;
    if (typeof collection !== "string" || collection.startsWith("system.")) continue;
    const explained = await world.db.command({
      explain: withoutEnvelope(command),
      verbosity: "queryPlanner",
    });
    const plan = JSON.stringify(winningPlanOf(explained));
    asked.push({ collection, plan, keys: keysExamined ?? 0, documents: docsExamined ?? 0 });
  }
  return asked;
}

const ENVELOPE = ["lsid", "$clusterTime", "$db", "$readPreference", "txnNumber", "readConcern"];
const OF_TRANSACTIONS = ["autocommit", "startTransaction"];
const withoutEnvelope = (command: mongo.Document): mongo.Document =>
  Object.fromEntries(
    Object.entries(command).filter(([name]) => !ENVELOPE.includes(name) && !OF_TRANSACTIONS.includes(name)),
  );

function winningPlanOf(explained: mongo.Document): unknown {
  const planner = explained.queryPlanner ?? explained.stages?.[0]?.$cursor?.queryPlanner;
  return planner?.winningPlan?.queryPlan ?? planner?.winningPlan;
}

const of = (asked: Asked[], ...names: string[]) =>
  asked.filter(({ collection }) => names.includes(collection));
const sum = (asked: Asked[], field: "keys" | "documents") =>
  asked.reduce((total, one) => total + one[field], 0);

const states: [string, () => Promise<unknown>][] = [
  ["every day was touched since it was tallied", () => world.runJob("analytics").then(() => touch(1))],
  ["every other day was", () => world.runJob("analytics").then(() => touch(2 * (AMOUNT / DAYS)))],
];

describe.each(states)("When %s", (_state, prepare) => {
  it("then indexes alone answer, and lines come by theirs", async () => {
    await prepare();
    const asked = await analyse();
    expect(of(asked, "carts")).toHaveLength(3);
    expect(of(asked, "checkoutSessions")).toHaveLength(2);
    expect(of(asked, "cartItems")).toHaveLength(1);
    for (const { plan, documents } of of(asked, ...COUNTED)) {
      expect(plan).toContain("IXSCAN");
      expect(plan).not.toMatch(/COLLSCAN|"FETCH"/);
      expect(documents).toBe(0);
    }
    for (const { plan } of asked) expect(plan).not.toContain("COLLSCAN");
  });
});

describe("When every day is tallied", () => {
  it("then no cart and no checkout is looked at, and each day's tally once or twice", async () => {
    await touch(null);
    await world.runJob("analytics");
    const asked = await analyse();
    expect(of(asked, "cartItems")).toEqual([]);
    expect(of(asked, ...COUNTED)).toHaveLength(2);
    expect(sum(of(asked, ...COUNTED), "keys")).toBe(0);
    const days = of(asked, "cartDays", "checkoutDays");
    for (const { plan } of days) expect(plan).not.toContain("COLLSCAN");
    expect(days.length).toBe(5);
    for (const { documents } of days) expect(documents).toBeLessThanOrEqual(DAYS);
  });
});
