import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { findViolations } from "../../scripts/invariants/index.js";
import { SERVICE_NAMES } from "../../scripts/sandbox/environment.js";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import type { FaultRule } from "../../scripts/sandbox/shared/faults.js";
import { at, listAt } from "../../scripts/support/json.js";
import { setClock } from "../../utils/clock.js";
import { type Answer, ITEMS, paidCheckout, place, Shopper } from "../support/purchase.js";
import { ENDPOINTS, type Endpoint, type Neighbour, type Subject } from "../support/sick-endpoints.js";
import { startWorld, type World } from "../support/world.js";

/**
 * Every neighbour fails in every way under every call of a purchase that needs it. `npm run test:long` runs a part of
 * the table that contains every pair of call and neighbour and every failure; `npm run test:sick` runs all of it.
 */
const UPSTREAM_TIMEOUT_MS = 400;
const RAZORPAY_TIMEOUT_MS = 600;
/** A hanging neighbour costs one time-out, and a second one to undo or to look up. */
const DEADLINE_MS = 3_000;
const RECOVERS_WITHIN_MS = 10_000;

type Failure = Omit<FaultRule, "service" | "match">;
const FAILURES = {
  "reset-after": { action: "reset-after" },
  hang: { action: "hang" },
  "status 500": { action: "status", status: 500 },
  "503 with Retry-After": { action: "status", status: 503, retryAfterSeconds: 1 },
  "reset-before": { action: "reset-before" },
  "slow-drip": { action: "slow-drip", delayMs: 200 },
  html: { action: "html" },
  truncated: { action: "truncate" },
  "wrong types": { action: "wrong-types" },
  huge: { action: "huge", bytes: 6_000_000 },
} as const satisfies Record<string, Failure>;
type FailureName = keyof typeof FAILURES;
const NAMES = Object.keys(FAILURES) as FailureName[];

interface Case {
  endpoint: Endpoint;
  neighbour: Neighbour;
  failure: FailureName;
  title: string;
}

const isSampled = process.env.SICK_NEIGHBOURS !== "all";

/** The sample takes the failures in turn. Calls with an effect get the worst one: work done, answer lost. */
function failuresOf({ kind }: Neighbour, index: number): readonly FailureName[] {
  if (!isSampled) return NAMES;
  const inTurn = NAMES[(index * 3) % NAMES.length] ?? "hang";
  const hasEffect = kind === "write" || kind === "effect";
  return [hasEffect ? "reset-after" : inTurn];
}

const CASES: Case[] = ENDPOINTS.flatMap((endpoint) =>
  endpoint.neighbours.map((neighbour) => ({ endpoint, neighbour })),
).flatMap(({ endpoint, neighbour }, index) =>
  failuresOf(neighbour, index).map((failure) => ({
    endpoint,
    neighbour,
    failure,
    title: `${endpoint.name} meets ${neighbour.service} ${neighbour.match ?? ""} with ${failure}`.replace(
      "  ",
      " ",
    ),
  })),
);

/** 502 for an error or an unreadable answer, 503 for unavailable or an unknown outcome, 504 for a time-out. */
function expectedStatus({ kind, isEmpty = false }: Neighbour, failure: FailureName): number {
  if (kind === "spared" || (isEmpty && failure === "wrong types")) return 200;
  if (kind === "effect") return 503;
  if (failure === "hang" || failure === "slow-drip") return 504;
  // A read that got 503 had no effect. The outcome of a write is unknown.
  return failure === "503 with Retry-After" && kind === "ask" ? 503 : 502;
}

const CODES: Record<number, readonly string[]> = {
  502: ["UPSTREAM_BAD_RESPONSE"],
  503: ["UPSTREAM_UNAVAILABLE", "OUTCOME_UNKNOWN"],
  504: ["UPSTREAM_TIMEOUT"],
};

let world: World;
beforeAll(async () => {
  world = await startWorld({
    UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
    RAZORPAY_TIMEOUT_MS: String(RAZORPAY_TIMEOUT_MS),
    RATE_LIMIT_PER_MINUTE: "0",
    OVERLOAD_DELAY_MS: "0",
    CATALOG_CACHE_SECONDS: "0",
  });
  const { inventory, razorpay } = world.sandbox.control;
  for (const variantId of [SEED.variants.hairOil, SEED.variants.ashwagandha])
    await inventory.setStock(variantId, 100_000);
  // The tests make every step as the client.
  razorpay.configure({ webhooks: { drop: "all" } });
}, 300_000);

afterAll(async () => {
  try {
    await expectBooksBalanced();
  } finally {
    setClock(0);
    await world.stop();
  }
}, 300_000);

const faults = () => world.sandbox.control.faults;

/** Delivers what is left in the outbox; then all books must balance. */
async function expectBooksBalanced(): Promise<void> {
  faults().clear();
  await deliverAll();
  await world.runJob("placement-recovery");
  expect(await findViolations(world.db, world.sandbox)).toEqual([]);
  const lines = await world.db
    .collection("cartItems")
    .find({ reservationId: { $ne: null } })
    .toArray();
  const held = await world.sandbox.control.inventory.activeReservations();
  const known = new Map(lines.map(({ reservationId, quantity }) => [String(reservationId), quantity]));
  expect(held.filter(({ reservationId, quantity }) => known.get(reservationId) !== quantity)).toEqual([]);
}

/** Moves the clock past every retry and until the breakers close. */
async function deliverAll(): Promise<void> {
  for (let round = 1; round <= 10; round += 1) {
    setClock(round * 20 * 60_000);
    await world.settle();
    const left = await world.db.collection("outboxMessages").countDocuments({ state: "pending" });
    setClock(0);
    if (left === 0) return;
    await sleep(500);
  }
}

/** Collections and fields that may change without anything being bought, paid or promised. */
const BOOKKEEPING: readonly string[] = [
  "idempotencyRecords",
  "outboxMessages",
  "leases",
  "jobRuns",
  "counters",
];
const TRANSIENT_FIELDS: ReadonlySet<string> = new Set([
  "lease",
  "expiresAt",
  "updatedAt",
  "reservationExpiresAt",
  "promotionsCheckedAt",
]);

type Digest = Record<string, string>;

async function digest(leaveOut: readonly string[] = []): Promise<Digest> {
  const there = await world.db.listCollections({}, { nameOnly: true }).toArray();
  const names = there.map(({ name }) => name).filter((name) => ![...BOOKKEEPING, ...leaveOut].includes(name));
  const entries = names.sort().map(async (name) => {
    const documents = await world.db.collection(name).find().sort({ _id: 1 }).toArray();
    const text = JSON.stringify(documents, (key, value) => (TRANSIENT_FIELDS.has(key) ? undefined : value));
    return [name, createHash("sha256").update(text).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Retries a preparation: on a busy machine even a healthy neighbour may exceed the short time-outs. */
async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 5 || !/answered 50[234]/.test(String(error))) throw error;
      await sleep(attempt * 300);
    }
  }
}

interface Timed {
  answer: Answer;
  tookMs: number;
}

async function send({ shopper, request }: Subject): Promise<Timed> {
  const startedAt = performance.now();
  const answer = await shopper.send(request);
  return { answer, tookMs: performance.now() - startedAt };
}

function expectDocumented({ answer, tookMs }: Timed, { neighbour, failure }: Case): void {
  expect(tookMs).toBeLessThan(DEADLINE_MS);
  const expected = expectedStatus(neighbour, failure);
  const { status, code, headers } = answer;
  if (expected === 200) {
    expect([status, code]).toEqual([status < 300 ? status : "2xx", null]);
    return;
  }
  // A call that reached its time-out gets 504, whatever the neighbour would have answered.
  if (status !== 504 || tookMs < UPSTREAM_TIMEOUT_MS) expect([status, code]).toEqual([expected, code]);
  expect(CODES[status]).toContain(code);
  if (status === 503) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
}

/** Repeats the call as a client would: it must soon succeed without any repair. */
async function repeatUntilDone(subject: Subject): Promise<Answer> {
  const deadline = performance.now() + RECOVERS_WITHIN_MS;
  for (;;) {
    const { answer } = await send(subject);
    if (answer.status < 300) return answer;
    const mayPass = answer.status >= 502 || answer.status === 409;
    if (!mayPass || performance.now() > deadline)
      throw new Error(`no recovery: ${answer.status} ${answer.code} ${JSON.stringify(answer.data)}`);
    await sleep(150);
  }
}

function expectNotice({ data }: Answer): void {
  const cart = at(data, "cart") ?? data;
  expect(listAt(cart, "notices")).toContainEqual(expect.objectContaining({ code: "UPSTREAM_UNAVAILABLE" }));
  for (const line of listAt(cart, "items")) expect(at(line, "availability")).toBeNull();
}

test("When the table is sampled, then every neighbour and every failure occurs", () => {
  expect(new Set(CASES.map(({ failure }) => failure)).size).toBe(NAMES.length);
  // No purchase needs the storage of files.
  const needed = SERVICE_NAMES.filter((name) => name !== "cloudinary");
  expect(new Set(CASES.map(({ neighbour }) => neighbour.service)).size).toBe(needed.length);
});

test.each(CASES)(
  "When $title, then it answers as documented and a retry has its effect once",
  async (sick) => {
    const { endpoint, neighbour, failure } = sick;
    const { service, match, keeps = [] } = neighbour;
    const subject = await retrying(() => endpoint.prepare(world));
    const before = await digest(keeps);
    faults().add({ service, ...(match === undefined ? {} : { match }), ...FAILURES[failure] });
    const timed = await send(subject);
    const hits = faults()
      .list()
      .reduce((sum, fault) => sum + fault.hits, 0);
    faults().clear();
    expectDocumented(timed, sick);
    if (expectedStatus(neighbour, failure) === 200) {
      if (service === "inventory" && endpoint.name.includes("/cart")) expectNotice(timed.answer);
    } else {
      expect(hits).toBeGreaterThan(0);
      expect(await digest(keeps)).toEqual(before);
      await repeatUntilDone(subject);
    }
    await subject.expectOnce?.();
  },
  30_000,
);

describe("other calls during a failure", () => {
  afterEach(() => faults().clear());

  const endpointOf = (name: string): Endpoint => {
    const found = ENDPOINTS.find((endpoint) => endpoint.name === name);
    if (!found) throw new Error(`no endpoint ${name}`);
    return found;
  };

  test.each([
    ["catalog", "POST /cart/items"],
    ["pricing", "POST /cart/items"],
    ["inventory", "PUT /cart/items/:itemId"],
    ["shipping", "GET /checkout/:id/shipping-methods"],
    ["razorpay", "POST /payments/verify"],
  ] as const)("When %s hangs under %s, then other routes answer first", async (service, name) => {
    const subject = await retrying(() => endpointOf(name).prepare(world));
    const other = await retrying(() => endpointOf("GET /cart").prepare(world));
    faults().add({ service, action: "hang" });
    const order: string[] = [];
    const slow = send(subject).then(({ answer }) => order.push(`slow ${answer.status}`));
    const mini = { ...other, request: { method: "GET", path: "/api/cart/mini" } } as const;
    const quick = Array.from({ length: 10 }, () =>
      send(mini).then(({ answer }) => order.push(`mini ${answer.status}`)),
    );
    await Promise.all([slow, ...quick]);
    faults().clear();
    expect(order).toEqual([...Array.from({ length: 10 }, () => "mini 200"), "slow 504"]);
    await repeatUntilDone(subject);
    await subject.expectOnce?.();
  });

  test("When inventory stays unavailable, then calls fail at once without calling it, until it recovers", async () => {
    const subject = await retrying(() => endpointOf("PUT /cart/items/:itemId").prepare(world));
    const { calls } = world.sandbox.control;
    faults().add({ service: "inventory", action: "reset-before" });
    const codes: (string | null)[] = [];
    while (codes.at(-1) !== "UPSTREAM_UNAVAILABLE" && codes.length < 12)
      codes.push((await send(subject)).answer.code);
    expect(codes.at(-1)).toBe("UPSTREAM_UNAVAILABLE");
    expect(codes).toContain("UPSTREAM_BAD_RESPONSE");
    const asked = calls.count({ service: "inventory" });
    const startedAt = performance.now();
    const crowd = await Promise.all(Array.from({ length: 30 }, () => send(subject)));
    const seconds = (performance.now() - startedAt) / 1_000;
    const probes = calls.count({ service: "inventory" }) - asked;
    // A probing call gets the probe's result. On a slow machine there may be several probes.
    expect(probes).toBeLessThanOrEqual(2 + seconds);
    const refused = crowd.filter(({ answer }) => answer.code === "UPSTREAM_UNAVAILABLE");
    expect(refused.length).toBeGreaterThanOrEqual(crowd.length - probes);
    faults().clear();
    await repeatUntilDone(subject);
    await subject.expectOnce?.();
  });

  test("When engagement is unavailable, then orders are placed, and the customer gets one mail when it recovers", async () => {
    const checkout = await retrying(() => paidCheckout(world.url, world.sandbox, { items: [ITEMS.hairOil] }));
    faults().add({ service: "engagement", action: "hang" });
    expect(await place(checkout)).toMatchObject({ status: 201 });
    await world.settle();
    const message = { dedupeKey: `order.placed:${checkout.id}` };
    expect(await world.db.collection("outboxMessages").findOne(message)).toMatchObject({ state: "pending" });
    faults().clear();
    await deliverAll();
    expect(await world.db.collection("outboxMessages").findOne(message)).toMatchObject({
      state: "delivered",
    });
    const dedupeKey = `order_confirmed:${checkout.id}`;
    expect(world.sandbox.control.engagement.notifications({ dedupeKey })).toHaveLength(1);
  });

  test("When everything but the database is unavailable, then the cart can still be read, with a notice", async () => {
    const subject = await retrying(() => endpointOf("GET /cart").prepare(world));
    for (const service of SERVICE_NAMES) faults().add({ service, action: "reset-before" });
    const { answer } = await send(subject);
    const health = await new Shopper(world.url).send({ method: "GET", path: "/api/health/live" });
    faults().clear();
    expect(answer.status).toBe(200);
    expectNotice(answer);
    expect(health.status).toBe(200);
  });
});
