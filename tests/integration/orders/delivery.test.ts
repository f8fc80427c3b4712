import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused } from "../checkout/shop-world.js";
import { type Sale, useFulfilment } from "./fulfilment-world.js";

/** What reports of the carrier cause: delivery, return to origin, cash, points and documents. */
const { shop, sell, admin, mails, ageRequests, issueDocuments } = useFulfilment();
const shipping = () => shop().sandbox.control.shipping;
const WITH_TWO_LINES = {
  items: [
    [SEED.variants.hairOil, 2],
    [SEED.variants.tulsi, 3],
  ],
} as const;
const DAY_MS = 86_400_000;

afterEach(async () => {
  await shop().recover();
  await shop().db.collection("webhookEvents").deleteMany({});
});

/** Sends the carrier's reports up to the end of the parcel's way, and waits until they are applied. */
async function carry(parcel: { shipmentId: string }, end?: "returned_to_origin") {
  await shipping().complete(parcel.shipmentId, end);
  await shop().settle();
}

const webhookEvents = () => shop().db.collection("webhookEvents").find({ source: "shipping" }).toArray();
const statusOf = async (sale: Sale) => (await sale.buyer.stored.order())?.status;
const notesOf = (orderId: string) =>
  shop()
    .db.collection("invoiceRequests")
    .find({ type: "credit_note" })
    .toArray()
    .then((rows) => rows.filter((row) => String(row.orderId) === orderId));

/** The order's invoice exists; issuing it is another test's matter. */
async function issueInvoice(sale: Pick<Sale, "buyer">) {
  await shop().settle();
  const { issueDueInvoices } = await import("../../../services/flows/issue-invoices/issue-invoices.flow.js");
  await issueDueInvoices();
  expect((await sale.buyer.stored.order())?.invoiceNumber).toMatch(/^INV-/);
}

const expectBooksInOrder = async (sale: Sale) => {
  await shop().settle();
  const refunds = await sale.buyer.stored.refunds();
  const ids = [sale.id, (await sale.view()).orderNumber, ...sale.lineIds, String((await sale.payment())._id)];
  const own = new Set([...ids, ...refunds.map(({ refundNumber }) => refundNumber)]);
  const { findViolations } = await import("../../../scripts/invariants/index.js");
  const violations = await findViolations(shop().db, shop().sandbox);
  expect(violations.filter((found) => found.ids.some((id) => own.has(id)))).toEqual([]);
};

describe("a delivered parcel", () => {
  test("When a COD order comes in two parcels, then each collects its part, and the last completes payment and order", async () => {
    const sale = await sell(WITH_TWO_LINES, "cod", "asha");
    await shop().set("returns", { returnWindowDaysByCategory: { "cat-herbs": 3 } });
    const first = await sale.parcel(2);
    const second = await sale.parcel(0, 3);
    expect(Math.round((first.codAmount + second.codAmount) * 100)).toBe(sale.due);
    // Shipping and fee are collected with the first.
    expect(second.codAmount).toBe(
      (await sale.view()).items[1].taxableValue + (await sale.view()).items[1].lineTax,
    );
    await carry(first);
    expect(await sale.payment()).toMatchObject({
      status: "pending",
      capturedAmount: Math.round(first.codAmount * 100),
    });
    expect(await sale.buyer.stored.order()).toMatchObject({
      ...{ status: "shipped", paymentStatus: "pending" },
      paidAmount: Math.round(first.codAmount * 100),
    });
    expect(
      shop()
        .sandbox.control.engagement.loyaltyLedger()
        .filter(({ orderId }) => orderId === sale.id),
    ).toEqual([]);
    await carry(second);
    expect(await sale.payment()).toMatchObject({ status: "captured", capturedAmount: sale.due });
    expect(await sale.view()).toMatchObject({
      ...{ status: "delivered", paymentStatus: "paid", deliveredAt: expect.any(Date), canReturn: true },
      paidAmount: sale.due / 100,
    });
    const window = async (index: number) =>
      Math.round((Number((await sale.line(index)).returnableUntil) - Date.now()) / DAY_MS);
    expect([await window(0), await window(1)]).toEqual([7, 3]);
    const earned = shop()
      .sandbox.control.engagement.loyaltyLedger()
      .filter(({ orderId }) => orderId === sale.id);
    expect(earned).toHaveLength(1);
    expect(mails("order_delivered", (await sale.view()).orderNumber)).toMatchObject([
      { missing: [] },
      { missing: [] },
    ]);
  });

  test("When its reports arrive in any order and several times, then it is delivered once", async () => {
    const sale = await sell();
    const { shipmentId } = await sale.parcel(1);
    await shipping().advance(shipmentId, "delivered", { times: 3 });
    for (const status of ["in_transit", "picked_up", "out_for_delivery"] as const)
      await shipping().advance(shipmentId, status, { times: 2 });
    await shop().settle();
    expect(await sale.line(0)).toMatchObject({ quantityDelivered: 1 });
    expect(await sale.payment()).toMatchObject({ status: "captured", capturedAmount: sale.due });
    expect(
      (await sale.buyer.stored.history()).filter(({ toStatus }) => toStatus === "delivered"),
    ).toHaveLength(1);
    const [parcel] = await sale.shipments();
    expect(parcel?.events.map(({ status }: { status: string }) => status).sort()).toEqual(
      ["delivered", "in_transit", "out_for_delivery", "picked_up"].sort(),
    );
    await shipping().advance(shipmentId, "returned_to_origin");
    await shop().settle();
    expect((await sale.shipments())[0]?.status).toBe("delivered");
    expect(await webhookEvents()).toContainEqual(
      expect.objectContaining({ state: "flagged", reason: expect.stringContaining("differently") }),
    );
  });

  test("When its report comes before the answer to our request, then it is applied once the parcel is known", async () => {
    const sale = await sell();
    shop().sandbox.control.faults.add({
      ...{ service: "shipping", match: "POST /api/shipments", action: "status", status: 500 },
      ...{ after: true, times: 2 },
    });
    expect((await sale.ship()).status).toBe(202);
    const [booked] = shipping().shipments(sale.id);
    await shipping().advance(booked?.shipmentId ?? "", "delivered");
    await shop().settle();
    expect(await webhookEvents()).toMatchObject([{ state: "received", awaits: [booked?.shipmentId] }]);
    await ageRequests();
    await shop().recover();
    await shop().runJob("order-sync");
    await shop().runJob("webhook-retry");
    expect(await statusOf(sale)).toBe("delivered");
    expect(await webhookEvents()).toMatchObject([{ state: "processed" }]);
  });

  test("When no webhook arrives, then the job asks; while shipping is down, nothing is lost", async () => {
    const sale = await sell();
    const { shipmentId } = await sale.parcel(1);
    await shipping().advance(shipmentId, "out_for_delivery", { webhook: false });
    await shipping().advance(shipmentId, "delivered", { webhook: false });
    shop().sandbox.control.faults.add({
      service: "shipping",
      match: "tracking",
      action: "status",
      status: 500,
    });
    await shop().runJob("order-sync");
    expect(await statusOf(sale)).toBe("shipped");
    await shop().recover();
    await shop().runJob("order-sync");
    expect(await statusOf(sale)).toBe("delivered");
    const [parcel] = await sale.shipments();
    expect(parcel?.events).toHaveLength(3);
    expect(parcel?.events.at(-1)).toMatchObject({ status: "delivered", location: "Bengaluru" });
  });

  test.each([
    ["an unknown status", { status: "lost" }],
    ["no time", { at: "yesterday" }],
  ])("When a signed report has %s, then it is stored and flagged", async (_name, event) => {
    const sent = await shipping().sendWebhook(event);
    expect(sent?.responseStatus).toBe(200);
    await shop().settle();
    expect(await webhookEvents()).toMatchObject([
      { state: "flagged", reason: expect.stringContaining("not an event") },
    ]);
  });

  test("When the signature is not right, then 401 and nothing is stored", async () => {
    const sent = await shipping().sendWebhook({}, { secret: "another", attempts: 1 });
    expect(sent?.responseStatus).toBe(401);
    expect(await webhookEvents()).toEqual([]);
  });
});

describe("a parcel that returns to its origin", () => {
  test("When a COD order comes back, then nothing is owed, and a return waits for the goods", async () => {
    const sale = await sell(WITH_TWO_LINES);
    await issueInvoice(sale);
    await carry(await sale.parcel(2, 3), "returned_to_origin");
    expect(await sale.payment()).toMatchObject({ status: "failed", errorCode: "rto", capturedAmount: 0 });
    expect(await sale.buyer.stored.order()).toMatchObject({
      ...{ status: "returned", paymentStatus: "failed", paidAmount: 0, refundedAmount: 0 },
      cancelledAmount: sale.due,
    });
    expect(await sale.line(1)).toMatchObject({ quantityReturnedToOrigin: 3, fulfillmentStatus: "returned" });
    const returns = await shop()
      .db.collection("returns")
      .find({ orderNumber: (await sale.view()).orderNumber })
      .toArray();
    expect(returns).toMatchObject([
      {
        status: "approved",
        isReturnToOrigin: true,
        returnNumber: expect.stringMatching(/^RET-/),
        items: [{ quantity: 2 }, { quantity: 3 }],
      },
    ]);
    expect(await sale.buyer.stored.refunds()).toEqual([]);
    expect(await notesOf(sale.id)).toMatchObject([{ items: [], reason: "returned_to_origin" }]);
    expect(mails("order_returned_to_origin", (await sale.view()).orderNumber)).toMatchObject([
      { missing: [] },
    ]);
  });

  test("When it comes back before its invoice is asked for, then the invoice is credited all the same", async () => {
    await shop().set("tax", { invoiceIssueOn: "dispatch" });
    const sale = await sell(WITH_TWO_LINES);
    await shop().settle();
    await sale.parcel(2, 3);
    done(await sale.setStatus("shipped"));
    const outbox = shop().db.collection("outboxMessages");
    const shipped = { type: "shipment.shipped", state: "pending" };
    const held = await outbox.updateMany(shipped, { $set: { dueAt: new Date(Date.now() + DAY_MS) } });
    expect(held.modifiedCount).toBe(1);
    done(await sale.setStatus("returned"));
    await shop().settle();
    expect(await notesOf(sale.id)).toEqual([]);
    const documents = await issueDocuments(sale);
    expect(documents.map(({ type }) => type)).toEqual(["sale", "credit_note"]);
    expect(documents[1].totals.grandTotal).toBe(documents[0].totals.grandTotal);
    await shop().set("tax", { invoiceIssueOn: "confirmation" });
  });

  test("When the units of a line are worth different paise, then no paisa is refunded of one that was not paid", async () => {
    const sale = await sell({ items: [[SEED.variants.conditioner, 3]], coupon: SEED.coupons.FLAT100 });
    const { taxableValue, lineTax } = await sale.line(0);
    // The shares of its units are one paisa more, the plain third, and one more.
    expect((Number(taxableValue) + Number(lineTax)) % 3).toBe(2);
    const first = await sale.parcel(1);
    const second = await sale.parcel(1);
    await carry(first);
    await carry(second, "returned_to_origin");
    expect(await sale.buyer.stored.refunds()).toEqual([]);
    const third = await sale.parcel(1);
    await carry(third);
    const collected = Math.round((first.codAmount + third.codAmount) * 100);
    expect(await sale.payment()).toMatchObject({ status: "captured", capturedAmount: collected });
    await expectBooksInOrder(sale);
  });

  test("When parcel 1 is delivered and parcel 2 comes back, then parcel 1's amount is collected and the order is delivered", async () => {
    const sale = await sell(WITH_TWO_LINES);
    await issueInvoice(sale);
    const first = await sale.parcel(2);
    const second = await sale.parcel(0, 3);
    await carry(second, "returned_to_origin");
    expect(await statusOf(sale)).toBe("shipped");
    await carry(first);
    const collected = Math.round(first.codAmount * 100);
    expect(await sale.payment()).toMatchObject({
      status: "captured",
      amount: collected,
      capturedAmount: collected,
    });
    const order = await sale.buyer.stored.order();
    expect(order).toMatchObject({ status: "delivered", paymentStatus: "paid", paidAmount: collected });
    expect(order?.paidAmount - order?.refundedAmount - (order?.grandTotal - order?.cancelledAmount)).toBe(0);
    expect(order?.uncollectedParcels).toMatchObject([{ unpaid: { items: [{ quantity: 3 }] } }]);
    expect((await notesOf(sale.id)).map(({ unpaidId }) => String(unpaidId))).toEqual([second.id]);
  });

  test("When parcel 1 is delivered first, then its payment is complete once parcel 2 is back", async () => {
    const sale = await sell(WITH_TWO_LINES);
    const first = await sale.parcel(0, 3);
    const second = await sale.parcel(2);
    await carry(first);
    await carry(second, "returned_to_origin");
    expect(await sale.payment()).toMatchObject({
      status: "captured",
      capturedAmount: Math.round(first.codAmount * 100),
    });
    expect(await sale.view()).toMatchObject({ status: "delivered", paymentStatus: "paid" });
  });

  test("When a prepaid order comes back, then its money is returned less the deduction", async () => {
    await shop().set("payments", { rtoDeduction: 5_000 as never });
    const sale = await sell(WITH_TWO_LINES, "upi");
    await issueInvoice(sale);
    const [, second] = [await sale.parcel(2), await sale.parcel(0, 3)];
    await carry(second, "returned_to_origin");
    const line = await sale.line(1);
    const price = Number(line.taxableValue) + Number(line.lineTax);
    expect(await sale.buyer.stored.refunds()).toMatchObject([
      {
        status: "completed",
        amount: price - 5_000,
        systemReason: "returned_to_origin",
        initiatedByType: "system",
      },
    ]);
    const [first] = await sale.shipments();
    await carry({ shipmentId: String(first?.shipmentId) }, "returned_to_origin");
    const order = await sale.buyer.stored.order();
    expect(order).toMatchObject({ status: "returned", refundedAmount: sale.due - 10_000, refundReserved: 0 });
    expect(await notesOf(sale.id)).toHaveLength(2);
    expect((await notesOf(sale.id)).every(({ refundId }) => refundId !== null)).toBe(true);
  });

  test("When less is left than a line was worth, then the units of each line are refunded all the same", async () => {
    await shop().set("payments", { rtoDeduction: 55_000 as never });
    const sale = await sell(WITH_TWO_LINES, "upi");
    const line = await sale.line(0);
    expect(sale.due - 55_000).toBeLessThan(Number(line.taxableValue) + Number(line.lineTax));
    await carry(await sale.parcel(2, 3), "returned_to_origin");
    expect(await sale.buyer.stored.refunds()).toMatchObject([
      { amount: sale.due - 55_000, items: [{ quantity: 2 }, { quantity: 3 }] },
    ]);
  });

  test("When it was paid in part with store credit, then the credit goes back, and the cash is not owed", async () => {
    const buyer = shop().customer("chitra");
    await buyer.prepare(WITH_TWO_LINES);
    done(await buyer.post(`/api/checkout/${buyer.id}/store-credit`, { amount: 100 }));
    done(await buyer.choose("cod"));
    const { id, totals } = done(await buyer.order());
    await issueInvoice({ buyer });
    const { shipment } = done(await admin("post", `/${id}/fulfillments`, {}));
    expect(shipment.codAmount).toBe(totals.amountDue);
    await carry(shipment, "returned_to_origin");
    expect(await buyer.stored.refunds()).toMatchObject([
      { source: "store_credit", amount: 10_000, status: "completed" },
    ]);
    expect(await buyer.stored.order()).toMatchObject({ status: "returned", paymentStatus: "refunded" });
  });
});

describe("a parcel whose units are cancelled while it is on its way", () => {
  const recall = (sale: Sale) =>
    admin("post", `/${sale.id}/cancel`, { reason: "lost on the way", allowAfterShipment: true });
  const returnsOf = async (sale: Sale) =>
    shop()
      .db.collection("returns")
      .find({ orderNumber: (await sale.view()).orderNumber })
      .sort({ createdAt: 1 })
      .toArray();
  test("When the whole order is cancelled and the parcel comes back, then a return waits for the goods, and no money moves again", async () => {
    const sale = await sell(WITH_TWO_LINES, "upi");
    const parcel = await sale.parcel(2, 3);
    done(await recall(sale));
    await shop().settle();
    const refunded = { status: "cancelled", refundedAmount: sale.due, paymentStatus: "refunded" };
    expect(await sale.buyer.stored.order()).toMatchObject(refunded);
    expect(await sale.line(1)).toMatchObject({
      quantityCancelled: 3,
      quantityAllocated: 0,
      quantityFulfilled: 0,
    });

    await carry(parcel, "returned_to_origin");
    expect(await returnsOf(sale)).toMatchObject([
      { status: "approved", isReturnToOrigin: true, items: [{ quantity: 2 }, { quantity: 3 }] },
    ]);
    expect(await sale.buyer.stored.order()).toMatchObject(refunded);
    expect(await sale.buyer.stored.refunds()).toHaveLength(1);
    await expectBooksInOrder(sale);
  });

  const stockOf = async (variantId: string) =>
    (await shop().sandbox.control.inventory.numbers(variantId)).available;
  /** The warehouse receives all units of the order's only line, inspects them and puts them back. */
  async function takeBack(sale: Sale, quantity: number): Promise<void> {
    const [found] = await returnsOf(sale);
    const ofReturn = (step: string, body: object, method: "post" | "put" = "post") =>
      shop().call(method, `/api/admin/returns/${found?._id}/${step}`, {
        ...{ as: { token: shop().sandbox.tokens.admin }, body },
      });
    done(await ofReturn("received", {}, "put"));
    const counts = {
      quantityReceived: quantity,
      quantityPassed: quantity,
      quantityRestockable: quantity,
    };
    done(await ofReturn("inspect", { items: [{ orderItemId: sale.lineIds[0], ...counts }] }));
    done(await ofReturn("refund", {}));
    await shop().settle();
  }

  test("When its goods arrive in the warehouse, then they are inspected and can be sold again", async () => {
    const before = await stockOf(SEED.variants.hairOil);
    const sale = await sell({ items: [[SEED.variants.hairOil, 2]] }, "upi");
    const parcel = await sale.parcel(2);
    done(await recall(sale));
    await carry(parcel, "returned_to_origin");
    expect(await stockOf(SEED.variants.hairOil)).toBe(before - 2);
    await takeBack(sale, 2);
    expect(await stockOf(SEED.variants.hairOil)).toBe(before);
    expect(await sale.buyer.stored.refunds()).toHaveLength(1);
    await expectBooksInOrder(sale);
  });

  test("When it was shipped by hand, then a return waits for its goods at once, because no carrier reports them", async () => {
    const before = await stockOf(SEED.variants.hairOil);
    const sale = await sell({ items: [[SEED.variants.hairOil, 2]] }, "upi");
    for (const status of ["processing", "shipped"]) done(await sale.setStatus(status));
    done(await recall(sale));
    await shop().settle();
    const refunded = { status: "cancelled", refundedAmount: sale.due, paymentStatus: "refunded" };
    expect(await sale.buyer.stored.order()).toMatchObject(refunded);
    expect(await sale.shipments()).toMatchObject([
      { isManual: true, status: "returned_to_origin", recalledAt: expect.any(Date) },
    ]);
    expect(await returnsOf(sale)).toMatchObject([
      {
        ...{ status: "approved", isReturnToOrigin: true, returnNumber: expect.stringMatching(/^RET-/) },
        items: [{ quantity: 2 }],
      },
    ]);
    expect(await stockOf(SEED.variants.hairOil)).toBe(before - 2);
    await takeBack(sale, 2);
    expect(await stockOf(SEED.variants.hairOil)).toBe(before);
    expect(await sale.buyer.stored.order()).toMatchObject(refunded);
    expect(await sale.buyer.stored.refunds()).toHaveLength(1);
    expect(await returnsOf(sale)).toMatchObject([{ status: "completed" }]);
    await expectBooksInOrder(sale);
  });

  test("When one of two was shipped by hand and is to collect cash, then only it turns back, and nothing is collected", async () => {
    const sale = await sell(WITH_TWO_LINES);
    const parcel = await sale.parcel(2);
    done(await sale.setStatus("shipped"));
    done(await recall(sale));
    expect(await sale.shipments()).toMatchObject([
      { isManual: false, status: "created", recalledAt: expect.any(Date) },
      { isManual: true, status: "returned_to_origin", recalledAt: expect.any(Date) },
    ]);
    expect(await returnsOf(sale)).toMatchObject([{ status: "approved", items: [{ quantity: 3 }] }]);
    await carry(parcel, "returned_to_origin");
    expect(await returnsOf(sale)).toMatchObject([{ items: [{ quantity: 3 }] }, { items: [{ quantity: 2 }] }]);
    expect(await sale.payment()).toMatchObject({ status: "failed", capturedAmount: 0 });
    expect(await sale.buyer.stored.order()).toMatchObject({
      ...{ status: "cancelled", paidAmount: 0, cancelledAmount: sale.due, uncollectedParcels: [] },
    });
    await expectBooksInOrder(sale);
  });

  test("When another parcel was delivered, then the rest is cancelled, nothing of it is collected, and its report changes nothing", async () => {
    const sale = await sell(WITH_TWO_LINES);
    const first = await sale.parcel(2);
    const second = await sale.parcel(0, 3);
    await carry(first);
    done(await recall(sale));
    const collected = Math.round(first.codAmount * 100);
    const ended = { status: "delivered", paymentStatus: "paid", paidAmount: collected };
    expect(await sale.buyer.stored.order()).toMatchObject({
      ...ended,
      cancelledAmount: sale.due - collected,
    });
    expect(await sale.payment()).toMatchObject({ status: "captured", amount: collected });
    await expectBooksInOrder(sale);

    await carry(second, "returned_to_origin");
    expect(await returnsOf(sale)).toMatchObject([{ isReturnToOrigin: true, items: [{ quantity: 3 }] }]);
    expect(await sale.buyer.stored.order()).toMatchObject({
      ...ended,
      cancelledAmount: sale.due - collected,
    });
    await expectBooksInOrder(sale);
  });

  test("When the recalled parcel was to collect shipping as well, then nothing is left to collect", async () => {
    const sale = await sell(WITH_TWO_LINES);
    await sale.parcel(2);
    const second = await sale.parcel(0, 3);
    await carry(second);
    done(await recall(sale));
    const collected = Math.round(second.codAmount * 100);
    expect(await sale.payment()).toMatchObject({ status: "captured", amount: collected });
    const order = await sale.buyer.stored.order();
    expect(order).toMatchObject({ status: "delivered", paymentStatus: "paid", paidAmount: collected });
    expect(order?.cancelledAmount).toBe(sale.due - collected);
    const [{ unpaid } = { unpaid: null }] = order?.cancellations ?? [];
    expect(unpaid).toMatchObject({ amount: sale.due - collected, items: [{ quantity: 2 }] });
    expect(unpaid?.shippingAmount).toBeGreaterThan(0);
    expect(await sale.buyer.stored.refunds()).toEqual([]);
    await expectBooksInOrder(sale);
  });

  test("When it is delivered all the same, then its report is set aside for a person, and nothing is collected", async () => {
    const sale = await sell(WITH_TWO_LINES);
    const parcel = await sale.parcel(2, 3);
    done(await recall(sale));
    await carry(parcel);
    expect(await sale.shipments()).toMatchObject([{ status: "delivered", recalledAt: expect.any(Date) }]);
    expect(await sale.buyer.stored.order()).toMatchObject({ status: "cancelled", paidAmount: 0 });
    expect(await webhookEvents()).toContainEqual(
      expect.objectContaining({ state: "flagged", reason: expect.stringContaining("were cancelled") }),
    );
    await expectBooksInOrder(sale);
  });

  test("When the outcome of a request is unknown, then its units cannot be cancelled until it is known", async () => {
    const sale = await sell(WITH_TWO_LINES);
    shop().sandbox.control.faults.add({
      ...{ service: "shipping", match: "POST /api/shipments", action: "status", status: 500 },
      ...{ after: true, times: 2 },
    });
    expect((await sale.ship({ items: [{ orderItemId: sale.lineIds[0], quantity: 2 }] })).status).toBe(202);
    expect(refused(await recall(sale), 400, "ORDER_NOT_CANCELLABLE")).toMatchObject({
      reason: "parcel_requested",
    });
    expect(await sale.line(1)).toMatchObject({ quantityCancelled: 0 });
    await ageRequests();
    await shop().recover();
    await shop().runJob("order-sync");
    expect(await sale.shipments()).toMatchObject([{ status: "created" }]);
    done(await recall(sale));
    expect(await statusOf(sale)).toBe("cancelled");
    await expectBooksInOrder(sale);
  });
});
