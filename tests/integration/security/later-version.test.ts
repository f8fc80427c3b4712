import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import { JOB_NAMES } from "../../../utils/constants.js";
import { nameOf, pathWith } from "../../support/router-table.js";
import { callerFor, collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";
import { asUser, newSession, type Shopper, shopForEverything, shopUntil } from "./shoppers.js";

/**
 * While instances are replaced, a later version has already written: with fields that this one does not know, and with
 * values that its closed lists do not have. Every read still answers, and every job does the work that it knows.
 */
jest.setTimeout(600_000);

let world: SecurityWorld;
let customer: Shopper;

beforeAll(async () => {
  world = await startSecurityWorld();
  customer = await shopForEverything(world, asUser("user-asha"));
});
afterAll(() => world.stop());

type Route = SecurityWorld["routes"][number];
const LATER = "of_a_later_version";

/** Their content is not read by field: texts of the catalog, and what belongs to another. */
const NOT_READ_BY_FIELD = ["attributes", "payload", "values", "result"];

const isPart = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === "[object Object]" && !Object.hasOwn(Object(value), "_bsontype");

/** With a new field in every object. */
function withNewFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNewFields);
  if (!isPart(value) || "_bsontype" in value) return value;
  const fields = Object.entries(value).map(([name, inner]) => [
    name,
    NOT_READ_BY_FIELD.includes(name) ? inner : withNewFields(inner),
  ]);
  return { ...Object.fromEntries(fields), addedLater: { since: "2.0.0" } };
}

/** Neither documents of the shop, nor written by versions side by side. */
const NOT_EXTENDED = /^(leases|counters|migrations|idempotencyRecords|files|.*\.(files|chunks))$/;

async function addNewFields(): Promise<void> {
  for (const collection of await world.db.collections()) {
    if (NOT_EXTENDED.test(collection.collectionName)) continue;
    for (const document of await collection.find().toArray())
      await collection.replaceOne({ _id: document._id }, withNewFields(document) as object);
  }
}

const NOTICE = { code: "OF_A_LATER_VERSION", message: "A notice of a later version", details: { a: 1 } };

/** By collection. */
const NEW_VALUES: Readonly<Record<string, object>> = {
  carts: { $set: { source: LATER }, $push: { notices: NOTICE } },
  checkoutSessions: { $set: { source: LATER }, $push: { notices: NOTICE } },
  orders: { $set: { source: LATER, paymentMethod: LATER } },
  orderStatusHistories: { $set: { changedByType: LATER } },
  payments: { $set: { method: LATER, nextStep: LATER } },
  refunds: {
    $set: { destination: LATER, source: LATER, type: LATER, reason: LATER, initiatedByType: LATER },
  },
  returns: {
    $set: { reason: LATER, inspectionStatus: LATER, "items.$[].reason": LATER, "items.$[].condition": LATER },
  },
  auditLogs: { $set: { actorType: LATER } },
};

/** Lifecycles may have new statuses too. */
const NEW_STATUSES: Readonly<Record<string, object>> = {
  orders: { $set: { status: LATER, paymentStatus: LATER, fulfillmentStatus: LATER } },
  orderItems: { $set: { fulfillmentStatus: LATER } },
  payments: { $set: { status: LATER } },
  refunds: { $set: { status: LATER } },
  returns: { $set: { status: LATER } },
  shipments: { $set: { status: LATER } },
  invoices: { $set: { status: LATER } },
};

async function write(updates: Readonly<Record<string, object>>): Promise<void> {
  for (const [name, update] of Object.entries(updates)) {
    const { matchedCount } = await world.db.collection(name).updateMany({}, update);
    if (matchedCount === 0) throw new Error(`there are no ${name} to change`);
  }
}

const PAST = new Date(0);
/** New kinds of what jobs work on, each before what they know. */
async function addUnknownWork(): Promise<void> {
  const { db } = world;
  await db.collection("outboxMessages").insertOne({
    ...{ type: LATER, dedupeKey: LATER, payload: {}, state: "pending", dueAt: PAST, attempts: 0, done: [] },
    ...{ lease: null, lastError: null, requestId: null, traceparent: null, deliveredAt: null },
    createdAt: PAST,
  });
  const event = {
    ...{ bodyHash: "0", gatewayPaymentId: null, payload: {}, state: "received", attempts: 0, dueAt: PAST },
    ...{ receivedAt: PAST, processedAt: null, reason: null, awaits: null, lastError: null },
  };
  await db.collection("webhookEvents").insertMany([
    { ...event, eventId: `${LATER}-1`, source: "razorpay", event: LATER },
    { ...event, eventId: `${LATER}-2`, source: LATER, event: LATER },
  ]);
  await db.collection("jobRuns").insertOne({
    ...{ job: LATER, slot: LATER, state: LATER, fencing: 1, holder: LATER, startedAt: PAST },
    ...{ finishedAt: null, result: null, error: null },
  });
  await db.collection("settings").insertOne({ _id: LATER as never, values: { a: 1 }, version: 1 });
}

/** What names no document of the shopper: an archive, a report. */
const WITHOUT_DOCUMENT = [
  "GET /api/admin/invoices/bulk-download/:jobId",
  "GET /api/admin/payments/reconciliations/:reportId",
];

const reads = (): Route[] =>
  world.routes.filter(
    (route) =>
      route.method === "get" &&
      ["guest", "customer", "admin"].includes(route.access.rule.kind) &&
      !WITHOUT_DOCUMENT.includes(nameOf(route)),
  );

/** How often a read is repeated while the service is too busy. */
const TRIES = 20;

/** Not by `world.call`: it compares answers with the document, which has no value of a later version. */
async function read(route: Route): Promise<Response> {
  const { params, query } = world.caseOf(route);
  const path = pathWith(route, { ...params?.(customer.has), ...(await idsOf(route)) });
  const headers = callerFor(route, customer, world.sandbox.tokens.admin);
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(`${world.url}${path}${query ? `?${query}` : ""}`, { headers });
    const passes = answer.headers.has("retry-after") && tries < TRIES;
    if (!passes) return answer;
    await sleep(1_000);
  }
}

async function idsOf(route: Route): Promise<Record<string, string>> {
  const idIn = async (collection: string): Promise<string> =>
    String((await world.db.collection(collection).findOne())?._id);
  if (route.path.includes(":cartId")) return { cartId: await idIn("carts") };
  if (route.path.includes(":eventId")) return { eventId: await idIn("webhookEvents") };
  return {};
}

async function expectAllRead(): Promise<void> {
  const findings = collectFindings();
  await findings.checkAll(reads(), nameOf, async (route) => {
    const answer = await read(route);
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  });
  findings.report();
}

async function expectAllJobsRun(): Promise<void> {
  const findings = collectFindings();
  for (const name of JOB_NAMES) {
    await findings.check(name, async () => {
      const answer = await world.http
        .post(`/api/admin/jobs/${name}/run`)
        .set("Authorization", `Bearer ${world.sandbox.tokens.admin}`);
      expect(answer.body.data).toMatchObject({ state: "completed", error: null });
    });
  }
  findings.report();
}

const messagesWith = (filter: object) => world.db.collection("outboxMessages").find(filter).toArray();

test("When documents have new fields and values, then every read answers", async () => {
  await addNewFields();
  await write(NEW_VALUES);
  const { forgetSettings } = await import("../../../services/platform/settings.service.js");
  forgetSettings();
  await expectAllRead();
});

test("When jobs meet what they do not know, then they do the rest, and leave it to an instance that knows it", async () => {
  await addUnknownWork();
  const { has } = await shopUntil(world, newSession(), "asked");
  // Another event that has to wait for those of the later version.
  const failed = { source: "razorpay", event: "payment.failed" };
  await world.db
    .collection("webhookEvents")
    .updateMany(failed, { $set: { state: "received", attempts: 0, dueAt: PAST } });
  await expectAllJobsRun();
  expect(await messagesWith({ state: { $ne: "delivered" }, attempts: { $gt: 0 } })).toMatchObject([
    { type: LATER, state: "pending", lastError: expect.stringContaining("no handler") },
  ]);
  expect(await messagesWith({ state: "delivered", "payload.orderId": has.orderId })).not.toEqual([]);
  expect(await world.db.collection("webhookEvents").find(failed).toArray()).toMatchObject([
    { state: "processed" },
  ]);
  const [other] = await world.db.collection("webhookEvents").find({ source: LATER }).toArray();
  expect(other).toMatchObject({ state: "received", lastError: expect.any(String) });
  const order = await world.db.collection("orders").findOne({ _id: new Types.ObjectId(has.orderId) });
  expect(order).toMatchObject({ status: "confirmed", paymentStatus: "paid" });
});

test("When lifecycles have new statuses, then every read answers, and every job runs", async () => {
  await write(NEW_STATUSES);
  await expectAllRead();
  await expectAllJobsRun();
});
