import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { findViolations } from "../../scripts/invariants/index.js";
import { type EmbeddedMongo, startEmbeddedMongo } from "../../scripts/mongo/embedded-mongo.js";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { textAt } from "../../scripts/support/json.js";
import {
  type Answer,
  ITEMS,
  type OpenCheckout,
  openCheckout,
  paidCheckout,
  payFor,
  place,
  Shopper,
} from "../support/purchase.js";
import { testDatabaseUri } from "../support/test-database-uri.js";
import { startWorld, type World } from "../support/world.js";

/**
 * The database fails during a purchase, by MongoDB's own fail points. A server has only one `failCommand` fail
 * point, so this file starts a server of its own.
 */
const APP_NAME = "mongo-faults";
/** The locks of an unanswered commit are released after this (60 s by default). */
const TRANSACTION_SECONDS = 3;

let mongo: EmbeddedMongo;
let admin: mongoose.mongo.MongoClient;
let world: World;

beforeAll(async () => {
  // The test set-up names the shared server; this file starts its own.
  delete process.env.MONGODB_URI;
  mongo = await startEmbeddedMongo({ testCommands: true });
  process.env.TEST_MONGODB_SERVER = mongo.uri;
  admin = await mongoose.mongo.MongoClient.connect(mongo.uri);
  await admin.db("admin").command({ setParameter: 1, transactionLifetimeLimitSeconds: TRANSACTION_SECONDS });
  const uri = new URL(testDatabaseUri("orders"));
  uri.searchParams.set("appName", APP_NAME);
  world = await startWorld({
    MONGODB_URI: uri.toString(),
    RATE_LIMIT_PER_MINUTE: "0",
    OVERLOAD_DELAY_MS: "0",
  });
  await world.sandbox.control.inventory.setStock(SEED.variants.hairOil, 10_000);
  // The tests make every step as the client and send the one relevant webhook themselves.
  world.sandbox.control.razorpay.configure({ webhooks: { drop: "all" } });
}, 300_000);

afterAll(async () => {
  try {
    await world.settle();
    await world.runJob("placement-recovery");
    expect(await findViolations(world.db, world.sandbox, { captureGraceMs: 0 })).toEqual([]);
  } finally {
    await world.stop();
    await admin.close();
    await mongo.stop();
  }
}, 300_000);

interface Fault {
  /** Default: for the whole of the work. */
  times?: number;
  failCommands: string[];
  /** A collection of the service. */
  collection?: string;
  errorCode?: number;
  errorLabels?: string[];
  closeConnection?: boolean;
  blockTimeMS?: number;
  writeConcernError?: object;
}

const configure = (command: object) =>
  admin.db("admin").command({ configureFailPoint: "failCommand", ...command });

/** Runs the work under the fault. @throws when no command met the fault, since the test would prove nothing */
async function during<T>({ times, collection, ...fault }: Fault, work: () => Promise<T>): Promise<T> {
  const { databaseName } = world.db;
  const data = {
    ...fault,
    ...(fault.blockTimeMS === undefined ? {} : { blockConnection: true }),
    ...(collection === undefined ? {} : { namespace: `${databaseName}.${collection}` }),
    appName: APP_NAME,
  };
  const { count: before } = await configure({ mode: times === undefined ? "alwaysOn" : { times }, data });
  let struck = 0;
  try {
    return await work();
  } finally {
    struck = (await configure({ mode: "off" })).count - before;
    expect(struck).toBeGreaterThan(0);
  }
}

const TRANSIENT = ["TransientTransactionError"];

async function withLine() {
  const shopper = new Shopper(world.url);
  const added = await shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
  const path = `/api/cart/items/${textAt(added, "cartItem.id")}`;
  const setQuantity = (quantity: number) => shopper.send({ method: "PUT", path, body: { quantity } });
  const readCart = () => shopper.send({ method: "GET", path: "/api/cart" });
  return { shopper, setQuantity, readCart };
}

const ordersOf = ({ id }: Pick<OpenCheckout, "id">) =>
  world.db
    .collection("orders")
    .find({ checkoutSessionId: new mongoose.Types.ObjectId(id) })
    .toArray();

function expectRetryLater(answer: Answer, codes: readonly string[]): void {
  expect([answer.status, codes.includes(answer.code ?? "")]).toEqual([503, true]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  const result = await work();
  return [result, performance.now() - startedAt];
}

/** Repeats the request while the answer asks to retry. */
async function repeat(work: () => Promise<Answer>, withinMs = 20_000): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await work();
    const mayPass = answer.status === 503 || answer.status === 409;
    if (!mayPass || performance.now() > deadline) return answer;
    await sleep(200);
  }
}

describe("write conflicts", () => {
  test("When the transaction of a cart line meets three conflicts, then it succeeds once", async () => {
    const { setQuantity } = await withLine();
    const conflicts = { times: 3, failCommands: ["update"], errorCode: 112, errorLabels: TRANSIENT };
    const answer = await during(conflicts, () => setQuantity(4));
    expect(answer).toMatchObject({ status: 200, data: { cartItem: { quantity: 4 } } });
  });

  test("When the transaction of an order meets three conflicts, then there is one order", async () => {
    const checkout = await paidCheckout(world.url, world.sandbox);
    const conflicts = { times: 3, failCommands: ["insert"], errorCode: 112, errorLabels: TRANSIENT };
    expect(await during(conflicts, () => place(checkout))).toMatchObject({ status: 201 });
    expect(await ordersOf(checkout)).toHaveLength(1);
  });

  test("When the conflicts do not end, then the client gets 503, and a retry places the order", async () => {
    const checkout = await paidCheckout(world.url, world.sandbox);
    const key = randomUUID();
    const conflicts = {
      failCommands: ["insert"],
      collection: "orders",
      errorCode: 112,
      errorLabels: TRANSIENT,
    };
    const [answer, tookMs] = await during(conflicts, () => timed(() => place(checkout, { key })));
    expectRetryLater(answer, ["OVERLOADED"]);
    expect(tookMs).toBeLessThan(15_000);
    expect(await ordersOf(checkout)).toHaveLength(0);
    expect(await repeat(() => place(checkout, { key }), 5_000)).toMatchObject({ status: 201 });
    expect(await ordersOf(checkout)).toHaveLength(1);
  }, 40_000);
});

describe("the commit", () => {
  // Outbox messages are stored by upserts, because they take the database's time.
  test.each([
    ["orders", "insert"],
    ["outboxMessages", "update"],
  ])(
    "When the connection breaks before the commit, in %s, then the transaction runs again and there is one order",
    async (collection, command) => {
      const checkout = await paidCheckout(world.url, world.sandbox);
      // Delivers the messages of the checkout, so that the fault affects the order's transaction.
      await world.settle();
      const cut = { times: 2, failCommands: [command], collection, closeConnection: true };
      expect(await during(cut, () => place(checkout))).toMatchObject({ status: 201 });
      expect(await ordersOf(checkout)).toHaveLength(1);
    },
  );

  test("When the connection breaks during the commit, then the commit is repeated and there is one order", async () => {
    const checkout = await paidCheckout(world.url, world.sandbox);
    const cut = { times: 2, failCommands: ["commitTransaction"], closeConnection: true };
    expect(await during(cut, () => place(checkout))).toMatchObject({ status: 201 });
    expect(await ordersOf(checkout)).toHaveLength(1);
  });

  test("When the commit succeeds but its outcome is unknown, then a repeated request finds the order", async () => {
    const checkout = await paidCheckout(world.url, world.sandbox);
    const key = randomUUID();
    const writeConcernError = { code: 50, codeName: "MaxTimeMSExpired", errmsg: "time limit exceeded" };
    const lost = { times: 1, failCommands: ["commitTransaction"], writeConcernError };
    expectRetryLater(await during(lost, () => place(checkout, { key })), ["OUTCOME_UNKNOWN"]);
    const [order] = await ordersOf(checkout);
    expect(await repeat(() => place(checkout, { key }), 5_000)).toMatchObject({
      status: 200,
      data: { orderNumber: order?.orderNumber },
    });
    expect(await ordersOf(checkout)).toHaveLength(1);
  });

  test("When the commit never arrives, then the answer is 503 in time and a repeated request places the order", async () => {
    const checkout = await paidCheckout(world.url, world.sandbox);
    const key = randomUUID();
    const unreachable = { failCommands: ["commitTransaction"], closeConnection: true };
    const [answer, tookMs] = await during(unreachable, () => timed(() => place(checkout, { key })));
    expectRetryLater(answer, ["OUTCOME_UNKNOWN"]);
    expect(tookMs).toBeLessThan(8_000);
    expect(await ordersOf(checkout)).toHaveLength(0);
    expect(await repeat(() => place(checkout, { key }))).toMatchObject({ status: 201 });
    expect(await ordersOf(checkout)).toHaveLength(1);
  }, 300_000);

  test("When a cart's commit never arrives, then a repeated request changes the cart and stock is reserved once", async () => {
    const { setQuantity, readCart } = await withLine();
    const unreachable = { failCommands: ["commitTransaction"], closeConnection: true };
    expectRetryLater(await during(unreachable, () => setQuantity(5)), ["OUTCOME_UNKNOWN"]);
    expect(await repeat(() => setQuantity(5))).toMatchObject({
      status: 200,
      data: { cartItem: { quantity: 5 } },
    });
    expect((await readCart()).data).toMatchObject({ totalQuantity: 5 });
  }, 300_000);
});

describe("webhooks", () => {
  /** The command that stores an event: an upsert, because it takes the database's time. */
  const STORE_EVENT = "findAndModify";

  /** Sends a signed event about a real payment. */
  function send(checkout: OpenCheckout, paymentId: string, eventId: string) {
    const { razorpay } = world.sandbox.control;
    const body = JSON.stringify({
      entity: "event",
      account_id: world.sandbox.env.RAZORPAY_ACCOUNT_ID,
      event: "payment.captured",
      contains: ["payment"],
      payload: { payment: { entity: razorpay.entity(paymentId) } },
      created_at: Math.floor(Date.now() / 1_000),
    });
    const secret = world.sandbox.env.RAZORPAY_WEBHOOK_SECRET ?? "";
    const signature = createHmac("sha256", secret).update(body).digest("hex");
    return fetch(`${checkout.shopper.url}/api/webhooks/razorpay`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-Razorpay-Signature": signature,
        "X-Razorpay-Event-Id": eventId,
      },
      body,
    });
  }

  const paidEvent = async () => {
    const checkout = await openCheckout(world.url);
    const { paymentId } = payFor(world.sandbox, checkout);
    const eventId = `evt_${randomUUID().replaceAll("-", "").slice(0, 14)}`;
    return { checkout, eventId, deliver: () => send(checkout, paymentId, eventId) };
  };
  const storedEvents = (eventId: string) => world.db.collection("webhookEvents").find({ eventId }).toArray();

  test("When an event cannot be stored in time, then it is not acknowledged, and a redelivery is accepted", async () => {
    const { checkout, eventId, deliver } = await paidEvent();
    const blocked = { failCommands: [STORE_EVENT], collection: "webhookEvents", blockTimeMS: 6_000 };
    const [answer, tookMs] = await during(blocked, () => timed(deliver));
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(5_000);
    expect(await deliver()).toMatchObject({ status: 200 });
    await world.settle();
    expect(await storedEvents(eventId)).toMatchObject([{ state: "processed" }]);
    expect(await ordersOf(checkout)).toHaveLength(1);
  }, 40_000);

  test("When the answer to storing an event is lost and the write is retried, then the event is stored once", async () => {
    const { checkout, eventId, deliver } = await paidEvent();
    const writeConcernError = {
      code: 91,
      codeName: "ShutdownInProgress",
      errmsg: "shutting down",
      errorLabels: ["RetryableWriteError"],
    };
    const lost = { times: 1, failCommands: [STORE_EVENT], collection: "webhookEvents", writeConcernError };
    expect(await during(lost, deliver)).toMatchObject({ status: 200 });
    await world.settle();
    expect(await storedEvents(eventId)).toMatchObject([{ state: "processed" }]);
    expect(await ordersOf(checkout)).toHaveLength(1);
  });
});

describe("errors of the server", () => {
  test("When a refused change cannot be cleaned up, then the client does not wait for the cleanup", async () => {
    const { setQuantity } = await withLine();
    const { faults } = world.sandbox.control;
    faults.add({ service: "inventory", action: "status", status: 500 });
    const outage = { failCommands: ["update", "insert"], blockTimeMS: 6_000, errorCode: 91 };
    const [answer, tookMs] = await during(outage, () => timed(() => setQuantity(2)));
    faults.clear();
    expect(answer).toMatchObject({ status: 502, code: "UPSTREAM_BAD_RESPONSE" });
    expect(tookMs).toBeLessThan(5_000);
    expect(await repeat(() => setQuantity(3))).toMatchObject({ status: 200 });
  }, 300_000);

  test.each([
    ["shuts down", { errorCode: 91 }],
    ["is no longer the primary", { errorCode: 10_107 }],
    ["interrupts for an election", { errorCode: 11_602 }],
    ["cannot be reached by its peers", { errorCode: 6 }],
    ["has no disk space left", { errorCode: 14_031 }],
    ["closes every connection", { closeConnection: true }],
  ])("When the server %s, then reads and writes get 503 with Retry-After, and recover", async (_, fault) => {
    const { setQuantity, readCart } = await withLine();
    const known = ["UPSTREAM_UNAVAILABLE", "OUTCOME_UNKNOWN", "OVERLOADED"];
    const failCommands = ["find", "findAndModify", "update", "insert", "aggregate"];
    await during({ failCommands, ...fault }, async () => {
      expectRetryLater(await readCart(), known);
      expectRetryLater(await setQuantity(2), known);
    });
    expect(await repeat(() => setQuantity(3))).toMatchObject({ status: 200 });
    expect((await readCart()).data).toMatchObject({ totalQuantity: 3 });
  });
});
