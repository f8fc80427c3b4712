import { type mongo, Types } from "mongoose";
import { createRandom } from "../../../scripts/sandbox/shared/random.js";
import { type AdminWorld, startAdminWorld } from "./admin-world.js";

/** The aggregations against a plain count over the same random documents. */

const CARTS = 3_000;
const DAY_MS = 86_400_000;
const INDIA_MS = 19_800_000;
const FIRST = Date.parse("2026-01-01T00:00:00Z");
const random = createRandom(7);
const below = (most: number): number => Math.floor(random() * most);
const pick = <T>(words: readonly T[]): T => words[below(words.length)] as T;

interface Line {
  cartId: Types.ObjectId;
  productId: string;
  name: string;
  quantity: number;
  lineTotal: number;
  isFreeGift: boolean;
}
interface Cart {
  _id: Types.ObjectId;
  status: string;
  createdAt: Date;
  grandTotal: number;
  itemCount: number;
  mergedIntoCartId: Types.ObjectId | null;
}
interface Session {
  _id: Types.ObjectId;
  createdAt: Date;
  steps: Record<"initiatedAt" | "addressEnteredAt" | "paymentPendingAt" | "completedAt", Date | null>;
}

const lines: Line[] = [];
const carts: Cart[] = Array.from({ length: CARTS }, () => makeCart());
const sessions: Session[] = Array.from({ length: CARTS }, () => makeSession());

function makeCart(): Cart {
  const cart = {
    _id: new Types.ObjectId(),
    status: pick(["active", "abandoned", "abandoned", "converted", "converted"]),
    createdAt: new Date(FIRST + below(120 * DAY_MS)),
    grandTotal: 0,
    itemCount: below(4),
    mergedIntoCartId: null as Types.ObjectId | null,
  };
  if (cart.status === "converted" && below(4) === 0) cart.mergedIntoCartId = new Types.ObjectId();
  for (let index = 0; index < cart.itemCount; index += 1) {
    const product = below(14) + index * 14;
    const line = {
      cartId: cart._id,
      productId: `prod-${product}`,
      variantId: "var",
      name: `Product ${product}`,
      quantity: 1 + below(5),
      lineTotal: 0,
      isFreeGift: below(9) === 0,
    };
    line.lineTotal = line.isFreeGift ? 0 : line.quantity * (100 + below(90_000));
    cart.grandTotal += line.lineTotal;
    lines.push(line);
  }
  return cart;
}

function makeSession(): Session {
  const createdAt = new Date(FIRST + below(120 * DAY_MS));
  const steps = below(4);
  const at = (step: number) => (steps >= step ? new Date(createdAt.getTime() + step * 60_000) : null);
  return {
    _id: new Types.ObjectId(),
    createdAt,
    steps: { initiatedAt: createdAt, addressEnteredAt: at(1), paymentPendingAt: at(2), completedAt: at(3) },
  };
}

/** With the calendar instead of arithmetic on days. */
function startOf(at: Date, groupBy: string): string {
  const local = new Date(at.getTime() + INDIA_MS);
  local.setUTCHours(0, 0, 0, 0);
  if (groupBy === "week") local.setUTCDate(local.getUTCDate() - ((local.getUTCDay() + 6) % 7));
  if (groupBy === "month") local.setUTCDate(1);
  return local.toISOString().slice(0, 10);
}

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
  await world.db.collection<Cart>("carts").insertMany(
    // Owners of their own: only one active cart each.
    carts.map((cart) => ({ ...cart, userId: `user-${cart._id.toHexString()}` })),
  );
  await world.db
    .collection<Line>("cartItems")
    .insertMany(lines.map((line, index) => ({ ...line, variantId: `v-${index}` })));
  await world.db
    .collection<Session>("checkoutSessions")
    .insertMany(sessions.map((session) => ({ ...session, cartId: new Types.ObjectId(), status: "failed" })));
});
afterAll(() => world.stop());

const RANGES = [
  ["2026-01-01T00:00:00Z", "2026-04-30T23:59:59Z"],
  ["2026-01-14T18:30:00.000Z", "2026-02-20T05:17:23.456Z"],
] as const;
const CASES = RANGES.flatMap(([from, to]) =>
  ["day", "week", "month"].map((groupBy) => [groupBy, from, to] as const),
);
const within = <T extends { createdAt: Date }>(documents: T[], from: string, to: string): T[] =>
  documents.filter(({ createdAt }) => createdAt >= new Date(from) && createdAt <= new Date(to));

function groupsOf<T extends { createdAt: Date }>(documents: T[], groupBy: string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const document of documents) {
    const key = startOf(document.createdAt, groupBy);
    groups.set(key, [...(groups.get(key) ?? []), document]);
  }
  return groups;
}

describe("GET /api/admin/carts/analytics", () => {
  const worthOf = (some: Cart[]) => some.reduce((sum, { grandTotal }) => sum + grandTotal, 0);
  const round = (amount: number, digits: number) => Math.round(amount * 10 ** digits) / 10 ** digits;

  function countsOf(all: Cart[]) {
    const counted = all.filter(({ itemCount, mergedIntoCartId }) => itemCount > 0 && !mergedIntoCartId);
    const abandoned = counted.filter(({ status }) => status === "abandoned");
    const converted = counted.filter(({ status }) => status === "converted");
    const ended = abandoned.length + converted.length;
    return {
      carts: counted.length,
      abandoned: abandoned.length,
      converted: converted.length,
      abandonmentRate: ended === 0 ? 0 : round(abandoned.length / ended, 4),
      abandonedValue: worthOf(abandoned) / 100,
      averageCartValue: counted.length === 0 ? 0 : Math.round(worthOf(counted) / counted.length) / 100,
    };
  }

  function topProducts(all: Cart[]) {
    const ids = new Set(
      all.filter(({ status }) => status === "abandoned").map(({ _id }) => _id.toHexString()),
    );
    const sums = new Map<string, { productId: string; name: string; quantity: number; value: number }>();
    for (const line of lines) {
      if (line.isFreeGift || !ids.has(line.cartId.toHexString())) continue;
      const { productId, name } = line;
      const sum = sums.get(productId) ?? { productId, name, quantity: 0, value: 0 };
      sum.quantity += line.quantity;
      sum.value += line.lineTotal;
      sums.set(productId, sum);
    }
    return [...sums.values()]
      .sort((a, b) => b.quantity - a.quantity || b.value - a.value || (a.productId < b.productId ? -1 : 1))
      .slice(0, 10)
      .map((sum) => ({ ...sum, value: sum.value / 100 }));
  }

  it.each(CASES)(
    "When it is asked for by %s from %s to %s, then it is as counted by hand",
    async (groupBy, from, to) => {
      const query = `dateFrom=${from}&dateTo=${to}&groupBy=${groupBy}`;
      const { body } = await world.get(`/api/admin/carts/analytics?${query}`);
      const { series, topAbandonedProducts, ...total } = body.data;
      const counted = within(carts, from, to);
      expect(total).toEqual(countsOf(counted));
      expect(topAbandonedProducts).toEqual(topProducts(counted));
      const groups = groupsOf(counted, groupBy);
      expect(series.map(({ period }: { period: string }) => period)).toEqual([...groups.keys()].sort());
      for (const { period, ...counts } of series) expect(counts).toEqual(countsOf(groups.get(period) ?? []));
      const other = await world.get(`/api/admin/carts/analytics/abandonment?${query}`);
      expect(other.body.data).toEqual(body.data);
    },
  );

  it("When it is computed, then the index alone answers, and lines come by theirs", async () => {
    const plans = await explainAll(world, async () => {
      await world.get(`/api/admin/carts/analytics?dateFrom=${RANGES[0][0]}&dateTo=${RANGES[0][1]}`);
    });
    expect(plans.carts).toHaveLength(2);
    for (const plan of plans.carts ?? []) {
      expect(plan).toContain("IXSCAN");
      expect(plan).not.toMatch(/COLLSCAN|"FETCH"/);
    }
    for (const plan of plans.cartItems ?? []) {
      expect(plan).toContain("IXSCAN");
      expect(plan).not.toContain("COLLSCAN");
    }
  });

  it("When nothing happened, then every number is 0 and every period is there", async () => {
    const { body } = await world.get(
      "/api/admin/carts/analytics?dateFrom=2020-03-01T00:00:00Z&dateTo=2020-03-03T00:00:00Z",
    );
    expect(body.data).toMatchObject({
      carts: 0,
      abandonmentRate: 0,
      averageCartValue: 0,
      topAbandonedProducts: [],
    });
    expect(body.data.series.map(({ period }: { period: string }) => period)).toEqual([
      "2020-03-01",
      "2020-03-02",
      "2020-03-03",
    ]);
  });
});

describe("GET /api/admin/checkouts/funnel", () => {
  const STEPS = [
    ["initiated", "initiatedAt"],
    ["address_entered", "addressEnteredAt"],
    ["payment_pending", "paymentPendingAt"],
    ["completed", "completedAt"],
  ] as const;

  function funnelOf(all: Session[]) {
    const counts = STEPS.map(([, field]) => all.filter(({ steps }) => steps[field] !== null).length);
    const share = (part: number, whole: number) =>
      whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;
    const steps = STEPS.map(([status], index) => {
      const count = counts[index] ?? 0;
      const dropOff = index === 3 ? 0 : count - (counts[index + 1] ?? 0);
      return { status, count, dropOff, dropOffRate: share(dropOff, count) };
    });
    return { steps, conversionRate: share(counts[3] ?? 0, counts[0] ?? 0) };
  }

  it.each(CASES)(
    "When it is asked for by %s from %s to %s, then it is as counted by hand",
    async (groupBy, from, to) => {
      const { body } = await world.get(
        `/api/admin/checkouts/funnel?dateFrom=${from}&dateTo=${to}&groupBy=${groupBy}`,
      );
      const { series, ...total } = body.data;
      const counted = within(sessions, from, to);
      expect(total).toEqual(funnelOf(counted));
      const groups = groupsOf(counted, groupBy);
      expect(series).toEqual(
        [...groups.keys()].sort().map((period) => ({ period, ...funnelOf(groups.get(period) ?? []) })),
      );
    },
  );

  it("When it is computed, then the index alone answers", async () => {
    const { checkoutSessions } = await explainAll(world, async () => {
      await world.get(`/api/admin/checkouts/funnel?dateFrom=${RANGES[0][0]}&dateTo=${RANGES[0][1]}`);
    });
    expect(checkoutSessions).toHaveLength(1);
    expect(checkoutSessions?.[0]).toContain("IXSCAN");
    expect(checkoutSessions?.[0]).not.toMatch(/COLLSCAN|"FETCH"/);
  });
});

describe("The range of an analysis", () => {
  it.each([
    ["dateFrom=2026-02-01T00:00:00Z&dateTo=2026-01-01T00:00:00Z"],
    ["dateFrom=2025-01-01T00:00:00Z&dateTo=2026-01-03T00:00:00Z"],
    ["dateFrom=2020-01-01T00:00:00Z"],
    ["groupBy=year"],
    ["page=1"],
  ])("When it is %s, then 400", async (query) => {
    for (const route of ["carts/analytics", "checkouts/funnel"]) {
      const { status, body } = await world.get(`/api/admin/${route}?${query}`);
      expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    }
  });

  it("When none is given, then it is the last 30 days", async () => {
    const { body } = await world.get("/api/admin/carts/analytics");
    const { series } = body.data;
    expect(series).toHaveLength(31);
    expect(series.at(-1).period).toBe(startOf(new Date(), "day"));
    expect(body.data.carts).toBe(0);
  });
});

/** The plans of what the service asks of each collection while `work` goes on: its own commands, explained. */
async function explainAll(of: AdminWorld, work: () => Promise<void>): Promise<Record<string, string[]>> {
  await of.db.command({ profile: 2 });
  await work();
  await of.db.command({ profile: 0 });
  const commands = await of.db
    .collection("system.profile")
    .find({ op: { $in: ["query", "command"] } })
    .toArray();
  await of.db.collection("system.profile").drop();
  const plans: Record<string, string[]> = {};
  for (const { command } of commands) {
    const collection: unknown = command?.find ?? command?.aggregate;
    if (typeof collection !== "string" || collection.startsWith("system.")) continue;
    const explained = await of.db.command({ explain: withoutEnvelope(command), verbosity: "queryPlanner" });
    plans[collection] = [...(plans[collection] ?? []), JSON.stringify(winningPlanOf(explained))];
  }
  return plans;
}

const ENVELOPE = ["lsid", "$clusterTime", "$db", "$readPreference", "txnNumber", "readConcern"];
const withoutEnvelope = (command: mongo.Document): mongo.Document =>
  Object.fromEntries(Object.entries(command).filter(([name]) => !ENVELOPE.includes(name)));

function winningPlanOf(explained: mongo.Document): unknown {
  const planner = explained.queryPlanner ?? explained.stages?.[0]?.$cursor?.queryPlanner;
  return planner?.winningPlan?.queryPlan ?? planner?.winningPlan;
}
