import mongoose, { Types } from "mongoose";
import type { BookKeepers } from "../../scripts/invariants/facts.js";
import { findStandingViolations, findViolations } from "../../scripts/invariants/index.js";
import { INVARIANTS, type Invariant, STANDING_INVARIANTS } from "../../scripts/invariants/invariants.js";
import type { LoyaltyEntry } from "../../scripts/sandbox/engagement/balances.js";
import type { UsageEntry } from "../../scripts/sandbox/pricing/usages.js";
import type { Sandbox } from "../../scripts/sandbox/sandbox.js";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { fulfilmentBreaches, shipCashOrder } from "../support/fulfilment-breaches.js";
import {
  ITEMS,
  type OpenCheckout,
  openCheckout,
  payFor,
  place,
  Shopper,
  verify,
} from "../support/purchase.js";
import { type Breach, makeRefunds, refundBreaches, transferRefund } from "../support/refund-breaches.js";
import { makeReturns, returnBreaches } from "../support/return-breaches.js";
import { startWorld, type World } from "../support/world.js";

/** The check itself: it finds nothing in sound data, and every breach of a rule. */
jest.setTimeout(300_000);
let world: World;
let bought: OpenCheckout;
let browsing: Shopper;

/** An order with a coupon, a surplus payment that was refunded, an active cart, and orders with refunds and returns. */
beforeAll(async () => {
  world = await startWorld();
  bought = await openCheckout(world.url, { coupon: SEED.coupons.WELCOME10 });
  const paid = payFor(world.sandbox, bought);
  payFor(world.sandbox, bought, { method: "card", details: { ifPaid: "accept" } });
  await verify(bought, paid);
  await place(bought);
  browsing = new Shopper(world.url);
  await browsing.do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
  await world.settle();
  await issueDocuments();
  await makeRefunds(world);
  await shipCashOrder(world);
  await makeReturns(world);
});
afterAll(() => world.stop());

/** The order's invoice, and a credit note for its unit. */
async function issueDocuments(): Promise<void> {
  await world.runJob("invoice-issue");
  const { issueCreditNote } = await import("../../services/flows/issue-invoices/issue-invoices.flow.js");
  const line = await world.db.collection("orderItems").findOne({});
  const items = [{ orderItemId: new Types.ObjectId(line?._id.toHexString()), quantity: 1 }];
  const orderId = new Types.ObjectId(bought.id);
  await issueCreditNote({ orderId, refundId: null, items, reason: "damaged", createdById: "admin-1" });
}

const namesOf = (violations: Awaited<ReturnType<typeof findViolations>>): string[] =>
  [...new Set(violations.map(({ invariant }) => invariant))].sort();
const violated = async (control: BookKeepers = world.sandbox.control): Promise<string[]> =>
  namesOf(await findViolations(world.db, { ...world.sandbox, control }, { captureGraceMs: 0 }));
/** Without the neighbours' books, as while work is in flight. */
const violatedNow = async (): Promise<string[]> => namesOf(await findStandingViolations(world.db));

const STANDING: ReadonlySet<Invariant> = new Set(STANDING_INVARIANTS);

/** Breaks the oldest document that matches, runs the check, and restores the document. */
async function whenBroken<T>(
  [collection, filter, change]: [collection: string, filter: object, change: object],
  check: () => Promise<T>,
): Promise<T> {
  const documents = world.db.collection(collection);
  // Sorted, because a rule about two neighbours needs the first of them, and an index may run backwards.
  const before = await documents.findOne(filter, { sort: { _id: 1 } });
  if (!before) throw new Error(`nothing to break in ${collection}`);
  await documents.updateOne({ _id: before._id }, change);
  try {
    return await check();
  } finally {
    await documents.replaceOne({ _id: before._id }, before);
  }
}

const longAgo = new Date(Date.now() - 3_600_000);
const staleClaim = { token: "x", startedAt: longAgo, leaseUntil: longAgo, attempts: 1 };
/** The refund of the surplus payment becomes one of the order, which is invoiced. */
const withoutNote = [{ $set: { orderId: "$checkoutSessionId", systemReason: "dashboard" } }];
const charged = { "charges.0": { $exists: true } };
const splitPaise = (field: string) => ({ $inc: { [field]: 0.5 } });
/** From one head of a charge's tax to another: the sums stay as they are. */
const taxMoved = { "charges.0.taxes.cgst": -1_000_000, "charges.0.taxes.sgst": 1_000_000 };
const ofOrder = { orderId: { $ne: null } };
const surplus = { surplus: true };
const anything = {};

const breaches: Breach[] = [
  [
    "gatewayBalance",
    "a payment of an order says it captured more",
    "payments",
    ofOrder,
    { $inc: { capturedAmount: 100 } },
  ],
  [
    "paymentAmounts",
    "more is reserved than was captured",
    "payments",
    ofOrder,
    { $inc: { refundReserved: 10 ** 9 } },
  ],
  ["paymentRefunds", "a refund has another amount", "refunds", anything, { $inc: { amount: 1 } }],
  [
    "refundedAtGateway",
    "the gateway refunded what no payment says",
    "payments",
    surplus,
    { $inc: { refundedAmount: -1 } },
  ],
  ["orderAmounts", "an order says that it was refunded", "orders", anything, { $set: { refundedAmount: 1 } }],
  [
    "orderAmounts",
    "more is refunded and reserved than was paid",
    "orders",
    { refundedAmount: { $gt: 0 } },
    { $set: { paidAmount: 1 } },
  ],
  ["orderCaptures", "an order says that more was captured", "orders", anything, { $inc: { paidAmount: 1 } }],
  ["orderCaptures", "a paid order has no payment", "payments", ofOrder, { $set: { orderId: null } }],
  ["paymentStatus", "a paid order is not paid in full", "orders", anything, { $inc: { paidAmount: -1 } }],
  [
    "noOrphanMoney",
    "a captured payment names an order that does not exist",
    "payments",
    { ...ofOrder, gateway: "razorpay", refundedAmount: 0, capturedAmount: { $gt: 0 } },
    { $set: { orderId: new Types.ObjectId() } },
  ],
  [
    "pointsEarned",
    "a delivered order earned no points",
    "orders",
    { paymentStatus: "paid", refundedAmount: 0, deliveredAt: null },
    { $set: { userId: "user-bharat", deliveredAt: longAgo }, $unset: { sessionId: "" } },
  ],
  ["noOrphanMoney", "a captured payment has no order", "payments", ofOrder, { $set: { orderId: null } }],
  [
    "noOrphanMoney",
    "the money of an order was refunded without an approval",
    "payments",
    surplus,
    [{ $set: { orderId: "$checkoutSessionId" } }],
  ],
  // Not `true`, which the unique index refuses.
  ["oneAcceptedPayment", "a second payment was accepted", "payments", surplus, { $set: { accepted: 1 } }],
  [
    "othersRefunded",
    "a capture was neither accepted nor refunded",
    "payments",
    ofOrder,
    { $set: { accepted: false } },
  ],
  [
    "refundsMatch",
    "the gateway has a refund without a record here",
    "refunds",
    anything,
    { $set: { attempts: [], gatewayRefundId: "rfnd_other" } },
  ],
  ["totals", "a line does not add up", "orderItems", anything, { $inc: { lineTotal: 1 } }],
  ["totals", "a discount's share is no whole paise", "orderItems", anything, splitPaise("lineDiscount")],
  ["totals", "a charge is no whole paise", "orders", charged, splitPaise("charges.0.amount")],
  ["totals", "a tax is negative", "orders", charged, { $inc: taxMoved }],
  [
    "oneOrderPerSession",
    "an order's session is not completed",
    "checkoutSessions",
    anything,
    { $set: { status: "failed" } },
  ],
  [
    "oneActiveCart",
    "an ordered cart is active",
    "carts",
    { status: "converted" },
    { $set: { status: "active" } },
  ],
  [
    "completeOrders",
    "a line has lost its order",
    "orderItems",
    anything,
    { $set: { orderId: new Types.ObjectId() } },
  ],
  ["soldAsFrozen", "a line was sold at another price", "orderItems", anything, { $inc: { unitPrice: 1 } }],
  [
    "nothingLeftBehind",
    "a placement claim is stale",
    "checkoutSessions",
    anything,
    { $set: { placement: staleClaim } },
  ],
  ["numbers", "a counter is below its numbers", "counters", { _id: /^ORD-/ }, { $set: { sequence: 0 } }],
  ["histories", "a status changed without history", "orders", anything, { $set: { status: "processing" } }],
  ["histories", "a move is not in the table", "payments", surplus, { $pop: { statusHistory: -1 } }],
  ["stock", "more was ordered than sold", "orderItems", anything, { $inc: { quantity: 1 } }],
  [
    "reservations",
    "stock is reserved for an abandoned cart",
    "carts",
    { status: "active" },
    { $set: { status: "abandoned" } },
  ],
  ["couponUses", "a coupon use has no order", "orders", anything, { $set: { appliedCoupons: [] } }],
  ["pointsAndCredit", "points were used and not taken", "orders", anything, { $set: { loyaltyPoints: 5 } }],
  [
    "outbox",
    "a message is overdue",
    "outboxMessages",
    anything,
    { $set: { state: "pending", dueAt: longAgo } },
  ],
  [
    "webhookEvents",
    "an acknowledged event is missing",
    "webhookEvents",
    anything,
    { $set: { eventId: "another" } },
  ],
  ["documentNumbers", "a number is missing", "invoices", { type: "sale" }, { $set: { sequence: 9 } }],
  ["documentNumbers", "a counter is ahead", "counters", { _id: /^INV-/ }, { $inc: { sequence: 1 } }],
  [
    "documentNumbers",
    "a document is dated to another year",
    "invoices",
    anything,
    { $set: { issuedAt: new Date(0) } },
  ],
  ["sealedDocuments", "a document was changed", "invoices", anything, { $set: { reason: "other" } }],
  ["documentSums", "a line has another tax", "invoices", anything, { $inc: { "lines.0.cgst": 1 } }],
  ["documentSums", "the tax summary differs", "invoices", anything, { $inc: { "taxSummary.0.quantity": 1 } }],
  [
    "saleInvoices",
    "the order names another invoice",
    "orders",
    anything,
    { $set: { invoiceNumber: "INV-2026-9" } },
  ],
  [
    "saleInvoices",
    "the invoice is about more",
    "invoices",
    { type: "sale" },
    { $inc: { "totals.grandTotal": 1 } },
  ],
  [
    "creditNotes",
    "more is credited than was invoiced",
    "invoices",
    { type: "credit_note" },
    { $inc: { "lines.0.total": 10 ** 6 } },
  ],
  ["creditedRefunds", "a refund of the order has no note", "refunds", anything, withoutNote],
  [
    "idempotencyRecords",
    "a key is in progress past its lease",
    "idempotencyRecords",
    anything,
    { $set: { state: "in_progress", leaseUntil: longAgo } },
  ],
];

const finishedRun = { job: "invoice-issue", state: "completed" };

const jobRunBreaches: Breach[] = [
  [
    ...(["jobRuns", "a run ended after the next had begun"] as const),
    ...(["jobRuns", finishedRun, { $set: { finishedAt: new Date(Date.now() + 3_600_000) } }] as const),
  ],
  ["jobRuns", "two runs hold one grant of the lease", "jobRuns", finishedRun, { $inc: { fencing: 1 } }],
  [
    ...(["jobRuns", "a holder that lost the lease completed its run"] as const),
    ...([
      "jobRuns",
      finishedRun,
      [{ $set: { fencing: 0, startedAt: longAgo, finishedAt: "$$NOW" } }],
    ] as const),
  ],
  ["jobRuns", "a completed run has no end", "jobRuns", finishedRun, { $set: { finishedAt: null } }],
];

const ALL_BREACHES = [
  ...breaches,
  ...jobRunBreaches,
  ...refundBreaches,
  ...fulfilmentBreaches,
  ...returnBreaches,
];

type BookBreach = [rule: Invariant, breach: string, spoil: (control: Sandbox["control"]) => BookKeepers];

const withNotification =
  (change: object) =>
  ({ engagement, ...others }: Sandbox["control"]): BookKeepers => {
    const notifications = engagement.notifications();
    const [confirmation] = notifications.filter(({ template }) => template === "order_confirmed");
    if (!confirmation) throw new Error("no order was confirmed");
    const second = { ...confirmation, ...change };
    return { ...others, engagement: { ...engagement, notifications: () => [...notifications, second] } };
  };

const withPoints =
  (entries: Omit<LoyaltyEntry, "at">[]) =>
  ({ engagement, ...others }: Sandbox["control"]): BookKeepers => {
    const added = entries.map((entry) => ({ ...entry, at: new Date().toISOString() }));
    return {
      ...others,
      engagement: { ...engagement, loyaltyLedger: () => [...engagement.loyaltyLedger(), ...added] },
    };
  };

const withUses =
  (...uses: Omit<UsageEntry, "type" | "at">[]) =>
  ({ pricing, ...others }: Sandbox["control"]): BookKeepers => {
    const added = uses.map((use) => ({ ...use, type: "recorded" as const, at: new Date().toISOString() }));
    return { ...others, pricing: { ledger: () => [...pricing.ledger(), ...added] } };
  };

const earned = { type: "earned" as const, userId: "user-bharat", points: 5, orderId: "an-order" };
const useOf = (orderId: string, email: string) => ({ code: "SCARCE", orderId, email });

/** What the neighbours' books say, where the service's documents are sound. */
const BOOK_BREACHES: BookBreach[] = [
  [
    "oneMessage",
    "an order was confirmed under two keys",
    withNotification({ dedupeKey: "order_confirmed:again" }),
  ],
  ["pointsEarned", "an order earned points before its delivery", withPoints([earned])],
  ["pointsEarned", "an order earned points twice", withPoints([earned, earned])],
  [
    "pointsAndCredit",
    "a balance was below zero",
    withPoints([
      { type: "redeemed", userId: "user-poor", points: 1, orderId: "an-order" },
      { type: "reversed", userId: "user-poor", points: 1, orderId: "an-order" },
    ]),
  ],
  [
    "couponLimits",
    "a coupon was used more often than it may be",
    withUses(
      { ...useOf("first", "a@example.in"), usageLimit: 1 },
      { ...useOf("second", "b@example.in"), usageLimit: 1 },
    ),
  ],
  [
    "couponLimits",
    "one person used a coupon twice",
    withUses(
      { ...useOf("first", "a@example.in"), perUserLimit: 1 },
      { ...useOf("second", "a@example.in"), perUserLimit: 1 },
    ),
  ],
];

test("When the data is sound, then no invariant is violated", async () => {
  // The surplus payment's, three parts of one, a transfer, one that waits, and a return's.
  expect(await world.db.collection("refunds").countDocuments()).toBe(7);
  expect(await violated()).toEqual([]);
});

test.each([
  ["although it fits", "that is a violation", null, true],
  ["because a note by hand had taken its place", "that is sound", "admin-1", false],
])("When the note of a refund was refused %s, then %s", async (_why, _is, createdById, isViolated) => {
  const notes = world.db.collection("invoices");
  const requests = world.db.collection<{ _id: string }>("invoiceRequests");
  const note = await notes.findOne(
    { type: "credit_note", refundId: { $ne: null } },
    { sort: { sequence: 1 } },
  );
  if (!note) throw new Error("no refund is credited");
  const refusal = { code: "CREDIT_EXCEEDS_INVOICE", message: "", details: null };
  const request = { _id: String(note.origin), type: "credit_note", orderId: note.orderId, refusal };
  await requests.insertOne(request);
  await notes.updateOne({ _id: note._id }, { $set: { refundId: null, createdById } });
  try {
    expect((await violated()).includes(INVARIANTS.creditedRefunds)).toBe(isViolated);
  } finally {
    await notes.replaceOne({ _id: note._id }, note);
    await requests.deleteOne({ _id: request._id });
  }
});

test("When an order is written while the check reads, then all collections are seen as of the moment before", async () => {
  const { AbstractCursor } = mongoose.mongo;
  const orders = world.db.collection("orders");
  const before = await orders.findOne({});
  const toArray = AbstractCursor.prototype.toArray;
  const reading = jest.spyOn(AbstractCursor.prototype, "toArray").mockImplementation(async function (
    this: mongoose.mongo.AbstractCursor,
  ) {
    const rows = await toArray.call(this);
    if (this.namespace.collection === "carts")
      await orders.updateOne({ _id: before?._id }, { $inc: { paidAmount: 1 } });
    return rows;
  });
  try {
    expect(await violated()).toEqual([]);
    reading.mockRestore();
    expect(await violated()).not.toEqual([]);
  } finally {
    reading.mockRestore();
    await orders.replaceOne({ _id: before?._id }, before ?? {});
  }
});

test("When a rule is about anything that is stored here, then a test breaks it", () => {
  const broken = new Set([...ALL_BREACHES, ...BOOK_BREACHES].map(([rule]) => rule));
  expect(Object.keys(INVARIANTS).filter((rule) => !broken.has(rule as keyof typeof INVARIANTS))).toEqual([]);
});

test.each(ALL_BREACHES)(
  "When %s is broken because %s, then the check reports it",
  async (rule, _, ...where) => {
    const look = async () => ({ atRest: await violated(), now: await violatedNow() });
    const { atRest, now } = await whenBroken(where, look);
    expect(atRest).toContain(INVARIANTS[rule]);
    expect(now.includes(INVARIANTS[rule])).toBe(STANDING.has(rule));
  },
);

test("When money that became no order went back by bank transfer, then no invariant is violated", async () => {
  const { razorpay } = world.sandbox.control;
  razorpay.configure({ balance: 0 });
  const { paymentId } = payFor(world.sandbox, bought, { method: "card", details: { ifPaid: "accept" } });
  await world.settle();
  razorpay.configure({ balance: null });
  const payment = await world.db.collection("payments").findOne({ gatewayPaymentId: paymentId });
  const refund = await world.db.collection("refunds").findOne({ paymentId: payment?._id });
  expect(refund).toMatchObject({ status: "failed", orderId: null });
  await transferRefund(world, String(refund?._id), "HDFCN52026112854321");
  expect(await violated()).toEqual([]);
});

test.each(BOOK_BREACHES)(
  "When %s is broken because %s, then the check reports it",
  async (rule, _, spoil) => {
    expect(await violated(spoil(world.sandbox.control))).toContain(INVARIANTS[rule]);
  },
);

test.each([
  ["waits for the worker", null],
  ["is not needed for units that were never invoiced", { code: "ORDER_NOT_INVOICEABLE" }],
])("When the note of a refund %s, then nothing is owed", async (_, refusal) => {
  const refund = await world.db.collection("refunds").findOne({});
  const requests = world.db.collection<{ _id: string; refusal: object | null }>("invoiceRequests");
  const _id = `refund:${refund?._id.toHexString()}`;
  await requests.insertOne({ _id, refusal });
  try {
    const found = await whenBroken(["refunds", { _id: refund?._id }, withoutNote], () => violated());
    expect(found).not.toContain(INVARIANTS.creditedRefunds);
  } finally {
    await requests.deleteOne({ _id });
  }
});

test.each([
  ["was marked as abandoned later", { state: "abandoned", finishedAt: new Date(Date.now() + 3_600_000) }],
  ["is still called running", { state: "running", finishedAt: null }],
])("When a run lost its lease to the next and %s, then no invariant is violated", async (_, change) => {
  expect(await whenBroken(["jobRuns", finishedRun, { $set: change }], () => violated())).toEqual([]);
});

test("When money went back at the gateway, by its dashboard and by a lost dispute, then no invariant is violated", async () => {
  const { razorpay } = world.sandbox.control;
  const payment = await world.db.collection("payments").findOne(ofOrder);
  razorpay.refundInDashboard(payment?.gatewayPaymentId, 100);
  const { id } = razorpay.openDispute(payment?.gatewayPaymentId, { amount: 200 });
  razorpay.moveDispute(id, "lost");
  await world.settle();
  await world.runJob("invoice-issue");
  expect(await world.db.collection("payments").findOne({ _id: payment?._id })).toMatchObject({
    refundedAmount: 300,
  });
  expect(await violated()).toEqual([]);
});
