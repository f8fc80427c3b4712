import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused, unknownId, useShop } from "../checkout/shop-world.js";
import { asAdmin, auditsOf, buyInvoiced, issueInvoices, storedInvoice, TWO_RATES } from "./invoiced-shop.js";

const shop = useShop();
const ofOrder = (id: string) => ({ orderId: new Types.ObjectId(id) });
const countOf = (id: string, type = "sale") =>
  shop()
    .db.collection("invoices")
    .countDocuments({ ...ofOrder(id), type });

describe("POST /api/admin/invoices", () => {
  test("When an order has no invoice yet, then it is issued at once, with an audit row; a repeat answers with it", async () => {
    const order = await shop().guest().buy();
    const admin = asAdmin(shop());
    const created = await admin.post("", { orderId: order.id });
    expect([created.status, done(created).type]).toEqual([201, "sale"]);
    const { invoiceNumber } = done(created);
    expect(await storedInvoice(shop(), invoiceNumber)).toMatchObject({
      ...ofOrder(order.id),
      status: "issued",
      createdById: SEED.admins.admin,
    });
    expect(done(created)).toMatchObject({ orderId: order.id, createdById: SEED.admins.admin });
    const audits = await auditsOf(shop(), "invoice.issue");
    expect(audits.filter(({ resourceId }) => resourceId === invoiceNumber)).toMatchObject([
      { actorId: SEED.admins.admin, resourceType: "invoice" },
    ]);

    const repeated = await admin.post("", { orderId: order.id });
    expect([repeated.status, done(repeated).invoiceNumber]).toEqual([200, invoiceNumber]);
    await issueInvoices(shop());
    expect(await countOf(order.id)).toBe(1);
  });

  test("When five admins ask while the worker runs, then there is one invoice, and each gets it", async () => {
    const order = await shop().guest().buy();
    const admin = asAdmin(shop());
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, () => admin.post("", { orderId: order.id }))),
      issueInvoices(shop()),
    ]);
    expect(new Set(answers.map((answer) => done(answer).invoiceNumber)).size).toBe(1);
    expect(await countOf(order.id)).toBe(1);
    const [number] = answers.map((answer) => done(answer).invoiceNumber);
    const audits = await auditsOf(shop(), "invoice.issue");
    expect(audits.filter(({ resourceId }) => resourceId === number).length).toBeLessThanOrEqual(1);
  });

  test("When the order does not exist, or the role may only read, then it is refused", async () => {
    refused(await asAdmin(shop()).post("", { orderId: unknownId() }), 404, "ORDER_NOT_FOUND");
    const { id } = await shop().guest().buy();
    refused(await asAdmin(shop(), "viewer").post("", { orderId: id }), 403, "FORBIDDEN");
    expect(await countOf(id)).toBe(0);
  });
});

describe("POST /api/admin/invoices/credit-note", () => {
  const reason = "Two jars arrived broken";

  test("When units are credited, then the note has their share of the invoice, and a repeated key is the same note", async () => {
    const { order, invoice, invoiceNumber } = await buyInvoiced(shop(), TWO_RATES);
    const [item] = order.items;
    const body = { orderId: order.id, items: [{ orderItemId: item.id, quantity: 1 }], reason };
    const key = randomUUID();
    const answer = await asAdmin(shop(), "finance").post("/credit-note", body, key);
    expect(answer.status).toBe(201);
    const note = done(answer);
    expect(note).toMatchObject({
      type: "credit_note",
      originalInvoiceNumber: invoiceNumber,
      reason,
      hasGstEffect: true,
      lines: [{ orderItemId: item.id, quantity: 1, rate: invoice.lines[0].rateBps / 100 }],
    });
    expect(note.invoiceNumber).toMatch(/^CN-\d{4}-\d{6}$/);
    expect(Math.abs(note.totals.grandTotal * 200 - invoice.lines[0].total)).toBeLessThanOrEqual(1);
    expect(await storedInvoice(shop(), note.invoiceNumber)).toMatchObject({
      originalInvoiceId: invoice._id,
      createdById: SEED.admins.finance,
    });

    const repeated = await asAdmin(shop(), "finance").post("/credit-note", body, key);
    expect([repeated.status, repeated.text]).toEqual([201, answer.text]);
    expect(await countOf(order.id, "credit_note")).toBe(1);
    const audits = await auditsOf(shop(), "invoice.issue");
    expect(audits.filter(({ resourceId }) => resourceId === note.invoiceNumber)).toHaveLength(1);
  });

  test("When the response to a note was lost and its record too, then the same key finds the same note", async () => {
    const { order } = await buyInvoiced(shop(), TWO_RATES);
    const body = { orderId: order.id, items: [{ orderItemId: order.items[0].id, quantity: 1 }], reason };
    const key = randomUUID();
    const first = done(await asAdmin(shop()).post("/credit-note", body, key));
    await shop().db.collection("idempotencyRecords").deleteMany({});
    const second = await asAdmin(shop()).post("/credit-note", body, key);
    expect([second.status, done(second).invoiceNumber]).toEqual([200, first.invoiceNumber]);
    expect(await countOf(order.id, "credit_note")).toBe(1);
  });

  test("When more is credited than was invoiced, then CREDIT_EXCEEDS_INVOICE and no note", async () => {
    const { order } = await buyInvoiced(shop());
    const credit = (quantity: number) =>
      asAdmin(shop()).post("/credit-note", {
        orderId: order.id,
        items: [{ orderItemId: order.items[0].id, quantity }],
        reason,
      });
    refused(await credit(2), 400, "CREDIT_EXCEEDS_INVOICE");
    expect((await credit(1)).status).toBe(201);
    refused(await credit(1), 400, "CREDIT_EXCEEDS_INVOICE");
    expect(await countOf(order.id, "credit_note")).toBe(1);
  });

  test("When the order is not cancelled and nothing is named, or it has no invoice, then it is refused", async () => {
    const { order } = await buyInvoiced(shop());
    const admin = asAdmin(shop());
    refused(await admin.post("/credit-note", { orderId: order.id, reason }), 400, "ORDER_NOT_INVOICEABLE");
    const early = await shop().guest().buy();
    const items = [{ orderItemId: early.items[0].id, quantity: 1 }];
    refused(await admin.post("/credit-note", { orderId: early.id, items, reason }), 404, "INVOICE_NOT_READY");
    const refundId = unknownId();
    refused(
      await admin.post("/credit-note", { orderId: order.id, refundId, reason }),
      404,
      "REFUND_NOT_FOUND",
    );
    expect(await countOf(order.id, "credit_note")).toBe(0);
  });

  test.each([
    [
      "units and a refund",
      { items: [{ orderItemId: unknownId(), quantity: 1 }], refundId: unknownId(), reason },
    ],
    ["a quantity of 0", { items: [{ orderItemId: unknownId(), quantity: 0 }], reason }],
    ["no units", { items: [], reason }],
    ["no reason", { items: [{ orderItemId: unknownId(), quantity: 1 }] }],
    [
      "a line twice",
      {
        items: [
          { orderItemId: "a".repeat(24), quantity: 1 },
          { orderItemId: "A".repeat(24), quantity: 1 },
        ],
        reason,
      },
    ],
  ])("When the body has %s, then VALIDATION_ERROR", async (_what, body) => {
    const answer = await asAdmin(shop()).post("/credit-note", { orderId: unknownId(), ...body });
    refused(answer, 400, "VALIDATION_ERROR");
  });
});

describe("GET /api/admin/invoices", () => {
  const list = async (query: string) => done(await asAdmin(shop(), "viewer").get(`?${query}`));
  const numbersOf = ({ items }: { items: { invoiceNumber: string }[] }) =>
    items.map(({ invoiceNumber }) => invoiceNumber);

  test("When it is filtered, then by type, status, order and date of issue, newest first", async () => {
    const first = await buyInvoiced(shop(), TWO_RATES);
    const second = await buyInvoiced(shop());
    const items = [{ orderItemId: first.order.items[0].id, quantity: 1 }];
    const body = { orderId: first.order.id, items, reason: "Arrived broken" };
    const note = done(await asAdmin(shop()).post("/credit-note", body)).invoiceNumber;

    expect(numbersOf(await list("limit=3"))).toEqual([note, second.invoiceNumber, first.invoiceNumber]);
    const ofFirst = `orderNumber=${first.order.orderNumber}`;
    expect(numbersOf(await list(ofFirst))).toEqual([note, first.invoiceNumber]);
    expect(numbersOf(await list(`${ofFirst}&sortOrder=asc`))).toEqual([first.invoiceNumber, note]);
    expect(numbersOf(await list(`${ofFirst}&type=sale&status=issued`))).toEqual([first.invoiceNumber]);
    expect(numbersOf(await list("type=credit_note&limit=1"))).toEqual([note]);
    const at = encodeURIComponent(second.invoice.issuedAt.toISOString());
    expect(numbersOf(await list(`dateFrom=${at}&dateTo=${at}&type=sale`))).toContain(second.invoiceNumber);
    expect((await list("status=draft")).pagination).toMatchObject({ total: 0, totalPages: 0 });
    expect(numbersOf(await list("orderNumber=ORD-2020-000001"))).toEqual([]);
  });

  test.each(["type=invoice", "status=paid", "orderNumber=1", "sortBy=grandTotal", "userId=user-asha"])(
    "When the query is %s, then VALIDATION_ERROR",
    async (query) => {
      refused(await asAdmin(shop()).get(`?${query}`), 400, "VALIDATION_ERROR");
    },
  );
});
