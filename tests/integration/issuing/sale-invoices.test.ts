import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import { Counter, Invoice, InvoiceRequest, Order, OrderItem, OutboxMessage } from "../../../models/index.js";
import { outboxHandlers } from "../../../scripts/jobs/outbox-handlers.js";
import { getInvoice } from "../../../services/aggregates/invoice/invoice-reads.js";
import { requestSaleInvoice } from "../../../services/aggregates/invoice/request-document.js";
import { contentHash } from "../../../services/calculations/content-hash.js";
import { issueBatch } from "../../../services/flows/issue-invoices/issue-batch.js";
import {
  issueDueInvoices,
  issueSaleInvoice,
  startInvoiceWorker,
} from "../../../services/flows/issue-invoices/issue-invoices.flow.js";
import { requestInvoiceOfOrder } from "../../../services/flows/issue-invoices/request-invoices.flow.js";
import { enqueueOutbox } from "../../../services/platform/outbox.service.js";
import { drainOutbox } from "../../../services/platform/outbox-worker.service.js";
import { forgetSettings, putSettings } from "../../../services/platform/settings.service.js";
import { NotFoundError } from "../../../utils/errors.js";
import { emptyTestDatabase, useTestDatabase } from "../../support/database.js";
import { anOrder } from "../../support/documents.js";
import {
  documentsOf,
  expectSoundSeries,
  invoiced,
  issueAt,
  requestInvoices,
  storeOrder,
} from "./issuing-world.js";

useTestDatabase();
beforeEach(emptyTestDatabase);
afterEach(() => forgetSettings());

const year = new Date().getUTCFullYear();

describe("an invoice", () => {
  test("When it is issued, then it is a complete copy of the order and the seller", async () => {
    await putSettings({
      group: "company",
      patch: { name: "Kaveri Ayurveda Pvt Ltd", address: "14 Residency Road", supportPhone: "+918041234567" },
      by: "test",
    });
    const { order, items, invoice } = await invoiced({
      lines: [
        [10_000, 2, 500],
        [5_000, 1, 1_800],
      ],
    });
    expect(invoice).toMatchObject({
      invoiceNumber: `INV-${year}-000001`,
      ...{ type: "sale", status: "issued", documentTitle: "Tax Invoice", origin: `order:${order._id}` },
      ...{ orderNumber: order.orderNumber, placeOfSupply: { code: "29", name: "Karnataka" } },
      ...{ supplyType: "intra_state", returnTable: "b2cs", hasGstEffect: true, templateVersion: 1 },
      supplier: {
        ...{ name: "Kaveri Ayurveda Pvt Ltd", address: "14 Residency Road", stateCode: "29" },
        ...{ gstin: "29AABCV4321K1Z7", supportPhone: "+918041234567" },
      },
      buyer: {
        name: "Asha Rao",
        address: "14 MG Road, Bengaluru, Karnataka 560001",
        gstin: null,
        isSez: false,
      },
      billingAddress: order.billingAddress,
    });
    expect(invoice.lines).toMatchObject([
      { orderItemId: items[0]?._id, hsnCode: "300490", uqc: "NOS", quantity: 2, cgst: 500, sgst: 500 },
      { orderItemId: items[1]?._id, hsnCode: "300490", uqc: "NOS", quantity: 1, cgst: 450, sgst: 450 },
      { orderItemId: null, description: "Shipping", quantity: 1, unitPrice: 3_920, rateBps: 500 },
      { orderItemId: null, description: "Shipping", quantity: 1, unitPrice: 980, rateBps: 1_800 },
    ]);
    expect(invoice.taxSummary).toMatchObject([
      { hsnCode: "300490", uqc: "NOS", rateBps: 500, quantity: 2, taxableValue: 23_920 },
      { hsnCode: "300490", uqc: "NOS", rateBps: 1_800, quantity: 1, taxableValue: 5_980 },
    ]);
    expect(invoice.totals.grandTotal).toBe(order.grandTotal);
    expect(contentHash(invoice)).toBe(invoice.contentHash);
    expect(await Order.findById(order._id).lean()).toMatchObject({ invoiceNumber: invoice.invoiceNumber });
    expect(await InvoiceRequest.countDocuments()).toBe(0);
  });

  test("When a stored document is changed past its schema, then its hash no longer fits", async () => {
    const { invoice } = await invoiced();
    await expect(Invoice.updateOne({ _id: invoice._id }, { $set: { reason: "x" } })).rejects.toThrow(
      /append-only/,
    );
    await Invoice.collection.updateOne({ _id: invoice._id }, { $set: { "lines.0.cgst": 1 } });
    const changed = await getInvoice(invoice.invoiceNumber);
    expect(contentHash(changed)).not.toBe(changed.contentHash);
  });

  test("When it is requested twice and issued again, then the order still has one", async () => {
    const { order } = await invoiced();
    await requestSaleInvoice(order._id, null);
    expect(await issueDueInvoices()).toBe(0);
    expect(await documentsOf({ order })).toHaveLength(1);
    expect(await InvoiceRequest.countDocuments()).toBe(0);
  });

  test("When units were cancelled before, then only the others are invoiced, with the order's round-off", async () => {
    const { order, items } = await storeOrder({ lines: [[3_333, 3, 1_800]], roundToRupee: true });
    await OrderItem.updateOne({ _id: items[0]?._id }, { $set: { quantityCancelled: 1 } });
    await requestSaleInvoice(order._id, null);
    await issueDueInvoices();
    const [invoice] = await documentsOf({ order });
    const cancelled = 3_933;
    expect(invoice?.lines[0]).toMatchObject({ quantity: 2, total: 11_799 - cancelled });
    expect(invoice?.totals).toMatchObject({
      roundOff: order.roundOff,
      grandTotal: order.grandTotal - cancelled,
    });
  });

  test("When the order is from before its place of supply was stored, then it is that of the address", async () => {
    const { invoice } = await invoiced({ fields: { placeOfSupply: null } });
    expect(invoice.placeOfSupply).toEqual({ code: "29", name: "Karnataka" });
  });

  test("When a gift comes with the order, then it is listed without value and reported nowhere", async () => {
    const { order } = await storeOrder({ shipping: 0 });
    const [item] = await OrderItem.find({ orderId: order._id }).lean();
    const noTax = { cgst: 0, sgst: 0, utgst: 0, igst: 0 };
    await OrderItem.collection.insertOne({
      ...Object(item),
      ...{ _id: new Types.ObjectId(), isFreeGift: true, hsnCode: "33049910", quantity: 1, lineTotal: 0 },
      ...{ taxableValue: 0, taxes: noTax, lineTax: 0 },
    });
    await requestSaleInvoice(order._id, null);
    await issueDueInvoices();
    const [invoice] = await documentsOf({ order });
    expect(invoice?.lines[1]).toMatchObject({ isFreeGift: true, quantity: 1, unitPrice: 0, total: 0 });
    expect(invoice?.taxSummary).toHaveLength(1);
  });
});

describe("an order without an invoice", () => {
  const cases = [
    ["pending", { status: "pending" as const }, {}],
    ["cancelled", { status: "cancelled" as const }, {}],
    ["cancelled in all its units", {}, { quantityCancelled: 2 }],
  ] as const;

  test.each(cases)(
    "When it is %s, then a request is dropped and an admin's is refused",
    async (_what, fields, itemFields) => {
      const { order } = await storeOrder({ fields, itemFields });
      await requestSaleInvoice(order._id, null);
      expect(await issueDueInvoices()).toBe(0);
      expect(await InvoiceRequest.countDocuments()).toBe(0);
      await expect(issueSaleInvoice(order._id, "admin-1")).rejects.toMatchObject({
        code: "ORDER_NOT_INVOICEABLE",
      });
      expect(await documentsOf({ order })).toEqual([]);
      await expectSoundSeries({});
    },
  );

  test("When it was refused and is confirmed later, then the next request is issued", async () => {
    const { order } = await storeOrder({ fields: { status: "pending" } });
    await expect(issueSaleInvoice(order._id, "admin-1")).rejects.toMatchObject({
      code: "ORDER_NOT_INVOICEABLE",
    });
    await Order.updateOne({ _id: order._id }, { $set: { status: "confirmed" } });
    await requestInvoiceOfOrder(order);
    expect(await issueDueInvoices()).toBe(1);
  });

  test.each(["pending", "cancelled"] as const)(
    "When it is %s as it is placed, then nothing follows, and no invoice is requested",
    async (status) => {
      const { order } = await storeOrder({ fields: { status } });
      await enqueueOutbox([
        {
          type: "order.placed",
          dedupeKey: `order.placed:${order.orderNumber}`,
          payload: { orderId: order._id.toHexString() },
        },
      ]);
      expect(await drainOutbox(outboxHandlers)).toBe(1);
      expect(await OutboxMessage.countDocuments({ state: "delivered", lastError: null })).toBe(1);
      expect(await InvoiceRequest.countDocuments()).toBe(0);
    },
  );

  test("When invoices are issued on dispatch, then placing requests none and an admin can issue it", async () => {
    await putSettings({ group: "tax", patch: { invoiceIssueOn: "dispatch" }, by: "test" });
    const { order } = await storeOrder();
    await requestInvoiceOfOrder(order);
    expect(await InvoiceRequest.countDocuments()).toBe(0);
    const first = await issueSaleInvoice(order._id, "admin-1");
    const second = await issueSaleInvoice(order._id, "admin-2");
    expect([first.created, second.created]).toEqual([true, false]);
    expect(first.invoice).toMatchObject({ createdById: "admin-1" });
    expect(second.invoice._id).toEqual(first.invoice._id);
  });

  test("When there is no such order, then 404", async () => {
    const unknown = issueSaleInvoice(new Types.ObjectId(), "admin-1");
    await expect(unknown).rejects.toThrow(NotFoundError);
  });
});

describe("the numbers", () => {
  test("When more than a batch is due, then all are issued, 1 to n", async () => {
    await requestInvoices(53, { shipping: 0 });
    expect(await issueDueInvoices()).toBe(53);
    await expectSoundSeries({ [`INV-${year}`]: 53 });
  });

  test("When six digits are used up, then seven are, and each number is found and sorted by its sequence", async () => {
    await Counter.create({ _id: "INV-2026", sequence: 999_998 });
    await requestInvoices(3);
    await issueAt("2026-11-20T10:00:00Z");
    const numbers = ["INV-2026-999999", "INV-2026-1000000", "INV-2026-1000001"];
    const sorted = await Invoice.find({}).sort({ series: 1, sequence: 1 }).lean();
    expect(sorted.map(({ invoiceNumber }) => invoiceNumber)).toEqual(numbers);
    for (const number of numbers) expect(await getInvoice(number)).toMatchObject({ invoiceNumber: number });
    for (const invoiceNumber of numbers) {
      const order = await Order.findOne({ invoiceNumber }).lean();
      expect(await documentsOf({ order: order ?? anOrder() })).toMatchObject([{ invoiceNumber }]);
    }
  });

  test("When a number would have 17 characters, then it is not issued, the request stays, and others go on", async () => {
    await Counter.create({ _id: `INV-${year}`, sequence: 9_999_998 });
    await requestInvoices(3);
    expect(await issueDueInvoices()).toBe(1);
    expect(await Invoice.findOne({}).lean()).toMatchObject({ invoiceNumber: `INV-${year}-9999999` });
    const left = await InvoiceRequest.find({}).lean();
    expect(left).toHaveLength(2);
    for (const request of left) {
      expect(request).toMatchObject({ attempts: 1, refusal: null });
      expect(request.lastError).toMatch(/no number left/);
      expect(request.dueAt.getTime()).toBeGreaterThan(Date.now());
    }
    expect(await Counter.findById(`INV-${year}`).lean()).toMatchObject({ sequence: 9_999_999 });
  });

  test("When a year begins in India, then so does a series", async () => {
    for (const at of ["2026-12-31T18:29:59Z", "2026-12-31T18:30:00Z", "2027-01-01T10:00:00Z"]) {
      await requestInvoices(1);
      await issueAt(at);
    }
    const issued = await Invoice.find({}).sort({ issuedAt: 1 }).lean();
    expect(issued.map(({ invoiceNumber, financialYear }) => [invoiceNumber, financialYear])).toEqual([
      ["INV-2026-000001", "2026-27"],
      ["INV-2027-000001", "2026-27"],
      ["INV-2027-000002", "2026-27"],
    ]);
    await expectSoundSeries({ "INV-2026": 1, "INV-2027": 2 });
  });

  test("When the database's clock goes back, then dates do not, also over New Year", async () => {
    for (const at of ["2027-01-01T10:00:00Z", "2026-12-31T10:00:00Z"]) {
      await requestInvoices(1);
      await issueAt(at);
    }
    const issued = await Invoice.find({}).sort({ sequence: 1 }).lean();
    expect(issued.map(({ invoiceNumber, issuedAt }) => [invoiceNumber, issuedAt.toISOString()])).toEqual([
      ["INV-2027-000001", "2027-01-01T10:00:00.000Z"],
      ["INV-2027-000002", "2027-01-01T10:00:00.000Z"],
    ]);
  });
});

describe("a bad request among others", () => {
  test("When an order cannot be invoiced, then the others are, and it is retried later with its error", async () => {
    await requestInvoices(2);
    const lost = { ...(await storeOrder()).order.shippingAddress, state: "Atlantis" };
    const [bad] = await requestInvoices(1, { fields: { placeOfSupply: null, shippingAddress: lost } });
    await requestInvoices(2);
    expect(await issueDueInvoices()).toBe(4);
    await expectSoundSeries({ [`INV-${year}`]: 4 });
    const [request] = await InvoiceRequest.find({}).lean();
    expect(request).toMatchObject({ orderId: bad?.order._id, attempts: 1 });
    expect(request?.lastError).toMatch(/Atlantis/);
    expect(await issueDueInvoices()).toBe(0);
  });
});

describe("the worker", () => {
  test("When orders are placed one after another within a second, then they share a batch", async () => {
    const worker = startInvoiceWorker();
    try {
      for (let order = 0; order < 6; order += 1) {
        await requestInvoices(1);
        await sleep(100);
      }
      while ((await Invoice.countDocuments({})) < 6) await sleep(50);
    } finally {
      await worker.stop();
    }
    // Each batch has one time. The first round may fall between two orders.
    expect((await Invoice.distinct("issuedAt")).length).toBeLessThanOrEqual(3);
    await expectSoundSeries({ [`INV-${year}`]: 6 });
  });
});

describe("two workers", () => {
  test("When an order has an invoice number already, then it is given no other", async () => {
    const stored = await requestInvoices(1);
    const ids = (await InvoiceRequest.find({}).lean()).map(({ _id }) => _id);
    const invoiceNumber = `INV-${year}-000009`;
    await Order.updateOne({ _id: stored[0]?.order._id }, { $set: { invoiceNumber } });
    const issuing = issueBatch({ type: "sale", ids, at: new Date() });
    await expect(issuing).rejects.toThrow("an invoice number without an invoice");
    expect([await Invoice.countDocuments({}), await Order.findOne({}).lean()]).toMatchObject([
      0,
      { invoiceNumber },
    ]);
  });

  test("When both issue the same requests at once, then each order has one invoice and no number is lost", async () => {
    const stored = await requestInvoices(20);
    const ids = (await InvoiceRequest.find({}).lean()).map(({ _id }) => _id);
    const batches = [ids, ids, ids.slice(0, 10), ids.slice(10)];
    const counts = await Promise.all(
      batches.map((some) => issueBatch({ type: "sale", ids: some, at: new Date() })),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    await expectSoundSeries({ [`INV-${year}`]: 20 });
    for (const { order } of stored) {
      const [invoice, ...others] = await documentsOf({ order });
      expect(others).toEqual([]);
      expect(await Order.findById(order._id).lean()).toMatchObject({ invoiceNumber: invoice?.invoiceNumber });
    }
  });

  test("When a unit is cancelled while its order is invoiced, then it is either cancelled or invoiced", async () => {
    const stored = await requestInvoices(10);
    const cancel = async ({ order, items }: (typeof stored)[number]) => {
      const { inTransaction } = await import("../../../services/platform/transaction.service.js");
      return inTransaction(async (tx) => {
        const free = await Order.updateOne(
          { _id: order._id, invoiceNumber: null },
          { $inc: { version: 1 } },
        ).session(tx);
        if (free.matchedCount === 0) return false;
        await OrderItem.updateOne({ _id: items[0]?._id }, { $inc: { quantityCancelled: 1 } }).session(tx);
        return true;
      });
    };
    const [cancelled] = await Promise.all([Promise.all(stored.map(cancel)), issueDueInvoices()]);
    await issueDueInvoices();
    for (const [index, one] of stored.entries()) {
      const [invoice] = await documentsOf(one);
      expect(invoice?.lines[0]?.quantity).toBe(cancelled[index] ? 1 : 2);
    }
  });
});
