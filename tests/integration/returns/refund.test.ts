import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { paise, ZERO_PAISE } from "../../../utils/money.js";
import type { Sale } from "../orders/fulfilment-world.js";
import { done, refused, useReturns } from "./return-world.js";

/** Money, stock and documents of a return that passed its inspection. */
const world = useReturns();
const { shop, deliver, inspected, step, stored, orderOf, refundsOf, restocked, audits } = world;

afterEach(() => shop().recover());

const THREE_OILS = { items: [[SEED.variants.hairOil, 3]] } as const;
const inPaise = (rupees: number) => Math.round(rupees * 100);

async function creditNotesOf(orderId: string) {
  const { issueDueInvoices } = await import("../../../services/flows/issue-invoices/issue-invoices.flow.js");
  await shop().settle();
  await issueDueInvoices();
  await shop().settle();
  await issueDueInvoices();
  const documents = await shop().db.collection("invoices").find({ type: "credit_note" }).toArray();
  return documents.filter((document) => String(document.orderId) === orderId);
}

describe("Refunding", () => {
  test("When units passed, then their price goes back at the gateway, the rest stays sold, and stock returns once", async () => {
    const sale = await deliver(THREE_OILS, "upi", "asha");
    const view = await inspected(sale, [[0, 2]], [[2, 2, 1]]);
    const answer = done(await step(view.id, "refund"));
    expect(answer.return).toMatchObject({
      ...{ status: "completed", refundBreakdown: view.refundBreakdown, completedAt: expect.any(String) },
      refundNumber: answer.refund.refundNumber,
    });
    expect(answer.refund).toMatchObject({
      ...{ status: "processing", destination: "original", amount: view.refundBreakdown.total },
      ...{ reason: "damaged", initiatedByType: "customer", approvedById: expect.any(String) },
      items: [{ orderItemId: sale.lineIds[0], quantity: 2, amount: view.refundBreakdown.total }],
    });
    const repeat = done(await step(view.id, "refund"));
    expect(repeat.refund.refundNumber).toBe(answer.refund.refundNumber);
    await shop().settle();
    expect(await refundsOf(sale)).toMatchObject([{ status: "completed" }]);
    const atGateway = shop().sandbox.control.razorpay.ledger().refunds;
    expect(atGateway.filter(({ amount }) => amount === inPaise(view.refundBreakdown.total))).toHaveLength(1);
    expect(await restocked(sale)).toBe(1);
    expect(await sale.line(0)).toMatchObject({
      ...{
        quantityReturned: 2,
        quantityReturnPromised: 0,
        quantityRefunded: 2,
        fulfillmentStatus: "fulfilled",
      },
    });
    expect(await orderOf(sale)).toMatchObject({
      ...{ status: "delivered", refundedAmount: inPaise(view.refundBreakdown.total), refundReserved: 0 },
    });
    expect((await audits(view.id)).at(-1)).toMatchObject({ action: "return.refund" });
    const [note, ...others] = await creditNotesOf(sale.id);
    expect(others).toEqual([]);
    expect(note?.totals.grandTotal).toBe(inPaise(view.refundBreakdown.total));
  });

  test("When all goods come back in two returns, then the order is returned, and shipping stays paid unless it is refunded once", async () => {
    const sale = await deliver({ ...THREE_OILS, place: "mumbai" }, "upi");
    const first = await inspected(sale, [[0, 1]], [[1, 1]]);
    done(await step(first.id, "refund"));
    const second = await inspected(sale, [[0, 2]], [[2, 2]]);
    done(await step(second.id, "refund"));
    await shop().settle();
    const order = await orderOf(sale);
    expect(order).toMatchObject({ status: "returned", paymentStatus: "paid" });
    expect(await sale.line(0)).toMatchObject({ quantityReturned: 3, fulfillmentStatus: "returned" });
    const shipping = order.paidAmount - order.refundedAmount;
    const ofGoods = inPaise(first.refundBreakdown.total) + inPaise(second.refundBreakdown.total);
    expect(order.refundedAmount).toBe(ofGoods);
    expect(shipping).toBeGreaterThan(0);
    const rest = await sale.buyer.post("/api/refunds", { orderNumber: order.orderNumber, reason: "damaged" });
    expect(inPaise(done(rest).amount)).toBe(shipping);
    const more = await sale.buyer.post("/api/refunds", { orderNumber: order.orderNumber, reason: "damaged" });
    refused(more, 400, "REFUND_EXCEEDS_PAID");
    expect((await sale.buyer.stored.history()).at(-1)).toMatchObject({
      ...{ statusType: "order", fromStatus: "delivered", toStatus: "returned" },
    });
  });

  test.each([
    ["the customer changed their mind", "not_satisfied", {}, 40],
    ["the goods were at fault", "defective", {}, 0],
    ["an admin waives it", "not_satisfied", { deductShipping: false }, 0],
    ["an admin asks for it", "defective", { deductShipping: true }, 40],
  ])("When %s, then the way back is paid for accordingly", async (_title, reason, body, fee) => {
    await shop().set("returns", { returnShippingFee: paise(4_000) });
    const sale = await deliver(THREE_OILS, "upi");
    const view = await inspected(sale, [[0, 1, reason]], [[1, 1]]);
    const { items } = view.refundBreakdown;
    const answer = done(await step(view.id, "refund", body));
    expect(answer.return.refundBreakdown).toEqual({
      items,
      returnShipping: fee,
      total: Math.round((items - fee) * 100) / 100,
    });
    expect(answer.refund.amount).toBe(answer.return.refundBreakdown.total);
    await shop().set("returns", { returnShippingFee: ZERO_PAISE });
  });

  test("When it goes to store credit, or by bank transfer, then it goes there; a guest has no store credit", async () => {
    const asha = await deliver(THREE_OILS, "upi", "asha");
    const first = await inspected(asha, [[0, 1]], [[1, 1]]);
    const credited = done(await step(first.id, "refund", { destination: "store_credit" }));
    expect(credited.refund).toMatchObject({ destination: "store_credit" });
    const second = await inspected(asha, [[0, 1]], [[1, 1]]);
    const transfer = done(await step(second.id, "refund", { destination: "bank_transfer" }));
    expect(transfer.refund).toMatchObject({ destination: "bank_transfer", attention: true });
    await shop().settle();
    expect((await refundsOf(asha)).map(({ status }) => status)).toEqual(["completed", "processing"]);

    const guest = await deliver(THREE_OILS, "upi");
    const view = await inspected(guest, [[0, 1]], [[1, 1]]);
    expect(
      refused(await step(view.id, "refund", { destination: "store_credit" }), 400, "NOT_REFUNDABLE"),
    ).toEqual({ reason: "no_account" });
    expect(await stored(view.id)).toMatchObject({ status: "received", refundId: null });
    expect(await guest.line(0)).toMatchObject({ quantityReturned: 0, quantityReturnPromised: 1 });
    expect(await refundsOf(guest)).toEqual([]);
  });

  test("When the order was paid on delivery, then the customer's bank account is asked for", async () => {
    const sale = await deliver(THREE_OILS, "cod");
    const view = await inspected(sale, [[0, 1]], [[1, 1]]);
    expect(done(await step(view.id, "refund")).refund).toMatchObject({
      ...{ destination: "bank_transfer", status: "processing", attention: true },
    });
  });

  test("When the payment is disputed, then the return waits until the dispute ends", async () => {
    const sale = await deliver(THREE_OILS, "upi");
    const view = await inspected(sale, [[0, 1]], [[1, 1]]);
    const payment = await sale.payment();
    const dispute = {
      ...{ id: "disp_return", status: "open", amount: 100, reasonCode: "fraud", phase: "chargeback" },
      ...{ respondBy: new Date(), createdAt: new Date(), history: [] },
    };
    const payments = shop().db.collection("payments");
    await payments.updateOne({ _id: payment._id }, { $set: { disputes: [dispute] } });
    refused(await step(view.id, "refund"), 400, "PAYMENT_DISPUTED");
    expect(await stored(view.id)).toMatchObject({ status: "received" });
    await payments.updateOne({ _id: payment._id }, { $set: { disputes: [] } });
    done(await step(view.id, "refund"));
  });

  test("When a refund of the same units waits for approval, then the return is paid in full, and the request no longer fits", async () => {
    const sale = await deliver({ items: [[SEED.variants.hairOil, 1]] }, "upi");
    const { orderNumber } = await orderOf(sale);
    const items = [{ orderItemId: sale.lineIds[0], quantity: 1 }];
    const body = { orderNumber, reason: "damaged", items };
    const asked = done(await sale.buyer.post("/api/refunds", body));
    const view = await inspected(sale, [[0, 1]], [[1, 1]]);
    expect(view.refundBreakdown.total).toBe(asked.amount);
    done(await step(view.id, "refund"));
    const approve = await shop().call("post", `/api/admin/refunds/${asked.id}/approve`, {
      as: { token: shop().sandbox.tokens.admin },
      body: {},
    });
    refused(approve, 400, "REFUND_EXCEEDS_PAID");
    await shop().settle();
    expect((await orderOf(sale)).refundedAmount).toBe(inPaise(view.refundBreakdown.total));
  });

  describe("and a request for the same units waits, while other goods of the order are left", () => {
    const TULSI_AND_OIL = {
      items: [
        [SEED.variants.tulsi, 1],
        [SEED.variants.hairOil, 1],
      ],
    } as const;
    const askFor = async (sale: Sale, wish: object) => {
      const { orderNumber } = await orderOf(sale);
      return done(await sale.buyer.post("/api/refunds", { orderNumber, reason: "damaged", ...wish }));
    };
    const unitsOf = (sale: Sale, ...indexes: number[]) =>
      indexes.map((index) => ({ orderItemId: sale.lineIds[index], quantity: 1 }));
    const decide = (id: string, verb: string, body: object = {}) =>
      shop().call("post", `/api/admin/refunds/${id}/${verb}`, {
        ...{ as: { token: shop().sandbox.tokens.admin }, body },
        headers: { "Idempotency-Key": randomUUID() },
      });

    test.each(["approve", "process"])(
      "When the units were returned, then %s is refused, and the units are paid for once",
      async (verb) => {
        const sale = await deliver(TULSI_AND_OIL, "upi");
        const asked = await askFor(sale, { items: unitsOf(sale, 0) });
        const view = await inspected(sale, [[0, 1]], [[1, 1]]);
        done(await step(view.id, "refund"));
        await shop().settle();
        expect(refused(await decide(asked.id, verb), 400, "REFUND_EXCEEDS_PAID")).toEqual({ left: 0 });
        expect(await refundsOf(sale)).toMatchObject([{ status: "pending" }, { status: "completed" }]);
        expect((await orderOf(sale)).refundedAmount).toBe(inPaise(view.refundBreakdown.total));
      },
    );

    test("When one of two requested units was returned, then the refusal says what is left, and that can be processed", async () => {
      const sale = await deliver(TULSI_AND_OIL, "upi");
      const asked = await askFor(sale, { items: unitsOf(sale, 0, 1) });
      const view = await inspected(sale, [[0, 1]], [[1, 1]]);
      done(await step(view.id, "refund"));
      const left = Math.round((asked.amount - view.refundBreakdown.total) * 100) / 100;
      expect(refused(await decide(asked.id, "approve"), 400, "REFUND_EXCEEDS_PAID")).toEqual({ left });
      expect(done(await decide(asked.id, "process-partial", { items: unitsOf(sale, 1) })).amount).toBe(left);
      await shop().settle();
      const { refundedAmount } = await orderOf(sale);
      expect(refundedAmount).toBe(inPaise(asked.amount));
    });

    test("When their parcel came back undelivered, then the request is refused", async () => {
      const sale = await world.sell(TULSI_AND_OIL, "upi");
      const asked = await askFor(sale, { items: unitsOf(sale, 0) });
      const { shipmentId } = await sale.parcel(1);
      await shop().sandbox.control.shipping.complete(shipmentId, "returned_to_origin");
      await shop().settle();
      refused(await decide(asked.id, "approve"), 400, "REFUND_EXCEEDS_PAID");
      expect((await orderOf(sale)).refundedAmount).toBe(inPaise(asked.amount));
    });

    test("When shipping was refunded meanwhile, then it is not refunded a second time", async () => {
      const items = [...TULSI_AND_OIL.items, [SEED.variants.ashwagandha, 1]] as const;
      const sale = await deliver({ items, place: "mumbai" }, "upi");
      const start = (index: number) =>
        shop().call("post", "/api/admin/refunds", {
          as: { token: shop().sandbox.tokens.finance },
          body: {
            ...{ orderId: sale.id, reason: "damaged", destination: "original" },
            ...{ items: unitsOf(sale, index), includeShipping: true },
          },
        });
      const first = done(await start(0));
      expect(first.shippingAmount).toBeGreaterThan(0);
      shop().sandbox.control.razorpay.configure({ balance: 0 });
      done(await decide(first.id, "approve"));
      await shop().settle();
      shop().sandbox.control.razorpay.configure({ balance: null });
      const second = done(await start(1));
      expect(second.shippingAmount).toBe(first.shippingAmount);
      done(await decide(second.id, "approve"));
      await shop().settle();
      const left = Math.round((first.amount - first.shippingAmount) * 100) / 100;
      expect(refused(await decide(first.id, "retry"), 400, "REFUND_EXCEEDS_PAID").left).toBe(left);
    });
  });

  test("When units were refunded before, then the return completes without money, and they are restocked", async () => {
    const sale = await deliver({ items: [[SEED.variants.hairOil, 1]] }, "upi");
    const order = await orderOf(sale);
    const admin = (path: string, body: object, as: "admin" | "finance" = "admin") =>
      shop().call("post", `/api/admin/refunds${path}`, { as: { token: shop().sandbox.tokens[as] }, body });
    const goodwill = done(await admin("", { orderId: sale.id, reason: "damaged", destination: "original" }));
    done(await admin(`/${goodwill.id}/approve`, {}, "finance"));
    await shop().settle();
    const view = await inspected(sale, [[0, 1]], [[1, 1]]);
    expect(view.refundBreakdown).toEqual({ items: 0, returnShipping: 0, total: 0 });
    const answer = done(await step(view.id, "refund"));
    expect(answer).toMatchObject({ return: { status: "completed" }, refund: null });
    await shop().settle();
    expect(await restocked(sale)).toBe(1);
    expect((await orderOf(sale)).refundedAmount).toBe(order.paidAmount);
  });

  test("When ten requests refund one return at once, then it is refunded once", async () => {
    const sale = await deliver(THREE_OILS, "upi");
    const view = await inspected(sale, [[0, 3]], [[3, 3]]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => step(view.id, "refund")));
    const numbers = answers.map((answer) => done(answer).return.refundNumber);
    expect(new Set(numbers).size).toBe(1);
    await shop().settle();
    expect(await refundsOf(sale)).toHaveLength(1);
    expect(await restocked(sale)).toBe(3);
    expect((await stored(view.id)).history).toHaveLength(4);
  });

  test("When a gift comes back, then it is worth nothing", async () => {
    const sale = await deliver({ items: [[SEED.variants.serum, 2]] }, "upi");
    const lines = await sale.buyer.stored.lines();
    const gift = lines.findIndex(({ isFreeGift }) => isFreeGift);
    if (gift < 0) throw new Error("the seed gives a gift for this basket");
    const view = await inspected(sale, [[gift, 1]], [[1, 1]]);
    expect(view.refundBreakdown.total).toBe(0);
    expect(done(await step(view.id, "refund")).refund).toBeNull();
  });
});

describe("A parcel that came back undelivered", () => {
  test("When it is received, inspected and completed, then its stock is back and its refund is the one of its way back", async () => {
    const sale = await world.sell(THREE_OILS, "upi");
    await shop().sandbox.control.shipping.complete((await sale.parcel(3)).shipmentId, "returned_to_origin");
    await shop().settle();
    const [listed] = done(await world.get(`?orderNumber=${(await orderOf(sale)).orderNumber}`)).items;
    expect(listed).toMatchObject({
      status: "approved",
      isReturnToOrigin: true,
      refundNumber: expect.any(String),
    });
    expect(refused(await step(listed.id, "schedule-pickup"), 400, "PICKUP_NOT_POSSIBLE")).toEqual({
      reason: "returned_to_origin",
    });
    done(await step(listed.id, "received"));
    done(await world.inspect(listed, [[3, 2, 2]]));
    const before = await refundsOf(sale);
    const answer = done(await step(listed.id, "refund"));
    expect(answer).toMatchObject({
      return: { status: "completed" },
      refund: { refundNumber: listed.refundNumber, status: "completed" },
    });
    await shop().settle();
    expect(await refundsOf(sale)).toEqual(before);
    expect(await restocked(sale)).toBe(2);
    expect(await sale.line(0)).toMatchObject({ quantityReturned: 0, quantityReturnedToOrigin: 3 });
    expect(world.mails("return_received", (await orderOf(sale)).orderNumber)).toEqual([]);
  });

  test("When part of an order is on its way back and the rest is returned by the customer, then the order is returned", async () => {
    const sale = await world.sell(THREE_OILS, "upi");
    await shop().sandbox.control.shipping.complete((await sale.parcel(2)).shipmentId);
    await shop().sandbox.control.shipping.complete((await sale.parcel(1)).shipmentId, "returned_to_origin");
    await shop().settle();
    expect(await orderOf(sale)).toMatchObject({ status: "delivered" });
    const view = await inspected(sale, [[0, 2]], [[2, 2]]);
    done(await step(view.id, "refund"));
    expect(await orderOf(sale)).toMatchObject({ status: "returned" });
    refused(await world.ask(sale, [[0, 1]]), 400, "QUANTITY_NOT_RETURNABLE");
  });
});
