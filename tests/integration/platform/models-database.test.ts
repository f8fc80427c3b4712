import { type mongo, type Query, Types, trusted } from "mongoose";
import { prepareDatabase } from "../../../config/database.config.js";
import { FailedAttempt } from "../../../models/failedAttempt.model.js";
import {
  AuditLog,
  allModels,
  Cart,
  CartItem,
  CheckoutSession,
  emailSearchKey,
  File,
  Invoice,
  JobRun,
  Order,
  OutboxMessage,
  Payment,
  phoneEndSearchKey,
  ReconciliationItem,
  ReconciliationReport,
  Refund,
  Return,
  SavedItem,
  Shipment,
  WebhookEvent,
} from "../../../models/index.js";
import { STORAGE_CHUNKS, STORAGE_FILES } from "../../../models/storage.js";
import { selectOrders } from "../../../src/orders/orders.selection.service.js";
import { LIVE_CHECKOUT_STATUSES } from "../../../utils/constants.js";
import { useTestDatabase } from "../../support/database.js";
import { aCart, aCheckout, anInvoice, anItem, anOrder, aPayment } from "../../unit/models/documents.js";

const duplicate = { name: "MongoServerError", code: 11_000 };
const id = () => new Types.ObjectId();

const theId = id();

/** What exists once, and two rows of it that differ in everything else. Without the model, which would ask for more. */
const ONE_OF_EACH: [what: string, collection: string, rowOf: (n: number) => object][] = [
  ["an order with its number", Order.collection.collectionName, () => ({ orderNumber: "ORD-1" })],
  [
    "an order of a request",
    Order.collection.collectionName,
    (n) => ({ orderNumber: `ORD-${n}-requested`, requestKey: "key" }),
  ],
  ["a payment of a request", Payment.collection.collectionName, () => ({ idempotencyKey: "key" })],
  [
    "a payment with the reference of its receipt",
    Payment.collection.collectionName,
    () => ({ receipt: { method: "bank_transfer", reference: "UTR1" } }),
  ],
  ["a refund with its number", Refund.collection.collectionName, () => ({ refundNumber: "REF-1" })],
  [
    "a refund with its id at the gateway",
    Refund.collection.collectionName,
    (n) => ({ refundNumber: `REF-${n}-gateway`, gatewayRefundId: "rfnd_1" }),
  ],
  [
    "a refund with the reference of its transfer",
    Refund.collection.collectionName,
    (n) => ({ refundNumber: `REF-${n}-transfer`, utr: "UTR1" }),
  ],
  ["a return with its number", Return.collection.collectionName, () => ({ returnNumber: "RET-1" })],
  ["a parcel of the shipping service", Shipment.collection.collectionName, () => ({ shipmentId: "shp_1" })],
  [
    "an invoice with its number",
    Invoice.collection.collectionName,
    (n) => ({ invoiceNumber: "INV-9", series: "INV-9", sequence: n, origin: `numbered:${n}` }),
  ],
  [
    "an invoice with its place in the series",
    Invoice.collection.collectionName,
    (n) => ({ invoiceNumber: `INV-8-${n}`, series: "INV-8", sequence: 1, origin: `in series:${n}` }),
  ],
  [
    "a document of an origin",
    Invoice.collection.collectionName,
    (n) => ({ invoiceNumber: `INV-7-${n}`, series: "INV-7", sequence: n, origin: "refund:7" }),
  ],
  ["a run of a job in its slot", JobRun.collection.collectionName, () => ({ job: "sweep", slot: "12:00" })],
  [
    "a running reconciliation of a range",
    ReconciliationReport.collection.collectionName,
    () => ({ dateFrom: "2026-11-01", dateTo: "2026-11-02", repair: true, state: "running" }),
  ],
  [
    "a finding about an entity of the gateway",
    ReconciliationItem.collection.collectionName,
    () => ({ reportId: theId, gatewayId: "pay_1" }),
  ],
  [
    "an item that a customer saved",
    SavedItem.collection.collectionName,
    () => ({ userId: "user-1", productId: "p", variantId: "v" }),
  ],
  [
    "an item that a guest saved",
    SavedItem.collection.collectionName,
    () => ({ sessionId: "session-1", productId: "p", variantId: "v" }),
  ],
  ["a file of a key", File.collection.collectionName, () => ({ dedupeKey: "invoice:1" })],
  ["a count of failed attempts", FailedAttempt.collection.collectionName, () => ({ key: "coupon:user-1" })],
  ["a stored file with its name", STORAGE_FILES, () => ({ filename: "invoices/1.pdf" })],
  ["a piece of a stored file", STORAGE_CHUNKS, () => ({ files_id: theId, n: 0 })],
];

describe("The database", () => {
  useTestDatabase();

  describe("prepared", () => {
    it("When two instances prepare it at once, then both are ready", async () => {
      await expect(Promise.all([prepareDatabase(), prepareDatabase()])).resolves.toHaveLength(2);
    });

    it("has every index of every schema", async () => {
      for (const model of allModels) {
        const there = await Cart.db.collection(model.collection.collectionName).indexes();
        expect(there).toHaveLength(model.schema.indexes().length + 1);
      }
    });

    it("feeds at most nine indexes with an order: a customer's or a guest's, of a checkout or entered by an admin", () => {
      const indexes = Order.schema.indexes();
      const either = [
        ["userId", "sessionId"],
        ["checkoutSessionId", "requestKey"],
      ];
      for (const fields of either) {
        const found = indexes.filter(([keys]) => fields.some((field) => field in keys));
        expect(found).toHaveLength(2);
        expect(found.every(([, { partialFilterExpression }]) => partialFilterExpression)).toBe(true);
      }
      const withId = indexes.length + 1;
      expect(withId - either.length).toBeLessThanOrEqual(9);
    });
  });

  describe("One active cart an owner", () => {
    beforeEach(() => Cart.deleteMany({}));

    it("When a user gets a second active cart, then it is refused; other carts may be many", async () => {
      await Cart.create(aCart());
      await expect(Cart.create(aCart())).rejects.toMatchObject(duplicate);
      await Cart.create({ ...aCart(), status: "converted" });
      await Cart.create({ ...aCart(), status: "converted" });
      await Cart.create({ ...aCart(), userId: "user-2" });
      expect(await Cart.countDocuments({ userId: "user-1" })).toBe(3);
    });

    it("When guests have carts, then each session has one, and users do not collide with them", async () => {
      const { userId: _userId, ...guest } = aCart();
      await Cart.create({ ...guest, sessionId: "session-1" });
      await Cart.create({ ...guest, sessionId: "session-2" });
      await Cart.create(aCart());
      await expect(Cart.create({ ...guest, sessionId: "session-1" })).rejects.toMatchObject(duplicate);
    });
  });

  it("When a variant is in a cart, then it has one line, and one more as a gift", async () => {
    const line = { ...anItem(), cartId: id(), addedAt: new Date() };
    await CartItem.create(line);
    await CartItem.create({ ...line, isFreeGift: true });
    await expect(CartItem.create(line)).rejects.toMatchObject(duplicate);
  });

  it("When a cart has a live session, then a second is refused until the first has ended", async () => {
    const checkout = aCheckout();
    const first = await CheckoutSession.create({ ...checkout, status: "payment_pending" });
    await expect(CheckoutSession.create(checkout)).rejects.toMatchObject(duplicate);
    await CheckoutSession.updateOne({ _id: first._id }, { $set: { status: "failed" } });
    await CheckoutSession.create(checkout);
    await expect(
      CheckoutSession.updateOne({ _id: first._id }, { $set: { status: "initiated" } }),
    ).rejects.toMatchObject(duplicate);
  });

  it("When a session has its order, then there is no second; manual orders have no session", async () => {
    const checkoutSessionId = id();
    await Order.create({ ...anOrder(), checkoutSessionId });
    await expect(Order.create({ ...anOrder(), checkoutSessionId })).rejects.toMatchObject(duplicate);
    await Order.create(anOrder());
    await Order.create(anOrder());
    expect(await Order.countDocuments({ checkoutSessionId })).toBe(1);
  });

  it("When a session has an accepted payment, then no other is accepted", async () => {
    const payment = aPayment();
    await Payment.create({ ...payment, accepted: true });
    const other = await Payment.create(payment);
    await expect(Payment.updateOne({ _id: other._id }, { $set: { accepted: true } })).rejects.toMatchObject(
      duplicate,
    );
  });

  it("When a gateway payment is on record, then it is so once; attempts without one are free", async () => {
    await Payment.create({ ...aPayment(), gatewayPaymentId: "pay_1" });
    await Payment.create([aPayment(), aPayment()]);
    await expect(Payment.create({ ...aPayment(), gatewayPaymentId: "pay_1" })).rejects.toMatchObject(
      duplicate,
    );
  });

  it("When an order has its invoice, then a second sale is refused and credit notes are free", async () => {
    const invoice = anInvoice();
    await Invoice.create(invoice);
    await expect(
      Invoice.create({ ...invoice, invoiceNumber: "INV-2026-000002", sequence: 2 }),
    ).rejects.toMatchObject(duplicate);
    const note = { ...invoice, type: "credit_note" as const, series: "CN-2026" };
    await Invoice.create({ ...note, origin: "refund:1", invoiceNumber: "CN-2026-000001" });
    await Invoice.create({ ...note, origin: "refund:2", invoiceNumber: "CN-2026-000002", sequence: 2 });
    for (const twice of [
      { origin: "refund:2", sequence: 3 },
      { origin: "refund:3", sequence: 2 },
    ])
      await expect(
        Invoice.create({ ...note, invoiceNumber: "CN-2026-000003", ...twice }),
      ).rejects.toMatchObject(duplicate);
  });

  it("When a webhook event or an outbox message comes twice, then it is stored once", async () => {
    const at = new Date();
    const event = {
      eventId: "evt_1",
      source: "razorpay" as const,
      event: "x",
      bodyHash: "h",
      dueAt: at,
      receivedAt: at,
    };
    await WebhookEvent.create(event);
    await expect(WebhookEvent.create(event)).rejects.toMatchObject(duplicate);
    const message = { type: "t", dedupeKey: "k", dueAt: at };
    await OutboxMessage.create(message);
    await expect(OutboxMessage.create(message)).rejects.toMatchObject(duplicate);
  });

  it.each(ONE_OF_EACH)("When there is %s, then a second is refused", async (_what, collection, rowOf) => {
    const rows = Cart.db.collection(collection);
    await rows.insertOne(rowOf(1));
    await expect(rows.insertOne(rowOf(2))).rejects.toMatchObject(duplicate);
  });

  it("When an audit row is changed through the model, then it stays as it was", async () => {
    const row = {
      actorType: "admin" as const,
      action: "a",
      resourceType: "r",
      resourceId: "1",
      at: new Date(),
    };
    const written = await AuditLog.create(row);
    written.action = "b";
    await expect(written.save()).rejects.toThrow(/append-only/);
    await expect(AuditLog.deleteMany({}).exec()).rejects.toThrow(/append-only/);
    expect(await AuditLog.findById(written._id).lean()).toMatchObject({ action: "a" });
  });

  describe("Filters", () => {
    beforeEach(() => Cart.deleteMany({}));

    it("When a filter holds an operator that our code did not mark, then it matches nothing", async () => {
      await Cart.create(aCart());
      const smuggled: unknown = { $ne: null };
      await expect(Cart.findOne({ userId: smuggled as string })).rejects.toThrow(/Cast to string failed/);
      expect(await Cart.findOne({ userId: trusted({ $ne: null }) }).lean()).toMatchObject({
        userId: "user-1",
      });
    });

    it("When a filter names a field that does not exist, then it is an error, not everything", async () => {
      const mistyped: Record<string, unknown> = { userID: "user-1" };
      await expect(Cart.findOne(mistyped)).rejects.toThrow(/userID/);
    });

    it("When an update writes a fraction of a paisa or an unknown value, then it is refused", async () => {
      const { _id } = await Cart.create(aCart());
      await expect(Cart.updateOne({ _id }, { $set: { grandTotal: 0.5 } })).rejects.toThrow(/whole number/);
      const status: unknown = "open";
      await expect(Cart.updateOne({ _id }, { $set: { status: status as "active" } })).rejects.toThrow(/enum/);
    });
  });

  describe("Queries are served by an index", () => {
    const past = new Date("2020-01-01");
    const live = () => trusted({ $in: [...LIVE_CHECKOUT_STATUSES] });
    const QUERIES: Record<string, () => Query<unknown, unknown>> = {
      "a user's active cart": () => Cart.findOne({ userId: "user-1", status: "active" }),
      "a guest's active cart": () => Cart.findOne({ sessionId: "session-1", status: "active" }),
      "a user's latest cart": () => Cart.findOne({ userId: "user-1" }).sort({ createdAt: -1 }),
      "carts to clean up": () => Cart.find({ status: "active", expiresAt: trusted({ $lt: past }) }),
      "abandoned carts": () => Cart.find({ status: "abandoned" }).sort({ abandonedAt: -1 }),
      "the lines of a cart": () => CartItem.find({ cartId: id() }),
      "a cart's live session": () => CheckoutSession.findOne({ cartId: id(), status: live() }),
      "sessions to clean up": () =>
        CheckoutSession.find({ status: live(), expiresAt: trusted({ $lt: past }) }),
      "unfinished placements": () => CheckoutSession.find({ "placement.leaseUntil": trusted({ $lt: past }) }),
      "an order by number": () => Order.findOne({ orderNumber: "ORD-2026-000001" }),
      "an order by session": () => Order.findOne({ checkoutSessionId: id() }),
      "a customer's orders": () => Order.find({ userId: "user-1" }).sort({ createdAt: -1 }),
      "a guest's orders": () => Order.find({ sessionId: "session-1" }).sort({ createdAt: -1 }),
      "orders by status": () => {
        const { filter, hint } = selectOrders({ status: "shipped" });
        return Order.find(filter()).sort({ createdAt: -1 }).hint(hint);
      },
      "orders of a seller by status": () => {
        const { filter, hint } = selectOrders({ sellerId: "seller-1", status: "shipped" });
        return Order.find(filter()).sort({ createdAt: -1 }).hint(hint);
      },
      "all orders": () => Order.find({}).sort({ createdAt: -1 }),
      "orders by e-mail": () => Order.find({ searchKeys: trusted({ $regex: `^${emailSearchKey("asha")}` }) }),
      "orders by last digits": () =>
        Order.find({ searchKeys: trusted({ $regex: `^${phoneEndSearchKey("3210")}` }) }),
      "a payment by gateway id": () => Payment.findOne({ gateway: "razorpay", gatewayPaymentId: "pay_1" }),
      "attempts of a gateway order": () =>
        Payment.find({ gatewayOrderId: "order_1" }).sort({ createdAt: -1 }),
      "payments to sweep": () =>
        Payment.find({
          "sweep.nextAt": trusted({ $exists: true }),
          $expr: trusted({ $lte: ["$sweep.nextAt", "$$NOW"] }),
        }).sort({ "sweep.nextAt": 1 }),
      "captured payments without an order": () =>
        Payment.find({
          ...{ status: "captured", surplus: false, orderId: null },
          $expr: trusted({ $lte: ["$capturedAt", { $subtract: ["$$NOW", 60_000] }] }),
        }).sort({ capturedAt: 1 }),
      "refunds under way": () =>
        Refund.find({
          ...{ status: "processing", destination: "original" },
          $expr: trusted({ $lte: ["$dueAt", "$$NOW"] }),
        }).sort({ dueAt: 1 }),
      "messages to deliver": () =>
        OutboxMessage.find({ state: "pending", dueAt: trusted({ $lte: past }) }).sort({ dueAt: 1 }),
      "webhooks to apply": () =>
        WebhookEvent.find({ state: "received", dueAt: trusted({ $lte: past }) }).sort({ dueAt: 1 }),
    };

    const stagesOf = (plan: mongo.Document): string[] => [
      String(plan.stage),
      ...(plan.inputStage ? stagesOf(plan.inputStage) : []),
      ...(Array.isArray(plan.inputStages) ? plan.inputStages.flatMap(stagesOf) : []),
    ];

    it.each(Object.entries(QUERIES))("%s", async (_what, query) => {
      const [explained] = [await query().explain("queryPlanner")].flat();
      const stages = stagesOf(Object(explained).queryPlanner.winningPlan);
      expect(stages.some((stage) => stage === "IXSCAN" || stage.startsWith("EXPRESS"))).toBe(true);
      expect(stages).not.toContain("COLLSCAN");
      expect(stages).not.toContain("SORT");
    });
  });
});
