import { Cart, CheckoutSession, OutboxMessage, WebhookEvent } from "../../../models/index.js";
import { abandonCart, findExpiredCarts } from "../../../services/flows/abandon-cart.flow.js";
import { expireCheckout, findExpiredCheckouts } from "../../../services/flows/expire-checkout.flow.js";
import {
  enqueueOutbox,
  readOutboxBacklog,
  replayOutboxMessage,
} from "../../../services/platform/outbox.service.js";
import { deliverDue, drainOutbox } from "../../../services/platform/outbox-worker.service.js";
import { replayWebhookEvent } from "../../../services/platform/stored-webhooks.service.js";
import { inTransaction } from "../../../services/platform/transaction.service.js";
import {
  awaitWebhookSubject,
  flagWebhook,
  postponeWebhook,
  storeWebhookEvent,
} from "../../../services/platform/webhook-event.service.js";
import { followDatabase } from "../../../utils/clock.js";
import { emptyTestDatabase, useTestDatabase } from "../../support/database.js";
import { aCart, aCheckout } from "../../support/documents.js";
import { profileOf } from "../../support/profiler.js";
import { claimDueWebhookEvents } from "../../support/webhook-claims.js";

/** Instances whose clocks are an hour apart must agree on what is due: the database clock decides. */

const HOUR = 3_600_000;
const realNow = Date.now.bind(Date);
const TEST = "order.placed";

useTestDatabase();
beforeEach(emptyTestDatabase);
afterEach(() => {
  jest.restoreAllMocks();
  // A heartbeat may have told that the clock was wrong.
  for (let measured = 0; measured < 5; measured += 1) followDatabase(new Date());
});

/** The clock of this process is wrong by some milliseconds. */
const skewClock = (ms: number) => jest.spyOn(Date, "now").mockImplementation(() => realNow() + ms);

const draft = (dedupeKey: string) => ({ type: TEST, dedupeKey, payload: { $set: "a.$b", deep: { $x: 1 } } });
const event = (eventId: string) => ({
  ...{ eventId, source: "razorpay" as const, event: "payment.captured", bodyHash: "hash" },
  payload: { "payment.downtime": { $inc: 1 }, notes: { "a.b": "$c" } },
});
const near = (date: Date | undefined, plusMs: number) =>
  expect(Math.abs((date?.getTime() ?? 0) - realNow() - plusMs)).toBeLessThan(10_000);

describe.each([
  ["an hour slow", -HOUR],
  ["an hour fast", HOUR],
])("When the clock of an instance is %s", (_how, skew) => {
  beforeEach(() => {
    skewClock(skew);
  });

  it("then its outbox messages are due at once, with their payload as it was", async () => {
    const seen: unknown[] = [];
    const effects = {
      [TEST]: [{ name: "see", deliver: async (payload: unknown) => void seen.push(payload) }],
    };
    await enqueueOutbox([draft("a")]);
    expect(await drainOutbox(effects)).toBe(1);
    expect(seen).toEqual([draft("a").payload]);
    const stored = await OutboxMessage.findOne({}).lean();
    near(stored?.createdAt, 0);
    near(stored?.deliveredAt ?? undefined, 0);
  });

  it("then a delayed message waits for its delay, a lease lasts a minute and a retry two seconds", async () => {
    await enqueueOutbox([{ ...draft("later"), delayMs: 10 * 60_000 }, draft("now")]);
    let leased: Date | undefined;
    const look = async () => {
      const claimed = await OutboxMessage.findOne({ dedupeKey: "now" }).lean();
      leased = claimed?.lease?.until;
      throw new Error("$down");
    };
    expect(await deliverDue({ [TEST]: [{ name: "look", deliver: look }] })).toBe(1);
    near(leased, 60_000);
    const failed = await OutboxMessage.findOne({ dedupeKey: "now" }).lean();
    expect(failed).toMatchObject({ state: "pending", lease: null, lastError: "Error: $down", done: [] });
    near(failed?.dueAt, 2_000);
    near((await OutboxMessage.findOne({ dedupeKey: "later" }).lean())?.dueAt, 10 * 60_000);
    expect((await readOutboxBacklog()).lagSeconds).toBe(0);
    const replayed = failed && (await replayOutboxMessage(failed._id));
    near(replayed?.after.dueAt, 0);
  });

  it("then a webhook event is claimed for half a minute and retried after its delay", async () => {
    const stored = await storeWebhookEvent(event("evt_1"));
    expect(stored.event.payload).toEqual(event("evt_1").payload);
    near(stored.event.receivedAt, 0);
    near(stored.event.dueAt, 30_000);
    expect(await claimDueWebhookEvents(10)).toEqual([]);
    await postponeWebhook(stored.event, new Error("$later"));
    const postponed = await WebhookEvent.findOne({}).lean();
    near(postponed?.dueAt, 5_000);
    expect(postponed).toMatchObject({ lastError: "Error: $later", payload: event("evt_1").payload });
    await WebhookEvent.updateOne({}, { $set: { attempts: 5 } });
    const fifth = { ...stored.event, attempts: 5 };
    await awaitWebhookSubject(fifth, { reason: "$unknown", ids: null });
    near((await WebhookEvent.findOne({}).lean())?.dueAt, 40_000);
    await flagWebhook(fifth, "$reason");
    await inTransaction((tx) => replayWebhookEvent(stored.event._id, tx));
    expect(await claimDueWebhookEvents(10)).toMatchObject([{ eventId: "evt_1", attempts: 1 }]);
    near((await WebhookEvent.findOne({}).lean())?.dueAt, 30_000);
  });

  it("then the same id of another source is another event", async () => {
    await storeWebhookEvent(event("evt_1"));
    expect((await storeWebhookEvent({ ...event("evt_1"), source: "shipping" })).isNew).toBe(true);
  });

  it("then only expired carts are abandoned", async () => {
    const [live, expired] = [inMinutes(30), inMinutes(-30)];
    await Cart.insertMany([
      aCart({ sessionId: "live", expiresAt: live }),
      aCart({ sessionId: "expired", expiresAt: expired }),
    ]);
    const found = await findExpiredCarts(10);
    expect(found.map(({ sessionId }) => sessionId)).toEqual(["expired"]);
    const all = await Cart.find({}).sort({ sessionId: 1 }).lean();
    expect(await Promise.all(all.map((cart) => abandonCart(cart)))).toEqual([true, false]);
  });

  it("then only expired checkouts fail, and one that is being paid a quarter of an hour later", async () => {
    await CheckoutSession.insertMany([
      aCheckout({ sessionId: "a-live", expiresAt: inMinutes(30) }),
      aCheckout({ sessionId: "b-expired", expiresAt: inMinutes(-5) }),
      aCheckout({ sessionId: "c-paying", expiresAt: inMinutes(-5), status: "payment_pending" }),
      aCheckout({ sessionId: "d-paid-late", expiresAt: inMinutes(-20), status: "payment_pending" }),
    ]);
    const found = await findExpiredCheckouts(10);
    expect(found.map(({ sessionId }) => sessionId)).toEqual(["b-expired", "d-paid-late"]);
    const all = await CheckoutSession.find({}).sort({ sessionId: 1 }).lean();
    const failed: boolean[] = [];
    for (const checkout of all) failed.push(await expireCheckout(checkout));
    expect(failed).toEqual([false, true, false, true]);
  });
});

const inMinutes = (minutes: number) => new Date(realNow() + minutes * 60_000);

it("When due work is looked for, then every query uses its index", async () => {
  await enqueueOutbox([draft("a")]);
  await storeWebhookEvent(event("evt_1"));
  await Cart.insertMany([aCart({ expiresAt: inMinutes(-1) })]);
  await CheckoutSession.insertMany([aCheckout({ expiresAt: inMinutes(-1) })]);
  const db = OutboxMessage.db.db;
  if (!db) throw new Error("not connected");
  const work = async () => {
    await readOutboxBacklog();
    await drainOutbox({ [TEST]: [] });
    await claimDueWebhookEvents(5);
    await findExpiredCarts(5);
    await findExpiredCheckouts(5);
  };
  const rows = await profileOf(db, work, { planSummary: { $exists: true }, ns: { $not: /system/ } });
  const plans = rows.map(({ ns, planSummary }) => `${String(ns).split(".")[1]} ${planSummary}`);
  for (const plan of [
    "outboxMessages IXSCAN { dueAt: 1 }",
    "webhookEvents IXSCAN { dueAt: 1 }",
    "carts IXSCAN { status: 1, expiresAt: 1 }",
  ])
    expect(plans).toContain(plan);
  expect(plans.filter((plan) => plan.includes("COLLSCAN"))).toEqual([]);
  expect(rows.filter(({ hasSortStage }) => hasSortStage).map(({ command }) => command)).toEqual([]);
});
