import { Types } from "mongoose";
import { findViolations } from "../../scripts/invariants/index.js";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import {
  ITEMS,
  type OpenCheckout,
  openCheckout,
  payFor,
  place,
  Shopper,
  verify,
} from "../support/purchase.js";
import { startWorld, type World } from "../support/world.js";

/** The audit itself: it finds nothing in a sound world, and each rule's breach when there is one. */
jest.setTimeout(60_000);
let world: World;
let bought: OpenCheckout;
let browsing: Shopper;

/** An order with a coupon, a payment that went back, and a cart that somebody is still filling. */
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
});
afterAll(() => world.stop());

const violated = async (): Promise<string[]> => {
  const violations = await findViolations(world.db, world.sandbox, { captureGraceMs: 0 });
  return [...new Set(violations.map(({ invariant }) => invariant))].sort();
};

/** Breaks one document, looks, and mends it. */
async function whenBroken(collection: string, filter: object, change: object): Promise<string[]> {
  const documents = world.db.collection(collection);
  const before = await documents.findOne(filter);
  if (!before) throw new Error(`nothing to break in ${collection}`);
  await documents.updateOne({ _id: before._id }, change);
  try {
    return await violated();
  } finally {
    await documents.replaceOne({ _id: before._id }, before);
  }
}

const longAgo = new Date(Date.now() - 3_600_000);
const intent = { token: "x", startedAt: longAgo, leaseUntil: longAgo, attempts: 1 };
const ofOrder = { orderId: { $ne: null } };
const surplus = { surplus: true };
const anything = {};

const breaches: [rule: string, breach: string, collection: string, filter: object, change: object][] = [
  ["I1", "an order seems paid with more", "payments", ofOrder, { $inc: { capturedAmount: 100 } }],
  ["I2", "more is reserved than was captured", "payments", ofOrder, { $inc: { refundReserved: 10 ** 9 } }],
  ["I3", "a refund's amount is another", "refunds", anything, { $inc: { amount: 1 } }],
  ["I4", "an order says it was refunded", "orders", anything, { $set: { refundedAmount: 1 } }],
  ["I5", "a paid order is not paid in full", "orders", anything, { $inc: { paidAmount: -1 } }],
  ["I6", "a captured payment has no order", "payments", ofOrder, { $set: { orderId: null } }],
  [
    "I6",
    "an order's money went back by itself",
    "payments",
    surplus,
    { $set: { orderId: new Types.ObjectId() } },
  ],
  ["I7", "a capture was neither accepted nor refunded", "payments", ofOrder, { $set: { accepted: false } }],
  [
    "I8",
    "the gateway refunded what we do not know",
    "refunds",
    anything,
    { $set: { attempts: [], gatewayRefundId: "rfnd_other" } },
  ],
  ["I9", "a line does not add up", "orderItems", anything, { $inc: { lineTotal: 1 } }],
  [
    "I11",
    "an order's session is not completed",
    "checkoutSessions",
    anything,
    { $set: { status: "failed" } },
  ],
  [
    "I12",
    "a cart that was ordered is active",
    "carts",
    { status: "converted" },
    { $set: { status: "active" } },
  ],
  ["I13", "a line has lost its order", "orderItems", anything, { $set: { orderId: new Types.ObjectId() } }],
  ["I14", "a line was sold at another price", "orderItems", anything, { $inc: { unitPrice: 1 } }],
  ["I15", "an intent was left behind", "checkoutSessions", anything, { $set: { placement: intent } }],
  ["I16", "a counter fell back", "counters", { _id: /^ORD-/ }, { $set: { sequence: 0 } }],
  ["I19", "a status changed without history", "orders", anything, { $set: { status: "processing" } }],
  ["I19", "a move is not in the table", "payments", surplus, { $pop: { statusHistory: -1 } }],
  ["I23", "more was ordered than sold", "orderItems", anything, { $inc: { quantity: 1 } }],
  ["I24", "stock is held for a dead cart", "carts", { status: "active" }, { $set: { status: "abandoned" } }],
  ["I25", "a coupon use belongs to nobody", "orders", anything, { $set: { appliedCoupons: [] } }],
  ["I26", "points were used and not taken", "orders", anything, { $set: { loyaltyPoints: 5 } }],
  ["I29", "a message is overdue", "outboxMessages", anything, { $set: { state: "pending", dueAt: longAgo } }],
  ["I30", "an acknowledged event is gone", "webhookEvents", anything, { $set: { eventId: "another" } }],
  [
    "I31",
    "a key is in progress for ever",
    "idempotencyRecords",
    anything,
    { $set: { state: "in_progress", leaseUntil: longAgo } },
  ],
];

test("When everything is as it should be, then nothing is violated", async () => {
  expect(await world.db.collection("refunds").countDocuments()).toBe(1);
  expect(await violated()).toEqual([]);
});

test.each(breaches)("When %s is broken because %s, then the audit says so", async (rule, _, ...where) => {
  expect(await whenBroken(...where)).toContain(rule);
  expect(await violated()).toEqual([]);
});
