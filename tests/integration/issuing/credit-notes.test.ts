import { Types } from "mongoose";
import {
  Invoice,
  type InvoiceDoc,
  InvoiceRequest,
  Order,
  type OrderCancellation,
  OrderItem,
  Refund,
} from "../../../models/index.js";
import { findInvoiceToCredit } from "../../../services/aggregates/invoice/invoice-reads.js";
import {
  requestCreditNote,
  requestSaleInvoice,
} from "../../../services/aggregates/invoice/request-document.js";
import { contentHash } from "../../../services/calculations/content-hash.js";
import { issueBatch } from "../../../services/flows/issue-invoices/issue-batch.js";
import {
  issueCreditNote,
  issueDueInvoices,
} from "../../../services/flows/issue-invoices/issue-invoices.flow.js";
import { requestNoteOfRefund } from "../../../services/flows/issue-invoices/request-invoices.flow.js";
import { paise } from "../../../utils/money.js";
import { emptyTestDatabase, useTestDatabase } from "../../support/database.js";
import {
  documentsOf,
  expectSoundSeries,
  invoiced,
  issueAt,
  requestInvoices,
  type StoredOrder,
  storeOrder,
  storeRefund,
  sumOfTotals,
} from "./issuing-world.js";

useTestDatabase();
beforeEach(emptyTestDatabase);

const year = new Date().getUTCFullYear();

const notesOf = async (stored: Pick<StoredOrder, "order">): Promise<InvoiceDoc[]> =>
  (await documentsOf(stored)).filter(({ type }) => type === "credit_note");

const unitsOf = ({ items }: StoredOrder, quantity: number, line = 0) => ({
  orderItemId: items[line]?._id ?? new Types.ObjectId(),
  quantity,
});

const wish = ({ order }: StoredOrder, more: Partial<Parameters<typeof issueCreditNote>[0]>) => ({
  ...{ orderId: order._id, refundId: null, items: [], reason: "damaged", createdById: "admin-1" },
  ...more,
});

/** One unit's price. A line that two sources pay for has its units in the first part. */
async function refundFromTwoSources({ order, items: [item] }: StoredOrder) {
  if (!item) throw new Error("no line");
  const part = (quantity: number, amount: number) => ({
    amount: paise(amount),
    items: [{ orderItemId: item._id, quantity, amount: paise(amount) }],
  });
  const first = await storeRefund(order, part(1, 10_000));
  const second = await storeRefund(order, { ...part(0, 1_800), splitFromId: first._id });
  return [first, second] as const;
}

/** Units of the first line that were cancelled before they were paid for. */
async function cancelUnpaid(stored: StoredOrder, quantity: number): Promise<OrderCancellation> {
  const units = unitsOf(stored, quantity);
  const cancellation: OrderCancellation = {
    ...{ _id: new Types.ObjectId(), at: new Date(), by: { type: "admin" }, reason: "asked to" },
    ...{ items: [{ ...units, toStock: quantity }], requestKey: null, invoiceNumber: null },
    unpaid: {
      ...{ amount: paise(11_800 * quantity), shippingAmount: paise(0) },
      items: [{ ...units, amount: paise(11_800 * quantity) }],
    },
  };
  await Order.updateOne({ _id: stored.order._id }, { $push: { cancellations: cancellation } });
  return cancellation;
}

describe("by items", () => {
  test("When units are credited one by one, then the notes copy the invoice and add up to its line", async () => {
    const stored = await invoiced({ lines: [[50, 2, 500]], shipping: 0 });
    const first = await issueCreditNote(wish(stored, { items: [unitsOf(stored, 1)], requestKey: "a" }));
    const again = await issueCreditNote(wish(stored, { items: [unitsOf(stored, 1)], requestKey: "a" }));
    const second = await issueCreditNote(wish(stored, { items: [unitsOf(stored, 1)], requestKey: "b" }));
    expect([first.created, again.created, second.created]).toEqual([true, false, true]);
    const notes = await notesOf(stored);
    const { invoice } = stored;
    expect(notes[0]).toMatchObject({
      ...{ invoiceNumber: `CN-${year}-000001`, documentTitle: "Credit Note", reason: "damaged" },
      ...{ originalInvoiceId: invoice._id, originalInvoiceNumber: invoice.invoiceNumber, origin: "items:a" },
      ...{ placeOfSupply: invoice.placeOfSupply, supplier: invoice.supplier, buyer: invoice.buyer },
      ...{ returnTable: "b2cs", hasGstEffect: true, createdById: "admin-1" },
    });
    expect(notes[0]?.lines).toMatchObject([{ quantity: 1, unitPrice: 50, rateBps: 500 }]);
    expect(sumOfTotals(notes)).toEqual(sumOfTotals([invoice]));
    for (const note of notes) expect(contentHash(note)).toBe(note.contentHash);
    await expectSoundSeries({ [`INV-${year}`]: 1, [`CN-${year}`]: 2 });
  });

  test("When the tax of two units is 0.05 across states, then 0.03 and 0.02 are credited", async () => {
    const stored = await invoiced({ lines: [[50, 2, 500]], shipping: 0, placeOfSupply: "27" });
    for (const requestKey of ["a", "b"])
      await issueCreditNote(wish(stored, { items: [unitsOf(stored, 1)], requestKey }));
    expect((await notesOf(stored)).map(({ totals }) => totals.igst)).toEqual([3, 2]);
  });

  test.each([
    ["more units than were invoiced", (stored: StoredOrder) => [unitsOf(stored, 3)]],
    ["the same line twice", (stored: StoredOrder) => [unitsOf(stored, 1), unitsOf(stored, 2)]],
    ["a line of another order", (stored: StoredOrder) => [unitsOf(stored, 1, 9)]],
  ])("When they are %s, then CREDIT_EXCEEDS_INVOICE with what is left", async (_what, itemsOf) => {
    const stored = await invoiced();
    const asked = issueCreditNote(wish(stored, { items: itemsOf(stored) }));
    await expect(asked).rejects.toMatchObject({
      code: "CREDIT_EXCEEDS_INVOICE",
      details: { left: stored.invoice.totals.grandTotal / 100 },
    });
    expect(await notesOf(stored)).toEqual([]);
  });

  test("When there is no invoice yet, then INVOICE_NOT_READY", async () => {
    const stored = await storeOrder();
    const asked = issueCreditNote(wish(stored, { items: [unitsOf(stored, 1)] }));
    await expect(asked).rejects.toMatchObject({ code: "INVOICE_NOT_READY" });
  });

  test("When several notes of one order are in a batch, then each starts from what the others left", async () => {
    const stored = await invoiced({ lines: [[3_333, 3, 1_800]], shipping: 0 });
    for (const requestKey of ["a", "b", "c", "d"])
      await requestCreditNote(wish(stored, { items: [unitsOf(stored, 1)], requestKey, createdById: null }));
    expect(await issueDueInvoices()).toBe(3);
    expect(sumOfTotals(await notesOf(stored))).toEqual(sumOfTotals([stored.invoice]));
  });

  test("When two workers credit the same units at once, then no unit is credited twice", async () => {
    const stored = await invoiced({ lines: [[3_333, 3, 1_800]], shipping: 0 });
    for (const requestKey of ["a", "b", "c", "d", "e"])
      await requestCreditNote(wish(stored, { items: [unitsOf(stored, 1)], requestKey, createdById: null }));
    const ids = (await InvoiceRequest.find({}).lean()).map(({ _id }) => _id);
    await Promise.all(ids.map((id) => issueBatch({ type: "credit_note", ids: [id], at: new Date() })));
    expect(sumOfTotals(await notesOf(stored))).toEqual(sumOfTotals([stored.invoice]));
    await expectSoundSeries({ [`INV-${year}`]: 1, [`CN-${year}`]: 3 });
  });
});

describe("by refund", () => {
  test("When a refund is completed, then its note has exactly its amount, once", async () => {
    const stored = await invoiced();
    const refund = await storeRefund(stored.order, { amount: paise(7_777), shippingAmount: paise(777) });
    await requestNoteOfRefund(refund._id);
    await requestNoteOfRefund(refund._id);
    await issueDueInvoices();
    await requestNoteOfRefund(refund._id);
    await issueDueInvoices();
    const notes = await notesOf(stored);
    expect(notes).toMatchObject([
      { refundId: refund._id, refundNumber: refund.refundNumber, totals: { grandTotal: 7_777 } },
    ]);
    expect(notes[0]?.lines.map(({ description, total }) => [description, total])).toEqual([
      ["Tulsi 100g", 7_000],
      ["Shipping", 777],
    ]);
  });

  test("When everything is refunded in parts, then the notes add up to the invoice with its round-off", async () => {
    const stored = await invoiced({
      lines: [
        [9_999, 2, 1_800],
        [4_321, 1, 500],
      ],
      roundToRupee: true,
    });
    const { grandTotal } = stored.invoice.totals;
    for (const amount of [12_345, 1, grandTotal - 12_346]) {
      const refund = await storeRefund(stored.order, { amount: paise(amount) });
      await requestNoteOfRefund(refund._id);
      await issueDueInvoices();
    }
    const notes = await notesOf(stored);
    expect(notes.map(({ totals }) => totals.grandTotal)).toEqual([12_345, 1, grandTotal - 12_346]);
    expect(sumOfTotals(notes)).toEqual(sumOfTotals([stored.invoice]));
  });

  test("When it exceeds what is left, then it is refused for good and the reason is kept", async () => {
    const stored = await invoiced();
    await issueCreditNote(wish(stored, { items: [unitsOf(stored, 2)] }));
    const refund = await storeRefund(stored.order, { amount: stored.invoice.totals.grandTotal });
    await requestNoteOfRefund(refund._id);
    await issueDueInvoices();
    expect(await InvoiceRequest.findById(`refund:${refund._id}`).lean()).toMatchObject({
      refusal: { code: "CREDIT_EXCEEDS_INVOICE" },
      expiresAt: null,
    });
    const asked = issueCreditNote(wish(stored, { refundId: refund._id }));
    await expect(asked).rejects.toMatchObject({ code: "CREDIT_EXCEEDS_INVOICE" });
  });

  test("When it is not completed, or of another order, then an admin's request is refused", async () => {
    const stored = await invoiced();
    const other = await invoiced();
    const pending = await storeRefund(stored.order, { amount: paise(100), status: "processing" });
    const foreign = await storeRefund(other.order, { amount: paise(100) });
    const ask = (refundId: Types.ObjectId) => issueCreditNote(wish(stored, { refundId }));
    await expect(ask(pending._id)).rejects.toMatchObject({ code: "REFUND_NOT_COMPLETED" });
    await expect(ask(foreign._id)).rejects.toMatchObject({ code: "REFUND_NOT_FOUND" });
    await Refund.updateOne({ _id: pending._id }, { $set: { status: "completed" } });
    expect(await ask(pending._id)).toMatchObject({ created: true });
  });

  test("When a refund was completed before the invoice, then the invoice's transaction requests its note", async () => {
    const stored = await storeOrder();
    const refund = await storeRefund(stored.order, { amount: paise(1_234), systemReason: "dashboard" });
    await requestNoteOfRefund(refund._id);
    expect(await InvoiceRequest.countDocuments()).toBe(0);
    await requestSaleInvoice(stored.order._id, null);
    expect(await issueDueInvoices()).toBe(2);
    expect(await notesOf(stored)).toMatchObject([
      { refundId: refund._id, reason: "dashboard", totals: { grandTotal: 1_234 } },
    ]);
  });

  test("When a refund is of units that were cancelled before the invoice, then it gets no note", async () => {
    const stored = await storeOrder({ itemFields: { quantityCancelled: 1 } });
    const [item] = stored.items;
    const items = item ? [{ orderItemId: item._id, quantity: 1, amount: paise(11_800) }] : [];
    const early = await storeRefund(stored.order, { amount: paise(11_800), items, status: "processing" });
    await requestSaleInvoice(stored.order._id, null);
    await issueDueInvoices();
    await Refund.updateOne({ _id: early._id }, { $set: { status: "completed" } });
    // The other unit comes back later.
    const late = await storeRefund(stored.order, { amount: paise(11_800), items });
    for (const { _id } of [early, late]) await requestNoteOfRefund(_id);
    await issueDueInvoices();
    expect(await notesOf(stored)).toMatchObject([
      { refundId: late._id, lines: [{ quantity: 1, total: 11_800 }] },
    ]);
    await expect(issueCreditNote(wish(stored, { refundId: early._id }))).rejects.toMatchObject({
      code: "ORDER_NOT_INVOICEABLE",
    });
  });

  test("When a refund that is asked for later is of a line that was cancelled before the invoice, then it gets no note", async () => {
    const stored = await storeOrder({
      lines: [
        [10_000, 1, 1_800],
        [50_000, 1, 500],
      ],
    });
    const items = [{ ...unitsOf(stored, 1), amount: paise(11_800) }];
    await OrderItem.updateOne({ _id: items[0]?.orderItemId }, { $set: { quantityCancelled: 1 } });
    await requestSaleInvoice(stored.order._id, null);
    await issueDueInvoices();
    const kept = await storeRefund(stored.order, { amount: paise(11_800), items });
    await requestNoteOfRefund(kept._id);
    await issueDueInvoices();
    expect(await notesOf(stored)).toEqual([]);
    expect(await InvoiceRequest.findById(`refund:${kept._id}`).lean()).toMatchObject({
      ...{ refusal: { code: "ORDER_NOT_INVOICEABLE" }, expiresAt: null },
    });
  });

  test("When the unit that was cancelled before the invoice was not paid for, then a refund of the other one gets its note", async () => {
    const stored = await storeOrder({ itemFields: { quantityCancelled: 1 } });
    const { unpaid } = await cancelUnpaid(stored, 1);
    const items = [{ ...unitsOf(stored, 1), amount: unpaid.amount }];
    const asked = await storeRefund(stored.order, { amount: unpaid.amount, items, status: "pending" });
    await requestSaleInvoice(stored.order._id, null);
    await issueDueInvoices();
    await Refund.updateOne({ _id: asked._id }, { $set: { status: "completed" } });
    await requestNoteOfRefund(asked._id);
    await issueDueInvoices();
    expect(await notesOf(stored)).toMatchObject([{ refundId: asked._id, lines: [{ quantity: 1 }] }]);
  });

  test.each(["pending", "processing", "failed"] as const)(
    "When a refund of the same line was %s as a unit was cancelled and refunded, then it gets the note, and that of the cancelled unit none",
    async (status) => {
      const stored = await storeOrder({
        lines: [[10_000, 3, 1_800]],
        itemFields: { quantityCancelled: 1 },
      });
      const part = { amount: paise(11_800), items: [{ ...unitsOf(stored, 1), amount: paise(11_800) }] };
      const asked = await storeRefund(stored.order, { ...part, status });
      const cancelled = await storeRefund(stored.order, { ...part, systemReason: "cancelled" });
      await requestSaleInvoice(stored.order._id, null);
      await issueDueInvoices();
      await Refund.updateOne({ _id: asked._id }, { $set: { status: "completed" } });
      for (const { _id } of [asked, cancelled]) await requestNoteOfRefund(_id);
      await issueDueInvoices();
      expect(await notesOf(stored)).toMatchObject([{ refundId: asked._id }]);
    },
  );

  test("When the refund of a cancelled unit has failed and another one replaced it, then neither gets a note", async () => {
    const stored = await storeOrder({ itemFields: { quantityCancelled: 1 } });
    const part = { amount: paise(11_800), items: [{ ...unitsOf(stored, 1), amount: paise(11_800) }] };
    await storeRefund(stored.order, { ...part, systemReason: "cancelled", status: "failed" });
    await storeRefund(stored.order, part);
    await requestSaleInvoice(stored.order._id, null);
    await issueDueInvoices();
    expect(await notesOf(stored)).toEqual([]);
  });

  test("When units were refunded, and then cancelled with a refund of what was left, then only that one gets a note", async () => {
    const stored = await storeOrder({ lines: [[10_000, 3, 1_800]], itemFields: { quantityCancelled: 2 } });
    const amounts = { 1: paise(11_800), 2: paise(23_600) };
    const part = (quantity: 1 | 2) => ({
      amount: amounts[quantity],
      items: [{ ...unitsOf(stored, quantity), amount: amounts[quantity] }],
    });
    await storeRefund(stored.order, part(2));
    const rest = await storeRefund(stored.order, { ...part(1), systemReason: "cancelled" });
    await requestSaleInvoice(stored.order._id, null);
    await issueDueInvoices();
    expect(await notesOf(stored)).toMatchObject([{ refundId: rest._id, lines: [{ quantity: 1 }] }]);
  });

  test("When a refund from two sources was completed before the invoice, then both parts get a note", async () => {
    const stored = await storeOrder();
    const [first, second] = await refundFromTwoSources(stored);
    await requestSaleInvoice(stored.order._id, null);
    await issueDueInvoices();
    expect((await notesOf(stored)).map(({ refundId, totals }) => [refundId, totals.grandTotal])).toEqual([
      [first._id, 10_000],
      [second._id, 1_800],
    ]);
  });

  test("When units of a refund from two sources were cancelled before the invoice, then neither part gets a note", async () => {
    const stored = await storeOrder({ itemFields: { quantityCancelled: 1 } });
    await refundFromTwoSources(stored);
    await requestSaleInvoice(stored.order._id, null);
    await issueDueInvoices();
    expect(await notesOf(stored)).toEqual([]);
  });
});

describe("of a whole order", () => {
  test("When the order was cancelled after its invoice, then everything is credited, once", async () => {
    const stored = await invoiced({ roundToRupee: true });
    await expect(issueCreditNote(wish(stored, {}))).rejects.toMatchObject({ code: "ORDER_NOT_INVOICEABLE" });
    await Order.updateOne({ _id: stored.order._id }, { $set: { status: "cancelled" } });
    const first = await issueCreditNote(wish(stored, {}));
    const second = await issueCreditNote(wish(stored, {}));
    expect([first.created, second.created]).toEqual([true, false]);
    expect(sumOfTotals([first.invoice])).toEqual(sumOfTotals([stored.invoice]));
  });

  test("When a part was credited before, then the rest is", async () => {
    const stored = await invoiced();
    await issueCreditNote(wish(stored, { items: [unitsOf(stored, 1)] }));
    await Order.updateOne({ _id: stored.order._id }, { $set: { status: "cancelled" } });
    await issueCreditNote(wish(stored, {}));
    expect(sumOfTotals(await notesOf(stored))).toEqual(sumOfTotals([stored.invoice]));
  });

  test("When all was credited before, then CREDIT_EXCEEDS_INVOICE", async () => {
    const stored = await invoiced({ shipping: 0 });
    await issueCreditNote(wish(stored, { items: [unitsOf(stored, 2)] }));
    await Order.updateOne({ _id: stored.order._id }, { $set: { status: "cancelled" } });
    await expect(issueCreditNote(wish(stored, {}))).rejects.toMatchObject({
      code: "CREDIT_EXCEEDS_INVOICE",
      details: { left: 0 },
    });
  });
});

describe("in the returns", () => {
  const company = "27AABCV4321K1ZB";

  test.each([
    ["a registered buyer", { gstin: company }, "b2b", "cdnr"],
    ["a consumer in another state, above ₹1,00,000", {}, "b2cl", "cdnur"],
  ] as const)(
    "When the buyer is %s, then invoice and note are in their tables",
    async (_who, fields, table, noteTable) => {
      const stored = await invoiced({ lines: [[10_000_000, 1, 1_800]], placeOfSupply: "27", fields });
      expect(stored.invoice.returnTable).toBe(table);
      await issueCreditNote(wish(stored, { items: [unitsOf(stored, 1)] }));
      expect(await notesOf(stored)).toMatchObject([{ returnTable: noteTable }]);
    },
  );

  test.each([
    ["2027-11-30T18:29:59Z", true],
    ["2027-11-30T18:30:00Z", false],
  ])(
    "When an invoice of 2026-27 is credited at %s, then it has an effect on the tax: %s",
    async (at, hasGstEffect) => {
      const [stored] = await requestInvoices(1);
      if (!stored) throw new Error("no order");
      await issueAt("2027-03-31T18:29:59Z");
      await requestCreditNote(wish(stored, { items: [unitsOf(stored, 1)], createdById: null }));
      await issueAt(at, "credit_note");
      expect(await notesOf(stored)).toMatchObject([{ hasGstEffect, invoiceNumber: "CN-2027-000001" }]);
    },
  );

  test("When the clock is behind, then a note is not dated before its invoice", async () => {
    const [stored] = await requestInvoices(1);
    if (!stored) throw new Error("no order");
    await issueAt("2027-03-31T10:00:00Z");
    await requestCreditNote(wish(stored, { items: [unitsOf(stored, 1)], createdById: null }));
    await issueAt("2027-03-31T09:00:00Z", "credit_note");
    expect(await notesOf(stored)).toMatchObject([{ issuedAt: new Date("2027-03-31T10:00:00Z") }]);
    expect(await Invoice.countDocuments()).toBe(2);
    expect(await OrderItem.countDocuments()).toBe(1);
  });
});

describe("the invoice that follow-ups credit", () => {
  test("When it is not requested, then there is none; while it is requested, the follow-up waits", async () => {
    const { order } = await storeOrder();
    expect(await findInvoiceToCredit(order._id)).toBeNull();
    await requestSaleInvoice(order._id, null);
    await expect(findInvoiceToCredit(order._id)).rejects.toMatchObject({ code: "INVOICE_NOT_READY" });
    await issueDueInvoices();
    expect(await findInvoiceToCredit(order._id)).toMatchObject({ orderId: order._id });
  });

  test("When it is issued between the two reads, then it is found, or the follow-up waits", async () => {
    const [stored] = await requestInvoices(1);
    const orderId = stored?.order._id ?? new Types.ObjectId();
    const spies = [Invoice.collection, InvoiceRequest.collection].map((collection) => {
      const read = collection.findOne.bind(collection);
      return jest.spyOn(collection, "findOne").mockImplementationOnce(async (...query) => {
        const found = await read(...query);
        for (const spy of spies) spy.mockRestore();
        await issueDueInvoices();
        return found;
      });
    });
    const outcome = await findInvoiceToCredit(orderId).catch((error: unknown) => error);
    expect(await Invoice.countDocuments({ orderId })).toBe(1);
    expect(outcome).not.toBeNull();
  });
});
