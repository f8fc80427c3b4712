import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused } from "../checkout/shop-world.js";
import { DISPUTE } from "../security/refund-provocations.js";
import { type Sale, useFulfilment } from "./fulfilment-world.js";

/** Cancelling: lines, money, stock, coupons and documents. */
const { shop, sell, admin, mails, issueDocuments } = useFulfilment();
const control = () => shop().sandbox.control;
const TWO_A_THREE_B = {
  items: [
    [SEED.variants.hairOil, 2],
    [SEED.variants.tulsi, 3],
  ],
} as const;

const cancel = async ({ buyer }: Sale, reason = "ordered by mistake") => {
  const order = await buyer.stored.order();
  return buyer.post(`/api/orders/${order?.orderNumber}/cancel`, { reason });
};
const cancelByAdmin = (sale: Sale, body: object = {}) =>
  admin("post", `/${sale.id}/cancel`, { reason: "out of season", ...body });
const stored = (sale: Sale) => sale.buyer.stored.order();
const refunds = (sale: Sale) => sale.buyer.stored.refunds();
const stockOf = async (variantId: string) => (await control().inventory.numbers(variantId)).available;

afterEach(() => shop().recover());

describe("before anything is shipped", () => {
  test("When a paid order is cancelled, then money, stock and coupon go back, and the customer gets a mail", async () => {
    const before = await stockOf(SEED.variants.hairOil);
    const sale = await sell({ ...TWO_A_THREE_B, coupon: "WELCOME10" }, "upi");
    expect(control().pricing.usages("WELCOME10")).toContain(sale.id);
    const view = done(await cancel(sale));
    expect(view).toMatchObject({
      status: "cancelled",
      cancellationReason: "ordered by mistake",
      items: [{ quantityCancelled: 2, fulfillmentStatus: "cancelled" }, { quantityCancelled: 3 }],
    });
    await shop().settle();
    const order = await stored(sale);
    expect(order).toMatchObject({ paymentStatus: "refunded", refundedAmount: sale.due, refundReserved: 0 });
    expect(await refunds(sale)).toMatchObject([
      {
        status: "completed",
        systemReason: "cancelled",
        amount: sale.due,
        destination: "original",
        type: "full",
      },
    ]);
    expect(await stockOf(SEED.variants.hairOil)).toBe(before);
    expect(control().pricing.usages("WELCOME10")).not.toContain(sale.id);
    const [mail] = mails("order_cancelled", order?.orderNumber);
    expect(mail).toMatchObject({ missing: [], data: { reason: "ordered by mistake", isComplete: true } });
    refused(await cancel(sale), 400, "ORDER_NOT_CANCELLABLE");
    expect((await refunds(sale)).length).toBe(1);
  });

  test("When an order to be paid on delivery is cancelled, then nothing is due and nothing is refunded", async () => {
    const sale = await sell(TWO_A_THREE_B);
    done(await cancel(sale));
    await shop().settle();
    expect(await sale.payment()).toMatchObject({
      status: "failed",
      errorCode: "cancelled",
      capturedAmount: 0,
    });
    expect(await stored(sale)).toMatchObject({
      status: "cancelled",
      paymentStatus: "failed",
      cancelledAmount: sale.due,
      paidAmount: 0,
    });
    expect(await refunds(sale)).toEqual([]);
  });

  test("When a request for a refund waits, then the cancellation takes its place", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    const orderNumber = (await stored(sale))?.orderNumber;
    done(await sale.buyer.post("/api/refunds", { orderNumber, reason: "not_satisfied" }));
    done(await cancel(sale));
    await shop().settle();
    expect((await refunds(sale)).map(({ status }) => status).sort()).toEqual(["completed", "rejected"]);
    expect(await stored(sale)).toMatchObject({ refundedAmount: sale.due, refundRequested: 0 });
  });

  test("When the order was paid with credit and on delivery, then the credit goes back and nothing is due", async () => {
    const buyer = shop().customer("dev");
    await buyer.prepare(TWO_A_THREE_B);
    done(await buyer.post(`/api/checkout/${buyer.id}/store-credit`, { amount: 100 }));
    done(await buyer.choose("cod"));
    const { orderNumber } = done(await buyer.order());
    done(await buyer.post(`/api/orders/${orderNumber}/cancel`, { reason: "ordered by mistake" }));
    await shop().settle();
    const order = await buyer.stored.order();
    expect(order).toMatchObject({
      ...{ status: "cancelled", paymentStatus: "refunded", paidAmount: 10_000, refundedAmount: 10_000 },
      cancelledAmount: order?.grandTotal - 10_000,
    });
    expect(await buyer.stored.refunds()).toMatchObject([
      { source: "store_credit", destination: "store_credit", amount: 10_000, status: "completed" },
    ]);
  });

  test("When the order was paid from two sources, then the refund of the second names that of the first", async () => {
    const buyer = shop().customer("dev");
    await buyer.prepare(TWO_A_THREE_B);
    done(await buyer.post(`/api/checkout/${buyer.id}/store-credit`, { amount: 100 }));
    const { gateway } = done(await buyer.choose());
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const { orderNumber } = done(await buyer.order());
    done(await buyer.post(`/api/orders/${orderNumber}/cancel`, { reason: "ordered by mistake" }));
    const [first, second] = await buyer.stored.refunds();
    expect([first?.source, second?.source]).toEqual(["payment", "store_credit"]);
    expect([first?.splitFromId, second?.splitFromId]).toEqual([null, first?._id]);
  });
});

describe("after the invoice", () => {
  const totalOf = (document: { totals: { grandTotal: number } }) => document.totals.grandTotal;

  test("When an unpaid order is cancelled, in part and then whole, then credit notes take the invoice back", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const [invoice] = await issueDocuments(sale);
    done(await cancelByAdmin(sale, { items: [{ orderItemId: sale.lineIds[1], quantity: 2 }] }));
    const [, first] = await issueDocuments(sale);
    expect(totalOf(first as never)).toBe((await stored(sale))?.cancelledAmount);
    done(await cancel(sale));
    const documents = await issueDocuments(sale);
    expect(documents.map(({ type }) => type)).toEqual(["sale", "credit_note", "credit_note"]);
    const credited = documents.slice(1).reduce((sum, note) => sum + totalOf(note as never), 0);
    expect(credited).toBe(totalOf(invoice as never));
  });

  test.each<[string, string, number]>([
    ["before the invoice by an instance whose clock is ahead", "before", 600_000],
    ["after the invoice by an instance whose clock is behind", "after", -600_000],
  ])("When units are cancelled %s, then only what is invoiced is credited", async (_case, when, skewMs) => {
    const sale = await sell(TWO_A_THREE_B);
    if (when === "after") await issueDocuments(sale);
    done(await cancelByAdmin(sale, { items: [{ orderItemId: sale.lineIds[1], quantity: 2 }] }));
    const [cancellation] = (await stored(sale))?.cancellations ?? [];
    const at = new Date(cancellation.at.getTime() + skewMs);
    await shop()
      .db.collection("orders")
      .updateOne({ "cancellations._id": cancellation._id }, { $set: { "cancellations.0.at": at } });
    await issueDocuments(sale);
    const documents = await issueDocuments(sale);
    const [invoiced, credited = 0] = documents.map((document) => totalOf(document as never));
    expect(documents).toHaveLength(when === "after" ? 2 : 1);
    expect(Number(invoiced) - credited).toBe((await sale.payment())?.amount);
  });

  test("When a paid order is cancelled, then only its refund is credited", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    await issueDocuments(sale);
    done(await cancel(sale));
    const documents = await issueDocuments(sale);
    expect(documents.map((document) => [document.type, totalOf(document as never)])).toEqual([
      ["sale", sale.due],
      ["credit_note", sale.due],
    ]);
  });
});

describe("in part", () => {
  test("When the request is repeated after its answer was lost, then it cancels no other units", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    const send = (line = 1) =>
      shop().call("post", `/api/admin/orders/${sale.id}/cancel`, {
        as: { token: shop().sandbox.tokens.admin },
        headers: { "Idempotency-Key": `cancel-${sale.id}` },
        body: { reason: "out of season", items: [{ orderItemId: sale.lineIds[line], quantity: 1 }] },
      });
    done(await send());
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await send())).toMatchObject({ items: [{}, { quantityCancelled: 1 }] });
    expect(await refunds(sale)).toHaveLength(1);
    expect((await stored(sale))?.cancellations).toHaveLength(1);
    // Long after, the same key for something else.
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await send(0))).toMatchObject({
      items: [{ quantityCancelled: 1 }, { quantityCancelled: 1 }],
    });
    expect(await refunds(sale)).toHaveLength(2);
  });

  test("When units of a paid order are cancelled, then their price goes back and the rest is shipped", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    const items = [{ orderItemId: sale.lineIds[1], quantity: 2 }];
    const view = done(await cancelByAdmin(sale, { items }));
    expect(view).toMatchObject({
      status: "confirmed",
      items: [{ quantityCancelled: 0 }, { quantityCancelled: 2 }],
    });
    await shop().settle();
    const [refund, ...others] = await refunds(sale);
    expect(others).toEqual([]);
    expect(refund).toMatchObject({ status: "completed", type: "partial", items: [{ quantity: 2 }] });
    expect(await stored(sale)).toMatchObject({ refundedAmount: refund?.amount, paymentStatus: "paid" });
    await sale.parcel(2, 1);
    expect(await stored(sale)).toMatchObject({ status: "shipped" });
  });

  test("When a line of an order to be paid on delivery is cancelled, then the rest is collected", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const items = [{ orderItemId: sale.lineIds[1], quantity: 3 }];
    done(await cancelByAdmin(sale, { items }));
    const order = await stored(sale);
    const cancelled = Number(order?.cancelledAmount);
    expect(cancelled).toBeGreaterThan(0);
    expect(await sale.payment()).toMatchObject({ status: "pending", amount: sale.due - cancelled });
    const parcel = await sale.parcel(2);
    expect(parcel.codAmount).toBe((sale.due - cancelled) / 100);
    done(await sale.setStatus("delivered"));
    await shop().settle();
    expect(await sale.payment()).toMatchObject({ status: "captured", capturedAmount: sale.due - cancelled });
    expect(await stored(sale)).toMatchObject({ paymentStatus: "paid", paidAmount: sale.due - cancelled });
    expect(await refunds(sale)).toEqual([]);
  });

  test("When a part is shipped, then the customer cancels the rest only", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    await sale.parcel(2);
    const view = done(await cancel(sale));
    expect(view).toMatchObject({
      status: "shipped",
      items: [{ quantityCancelled: 0 }, { quantityCancelled: 3 }],
    });
    await shop().settle();
    expect(await refunds(sale)).toMatchObject([{ items: [{ quantity: 3 }], status: "completed" }]);
    expect(refused(await cancel(sale), 400, "ORDER_NOT_CANCELLABLE")).toMatchObject({
      reason: "order_status",
    });
  });

  describe("beside refunds, while another line is on its way", () => {
    const A_TWO_B = {
      items: [
        [SEED.variants.hairOil, 1],
        [SEED.variants.tulsi, 2],
      ],
    } as const;
    const askFor = async (sale: Sale, wish: object = {}) => {
      const orderNumber = (await stored(sale))?.orderNumber;
      return done(await sale.buyer.post("/api/refunds", { orderNumber, reason: "not_satisfied", ...wish }));
    };
    const oneB = ({ lineIds }: Sale) => ({ items: [{ orderItemId: lineIds[1], quantity: 1 }] });
    const decide = (id: string, verb: string, body: object = {}) =>
      shop().call("post", `/api/admin/refunds/${id}/${verb}`, {
        ...{ as: { token: shop().sandbox.tokens.admin }, body },
      });
    /** Units of the second line, and paise, of the order's refunds that are not rejected. */
    const refunded = async (sale: Sale) =>
      (await refunds(sale))
        .filter(({ status }) => status === "processing" || status === "completed")
        .flatMap(({ items, systemReason }) =>
          items.map(({ quantity, amount }: Record<string, number>) => [systemReason, quantity, amount]),
        );
    const priceOfB = async (sale: Sale) => {
      const { taxableValue, lineTax } = await sale.line(1);
      return Number(taxableValue) + Number(lineTax);
    };

    test("When one of the units was refunded, then only the other one is refunded with the cancellation", async () => {
      const sale = await sell(A_TWO_B, "upi");
      await sale.parcel(1);
      const { id } = await askFor(sale, oneB(sale));
      done(await decide(id, "approve"));
      await shop().settle();
      done(await cancel(sale));
      await shop().settle();
      const [first, second, ...others] = await refunded(sale);
      expect([first?.slice(0, 2), second?.slice(0, 2), others]).toEqual([[null, 1], ["cancelled", 1], []]);
      expect(first?.[2] + second?.[2]).toBe(await priceOfB(sale));
      expect(await sale.line(1)).toMatchObject({ quantityCancelled: 2, quantityRefunded: 2 });
    });

    test.each<[string, (sale: Sale) => object]>([
      ["one of the units", oneB],
      ["everything", () => ({})],
    ])("When a request for %s waits, then the units are refunded, and it is refused", async (_what, wish) => {
      const sale = await sell(A_TWO_B, "upi");
      await sale.parcel(1);
      const { id } = await askFor(sale, wish(sale));
      done(await cancel(sale));
      expect(await refunded(sale)).toEqual([["cancelled", 2, await priceOfB(sale)]]);
      refused(await decide(id, "approve"), 400, "REFUND_EXCEEDS_PAID");
      done(await decide(id, "reject", { reason: "It was cancelled" }));
      await shop().settle();
      expect(await stored(sale)).toMatchObject({
        ...{ refundedAmount: await priceOfB(sale), refundRequested: 0, refundReserved: 0 },
      });
    });
  });

  test.each<[string, "cancel" | "return"]>([
    ["the cancellation comes first", "cancel"],
    ["the parcel comes back first", "return"],
  ])(
    "When one line comes back undelivered and the other is cancelled, and %s, then shipping goes back too",
    async (_what, first) => {
      const sale = await sell({ ...TWO_A_THREE_B, place: "mumbai" }, "upi");
      expect((await stored(sale))?.shippingTotal).toBeGreaterThan(0);
      const { shipmentId } = await sale.parcel(2);
      const steps = [
        async () => void done(await cancel(sale)),
        () => control().shipping.complete(shipmentId, "returned_to_origin"),
      ];
      for (const step of first === "cancel" ? steps : steps.reverse()) {
        await step();
        await shop().settle();
      }
      expect(await stored(sale)).toMatchObject({ refundedAmount: sale.due, paymentStatus: "refunded" });
    },
  );

  test("When units are cancelled and shipped at once, then each unit is one or the other", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    const answers = await Promise.all([
      cancelByAdmin(sale, { items: [{ orderItemId: sale.lineIds[1], quantity: 2 }] }),
      sale.ship({ items: [{ orderItemId: sale.lineIds[1], quantity: 2 }] }),
      cancelByAdmin(sale, { items: [{ orderItemId: sale.lineIds[1], quantity: 2 }] }),
    ]);
    const line = await sale.line(1);
    expect(Number(line.quantityCancelled) + Number(line.quantityAllocated)).toBeLessThanOrEqual(3);
    const accepted = answers.filter(({ status }) => status < 300).length;
    expect(Number(line.quantityCancelled) + Number(line.quantityAllocated)).toBe(2 * accepted);
    for (const { status } of answers) expect([200, 201, 400, 409]).toContain(status);
  });

  test.each<[string, (sale: Sale) => object, string]>([
    [
      "more units than the line has",
      ({ lineIds }) => ({ items: [{ orderItemId: lineIds[0], quantity: 3 }] }),
      "ORDER_NOT_CANCELLABLE",
    ],
    [
      "a line of another order",
      () => ({ items: [{ orderItemId: "0".repeat(24), quantity: 1 }] }),
      "VALIDATION_ERROR",
    ],
    [
      "a line twice",
      ({ lineIds }) => ({ items: [1, 1].map((quantity) => ({ orderItemId: lineIds[0], quantity })) }),
      "VALIDATION_ERROR",
    ],
    [
      "half a unit",
      ({ lineIds }) => ({ items: [{ orderItemId: lineIds[0], quantity: 0.5 }] }),
      "VALIDATION_ERROR",
    ],
    ["store credit for a guest", () => ({ refund: "store_credit" }), "NOT_REFUNDABLE"],
  ])("When an admin cancels %s, then it is refused and nothing changes", async (_case, body, code) => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    const before = await stored(sale);
    refused(await cancelByAdmin(sale, body(sale)), 400, code);
    expect(await stored(sale)).toEqual(before);
    expect(await refunds(sale)).toEqual([]);
  });
});

describe("by an admin", () => {
  test("When the money is kept, then there is no refund, and the audit log has the decision", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    done(await cancelByAdmin(sale, { refund: false }));
    await shop().settle();
    expect(await refunds(sale)).toEqual([]);
    expect(await stored(sale)).toMatchObject({
      status: "cancelled",
      paymentStatus: "paid",
      refundedAmount: 0,
    });
    const rows = await shop()
      .db.collection("auditLogs")
      .find({ action: "order.cancel", resourceId: sale.id })
      .toArray();
    expect(rows).toMatchObject([
      { actorType: "admin", after: { status: "cancelled", reason: "out of season" } },
    ]);
  });

  test("When the money for a part is kept and the rest is cancelled later, then only the rest is refunded, with the charges", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    const items = [{ orderItemId: sale.lineIds[1], quantity: 3 }];
    done(await cancelByAdmin(sale, { items, refund: false }));
    done(await cancel(sale));
    await shop().settle();
    const { taxableValue, lineTax } = await sale.line(1);
    const kept = Number(taxableValue) + Number(lineTax);
    expect(await refunds(sale)).toMatchObject([
      { status: "completed", amount: sale.due - kept, items: [{ quantity: 2 }] },
    ]);
    expect(await stored(sale)).toMatchObject({ status: "cancelled", refundedAmount: sale.due - kept });
  });

  test.each([["store_credit"], ["bank_transfer"]])(
    "When the payment is disputed, then nothing is cancelled for a refund to %s, and one to its source waits",
    async (refund) => {
      const sale = await sell(TWO_A_THREE_B, "upi", "asha");
      const payment = await sale.payment();
      await shop()
        .db.collection("payments")
        .updateOne({ _id: payment._id }, { $set: { disputes: [DISPUTE] } });
      refused(await cancelByAdmin(sale, { refund }), 400, "PAYMENT_DISPUTED");
      expect(await stored(sale)).toMatchObject({ status: "confirmed", cancellations: [] });
      expect(await refunds(sale)).toEqual([]);
      done(await cancelByAdmin(sale));
      await shop().settle();
      expect(await refunds(sale)).toMatchObject([{ status: "processing", attention: true, attempts: [] }]);
    },
  );

  test("When the order is on its way, then it can be cancelled only where that is asked for", async () => {
    const sale = await sell(TWO_A_THREE_B, "upi");
    done(await sale.ship());
    refused(await cancelByAdmin(sale), 400, "ORDER_NOT_CANCELLABLE");
    const view = done(await cancelByAdmin(sale, { allowAfterShipment: true }));
    expect(view).toMatchObject({ status: "cancelled" });
    await shop().settle();
    expect(await stored(sale)).toMatchObject({ refundedAmount: sale.due });
  });
});
