import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { isAdmin, nameOf } from "../../support/router-table.js";
import { OF_SELLER } from "./refusal-scene.js";
import { BANK_ACCOUNT } from "./route-cases.js";
import { type Call, collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";
import { type Belongings, newSession, type Shopper, shopFor, shopUntil } from "./shoppers.js";

/** Every change by an admin writes one row of the audit log, with who, and what was there before and after. */
jest.setTimeout(300_000);

type Route = SecurityWorld["mounted"][number];

let world: SecurityWorld;
beforeAll(async () => {
  world = await startSecurityWorld();
});
afterAll(() => world.stop());

const asAdmin = () => ({ Authorization: `Bearer ${world.sandbox.tokens.admin}` });
const rowsOf = (requestId: unknown) => world.db.collection("auditLogs").find({ requestId }).toArray();

/** Writes without a row, with the reason. */
const UNAUDITED: Readonly<Record<string, string>> = {
  "POST /api/admin/invoices/template/preview": "shows a design and stores nothing",
};
/** Reads with a row: what leaves the service in bulk. */
const AUDITED_READS = ["GET /api/admin/orders/export", "GET /api/admin/payments/export"];

/** Writes that only add: nothing was there before. */
const ADDS: readonly string[] = [
  "POST /api/admin/orders/manual",
  "POST /api/admin/orders/:orderId/fulfillments",
  "POST /api/admin/orders/:orderId/notes",
  "POST /api/admin/invoices",
  "POST /api/admin/invoices/credit-note",
  "POST /api/admin/invoices/:invoiceNumber/email",
  "POST /api/admin/invoices/bulk-download",
  "POST /api/admin/payments/reconcile",
  "POST /api/admin/refunds",
  "POST /api/admin/refunds/:refundId/notes",
  "POST /api/admin/returns/:returnId/images",
  "POST /api/admin/returns/:returnId/notes",
  "POST /api/admin/jobs/:name/run",
];

/** Brings documents into the state in which the call changes something. @returns what the call needs besides */
type Prepare = (shopper: Shopper) => Promise<Call>;

const set =
  (collection: string, id: (own: Belongings) => string, change: (own: Belongings) => object): Prepare =>
  async ({ has }) => {
    const _id = new Types.ObjectId(id(has));
    const { matchedCount } = await world.db.collection(collection).updateOne({ _id }, { $set: change(has) });
    if (matchedCount !== 1) throw new Error(`nothing in ${collection}`);
    return {};
  };

/** The goods of the return were delivered and paid for, and it has come this far. */
const returnThat =
  (change: (own: Belongings) => object): Prepare =>
  async (shopper) => {
    const { orderId, orderItemId, paymentId, returnId } = shopper.has;
    const orders = world.db.collection("orders");
    const order = await orders.findOne({ _id: new Types.ObjectId(orderId) });
    if (!order) throw new Error("no order");
    const paidAmount = order.grandTotal;
    const units = { quantityAllocated: 1, quantityFulfilled: 1, quantityDelivered: 1 };
    const steps: [string, string, object][] = [
      ["orders", orderId, { status: "delivered", paymentStatus: "paid", paidAmount }],
      ["orderItems", orderItemId, { ...units, quantityReturnPromised: 1 }],
      ["payments", paymentId, { status: "captured", capturedAmount: paidAmount }],
      ["returns", returnId, { returnNumber: `RET-2020-${returnId.slice(-6)}`, ...change(shopper.has) }],
    ];
    for (const [name, id, value] of steps)
      await set(
        name,
        () => id,
        () => value,
      )(shopper);
    return {};
  };

/** One line, which a seller ships. */
const ofSeller: Prepare = async (shopper) => {
  await set(
    "orders",
    ({ orderId }) => orderId,
    () => OF_SELLER.orders,
  )(shopper);
  return set(
    "orderItems",
    ({ orderItemId }) => orderItemId,
    () => OF_SELLER.orderItems,
  )(shopper);
};

const inspection = ({ orderItemId }: Belongings) => ({
  items: [
    {
      orderItemId: new Types.ObjectId(orderItemId),
      ...{ quantityReceived: 1, quantityPassed: 1, quantityRestockable: 1, note: null },
    },
  ],
  ...{ notes: null, inspectedById: "admin-admin", at: new Date() },
});

const withTag: Prepare = async ({ has }) => {
  const path = `/api/admin/orders/${has.orderId}/tags`;
  await world.http
    .post(path)
    .set(asAdmin())
    .send({ tags: ["vip"] });
  return {};
};

/** An order whose invoice no worker has issued yet. */
const notInvoiced: Prepare = async () => {
  const { headers, has } = await shopUntil(world, newSession(), "chosen");
  const { checkoutSessionId } = has;
  const placed = await world.http.post("/api/orders").set(headers).send({ checkoutSessionId });
  return { own: { ...has, orderId: String(placed.body.data.id) } };
};

/** A payment that the gateway has authorised and does not capture by itself. */
const authorised: Prepare = async () => {
  const { headers, has } = await shopUntil(world, newSession(), "checkout");
  const path = `/api/checkout/${has.checkoutSessionId}/payment-method`;
  const chosen = await world.http.put(path).set(headers).send({ method: "upi", termsAccepted: true });
  const { gateway, payment } = chosen.body.data;
  world.sandbox.control.razorpay.pay(gateway.orderId, { method: "upi", outcome: "authorize_only" });
  await world.settle();
  return { own: { ...has, paymentId: String(payment.id) } };
};

const storedEvent: Prepare = async () => {
  await world.sandbox.control.razorpay.sendSample("order.paid");
  await world.settle();
  const event = await world.db.collection("webhookEvents").findOne({ event: "order.paid" });
  return { params: { eventId: String(event?._id) } };
};

const deadMessage: Prepare = async () => {
  const { insertedId } = await world.db.collection("outboxMessages").insertOne({
    ...{ type: "coupon.release", dedupeKey: "coupon.release:dead", state: "dead", attempts: 12, done: [] },
    payload: { checkoutSessionId: "0".repeat(24), codes: [] },
    ...{ dueAt: new Date(), lease: null, lastError: "no answer", requestId: null, deliveredAt: null },
    createdAt: new Date(),
  });
  return { params: { id: insertedId.toHexString() } };
};

const RETURN = "/api/admin/returns/:returnId";
const PREPARE: Readonly<Record<string, Prepare>> = {
  "DELETE /api/admin/orders/:orderId/tags": withTag,
  "PUT /api/admin/orders/:orderId/sellers/:sellerId/status": ofSeller,
  "POST /api/admin/invoices": notInvoiced,
  "POST /api/admin/payments/:paymentId/capture": authorised,
  "POST /api/admin/webhooks/:eventId/replay": storedEvent,
  "POST /api/admin/outbox/:id/replay": deadMessage,
  [`POST ${RETURN}/approve`]: returnThat(() => ({ returnNumber: null })),
  [`POST ${RETURN}/reject`]: returnThat(() => ({})),
  [`POST ${RETURN}/schedule-pickup`]: returnThat(() => ({ status: "approved" })),
  [`PUT ${RETURN}/received`]: returnThat(() => ({ status: "approved" })),
  [`POST ${RETURN}/inspect`]: returnThat(() => ({ status: "received" })),
  [`POST ${RETURN}/refund`]: returnThat((own) => ({
    ...{ status: "received", inspectionStatus: "pass", inspection: inspection(own) },
  })),
};

const isValue = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0;

async function change(route: Route) {
  const shopper = await shopFor(world, route, world.caseOf(route).stage ?? "cart");
  const prepared = await PREPARE[nameOf(route)]?.(shopper);
  const answer = await world.call(route, { as: asAdmin(), own: shopper.has, ...prepared });
  if (answer.status >= 300) throw new Error(`answered ${answer.status}: ${answer.text}`);
  return answer.headers["x-request-id"];
}

test("When an admin changes something, then the log has one row with admin, request, before and after", async () => {
  const findings = collectFindings();
  const writes = world.routes.filter((route) => isAdmin(route) && route.method !== "get");
  await findings.checkAll(writes, nameOf, async (route) => {
    const requestId = await change(route);
    const rows = await rowsOf(requestId);
    if (nameOf(route) in UNAUDITED) return expect(rows).toEqual([]);
    const [row, ...others] = rows;
    if (!row || others.length > 0) throw new Error(`${rows.length} rows: ${JSON.stringify(rows)}`);
    expect(row).toMatchObject({ actorType: "admin", actorId: SEED.admins.admin, requestId });
    expect(row.action).toMatch(/^[a-zA-Z]+(?:\.[a-z_-]+)+$/);
    expect([row.resourceType, row.resourceId]).not.toContain("");
    if (!isValue(row.after)) throw new Error(`after: ${JSON.stringify(row.after)}`);
    const isAdded = ADDS.includes(nameOf(route));
    if (isValue(row.before) === isAdded) throw new Error(`before: ${JSON.stringify(row.before)}`);
    expect(JSON.stringify(row)).not.toContain(BANK_ACCOUNT.accountNumber);
    const found = await world.http.get(`/api/admin/audit-logs?requestId=${requestId}`).set(asAdmin());
    expect(found.body.data.items).toMatchObject([{ action: row.action, resourceId: row.resourceId }]);
  });
  findings.report();
});

test("When an admin reads, then only what leaves in bulk is logged", async () => {
  const findings = collectFindings();
  const { has: own } = await shopUntil(world, newSession(), "ordered");
  const reads = world.routes.filter((route) => isAdmin(route) && route.method === "get");
  await findings.checkAll(reads, nameOf, async (route) => {
    const answer = await world.call(route, { as: asAdmin(), own });
    const rows = await rowsOf(answer.headers["x-request-id"]);
    expect(rows).toHaveLength(AUDITED_READS.includes(nameOf(route)) ? 1 : 0);
  });
  findings.report();
});
