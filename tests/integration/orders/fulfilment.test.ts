import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused, unknownId } from "../checkout/shop-world.js";
import { type Sale, useFulfilment } from "./fulfilment-world.js";

/** Parcels: allocated, requested, confirmed or released, and the statuses that follow. */
const { shop, sell, admin, mails, ageRequests } = useFulfilment();
const control = () => shop().sandbox.control;
const TWO_A_THREE_B = {
  items: [
    [SEED.variants.hairOil, 2],
    [SEED.variants.tulsi, 3],
  ],
} as const;

const refuse = () =>
  control().faults.add({
    service: "shipping",
    match: "POST /api/shipments",
    action: "status",
    status: 409,
    code: "SHIPMENT_REFUSED",
    times: 1,
  });

/** The shipping service books the parcel, but no answer arrives. */
const bookSilently = () =>
  control().faults.add({
    service: "shipping",
    match: "POST /api/shipments",
    action: "status",
    status: 500,
    after: true,
    times: 2,
  });

afterEach(() => shop().recover());

const units = async (sale: Sale, index: number) => {
  const { quantityAllocated, quantityFulfilled, quantityDelivered, fulfillmentStatus } =
    await sale.line(index);
  return [quantityAllocated, quantityFulfilled, quantityDelivered, fulfillmentStatus];
};

const edges = async (sale: Sale, type: string) =>
  (await sale.buyer.stored.history())
    .filter(({ statusType }) => statusType === type)
    .map(({ fromStatus, toStatus }) => `${fromStatus} → ${toStatus}`);

/** How many requests for the order's sale invoice wait. */
const requested = async (sale: Sale) =>
  (await shop().db.collection("invoiceRequests").find({ type: "sale" }).toArray()).filter(
    ({ orderId }) => String(orderId) === sale.id,
  ).length;

describe("one parcel", () => {
  test("When everything is shipped, then order, lines and history follow, and the customer gets a mail", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const answer = await sale.ship();
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      status: "shipped",
      fulfillmentStatus: "fulfilled",
      shippedAt: expect.any(String),
      items: [
        { quantityFulfilled: 2, fulfillmentStatus: "fulfilled" },
        { quantityFulfilled: 3, fulfillmentStatus: "fulfilled" },
      ],
      shipment: { status: "created", carrier: "Delhivery", trackingNumber: expect.stringMatching(/^TRK/) },
    });
    const [booked] = control().shipping.shipments(sale.id);
    expect(booked).toMatchObject({ codAmount: sale.due / 100, methodId: "standard" });
    expect(booked?.items.map(({ quantity }) => quantity)).toEqual([2, 3]);
    expect(await edges(sale, "order")).toEqual([
      "null → pending",
      "pending → confirmed",
      "confirmed → processing",
      "processing → shipped",
    ]);
    expect(await edges(sale, "fulfillment")).toEqual(["null → unfulfilled", "unfulfilled → fulfilled"]);
    await shop().settle();
    const [mail, ...others] = mails("order_shipped", answer.body.data.orderNumber);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ missing: [], data: { trackingNumber: booked?.trackingNumber } });
    refused(await sale.ship(), 400, "ORDER_NOT_SHIPPABLE");
  });

  test("When it is requested again with its key, then the same answer, and one parcel", async () => {
    const sale = await sell();
    const send = () =>
      shop().call("post", `/api/admin/orders/${sale.id}/fulfillments`, {
        as: { token: shop().sandbox.tokens.admin },
        headers: { "Idempotency-Key": `ship-${sale.id}` },
        body: {},
      });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(control().shipping.shipments(sale.id)).toHaveLength(1);
  });

  test("When it is repeated after its answer was lost, then it ships no other units", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const send = () =>
      shop().call("post", `/api/admin/orders/${sale.id}/fulfillments`, {
        as: { token: shop().sandbox.tokens.admin },
        headers: { "Idempotency-Key": `ship-again-${sale.id}` },
        body: { items: [{ orderItemId: sale.lineIds[1], quantity: 1 }] },
      });
    const first = done(await send()).shipment;
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await send()).shipment.id).toBe(first.id);
    expect(await units(sale, 1)).toEqual([1, 1, 0, "partially_fulfilled"]);
    expect(control().shipping.shipments(sale.id)).toHaveLength(1);
  });

  test("When more is asked for than is open, a line of another order, or nothing is left, then it is refused", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const [a = "", b = ""] = sale.lineIds;
    const twice = await sale.ship({
      items: [
        { orderItemId: a, quantity: 1 },
        { orderItemId: a, quantity: 2 },
      ],
    });
    expect(refused(twice, 400, "ORDER_NOT_SHIPPABLE")).toMatchObject({
      reason: "too_many_units",
      lines: [{ orderItemId: a, quantity: 3, open: 2 }],
    });
    const foreign = await sale.ship({ items: [{ orderItemId: unknownId(), quantity: 1 }] });
    expect(refused(foreign, 400, "VALIDATION_ERROR")).toMatchObject([{ path: "items.0.orderItemId" }]);
    refused(await admin("post", `/${unknownId()}/fulfillments`, {}), 404, "ORDER_NOT_FOUND");
    expect(await units(sale, 0)).toEqual([0, 0, 0, "pending"]);
    done(await sale.ship({ items: [{ orderItemId: b, quantity: 3 }] }));
    const again = await sale.ship({ items: [{ orderItemId: b, quantity: 1 }] });
    expect(refused(again, 400, "ORDER_NOT_SHIPPABLE")).toMatchObject({ reason: "too_many_units" });
  });

  test("When the order waits for confirmation, then it cannot be shipped until an admin confirms it", async () => {
    await shop().set("payments", { codAutoConfirm: false });
    const sale = await sell({ items: [[SEED.variants.tulsi, 1]] });
    expect(refused(await sale.ship(), 400, "ORDER_NOT_SHIPPABLE")).toMatchObject({ reason: "order_status" });
    await shop().settle();
    expect(await requested(sale)).toBe(0);
    const orderNumber = (await sale.buyer.stored.order())?.orderNumber;
    expect(mails("seller_new_order", orderNumber)).toEqual([]);
    expect(done(await sale.setStatus("confirmed", "called the customer"))).toMatchObject({
      status: "confirmed",
      confirmedAt: expect.any(String),
      sellerOrders: [{ status: "confirmed" }],
    });
    await shop().settle();
    expect(await requested(sale)).toBe(1);
    expect(mails("seller_new_order", orderNumber)).toHaveLength(1);
    expect((await sale.ship()).status).toBe(200);
  });

  test("When invoices are issued with the dispatch, then the first parcel requests it", async () => {
    await shop().set("tax", { invoiceIssueOn: "dispatch" });
    const sale = await sell(TWO_A_THREE_B, "cod");
    await shop().settle();
    expect(await requested(sale)).toBe(0);
    await sale.parcel(1);
    await shop().settle();
    expect(await requested(sale)).toBe(1);
  });

  test("When they are issued with the confirmation again by then, then the first parcel requests it all the same", async () => {
    await shop().set("tax", { invoiceIssueOn: "dispatch" });
    const sale = await sell(TWO_A_THREE_B, "cod");
    await shop().settle();
    await shop().set("tax", { invoiceIssueOn: "confirmation" });
    await sale.parcel(1);
    await shop().settle();
    expect(await requested(sale)).toBe(1);
  });
});

describe("a parcel that the shipping service does not take", () => {
  test("When it refuses, then the units are free again, the history shows it, and they can be shipped", async () => {
    const sale = await sell(TWO_A_THREE_B);
    refuse();
    const [a = ""] = sale.lineIds;
    const items = [{ orderItemId: a, quantity: 2 }];
    expect(refused(await sale.ship({ items }), 400, "SHIPMENT_REFUSED")).toEqual({
      reason: "SHIPMENT_REFUSED",
    });
    expect(await units(sale, 0)).toEqual([0, 0, 0, "pending"]);
    expect(await sale.shipments()).toMatchObject([{ status: "refused", refusalCode: "SHIPMENT_REFUSED" }]);
    expect(await edges(sale, "shipment")).toEqual(["creating → refused"]);
    expect((await sale.ship({ items })).status).toBe(200);
    expect(control().shipping.shipments(sale.id)).toHaveLength(1);
  });

  test("When a parcel was refused, then staff see it, and the customer does not", async () => {
    const sale = await sell();
    refuse();
    refused(await sale.ship(), 400, "SHIPMENT_REFUSED");
    const { orderNumber } = await sale.view();
    const own = `/api/orders/${orderNumber}`;
    const [order, tracking, timeline] = [
      done(await sale.buyer.get(own)),
      done(await sale.buyer.get(`${own}/tracking`)),
      done(await sale.buyer.get(`${own}/timeline`)),
    ];
    expect([order.shipments, tracking.shipments]).toEqual([[], []]);
    expect(JSON.stringify([order, tracking, timeline])).not.toContain("refused");
    const seen = done(await admin("get", `/${sale.id}`));
    expect(seen).toMatchObject({ shipments: [{ status: "refused" }] });
    expect(seen.statusHistory).toContainEqual(expect.objectContaining({ type: "shipment", to: "refused" }));
  });

  test("When the method is gone, then it is refused", async () => {
    const sale = await sell();
    expect(refused(await sale.ship({ methodId: "gone" }), 400, "SHIPMENT_REFUSED")).toEqual({
      reason: "METHOD_NOT_FOUND",
    });
  });

  test("When it has the parcel but its answer is lost, then the units stay allocated, and the job finds it", async () => {
    const sale = await sell(TWO_A_THREE_B);
    bookSilently();
    const answer = await sale.ship({ items: [{ orderItemId: sale.lineIds[0], quantity: 2 }] });
    expect(answer.status).toBe(202);
    expect(answer.body.data.shipment).toMatchObject({ status: "creating", shipmentId: null });
    expect(await units(sale, 0)).toEqual([2, 0, 0, "pending"]);
    expect(refused(await sale.setStatus("shipped"), 400, "ORDER_NOT_SHIPPABLE")).toEqual({
      reason: "parcel_requested",
    });
    await ageRequests();
    await shop().recover();
    await shop().runJob("order-sync");
    const [booked, ...others] = control().shipping.shipments(sale.id);
    expect(others).toEqual([]);
    expect(await sale.shipments()).toMatchObject([{ status: "created", shipmentId: booked?.shipmentId }]);
    expect(await units(sale, 0)).toEqual([2, 2, 0, "fulfilled"]);
    expect(await edges(sale, "order")).toContain("confirmed → processing");
  });

  test("When the parcel's address changes meanwhile, then the request is repeated as it was", async () => {
    const sale = await sell();
    bookSilently();
    expect((await sale.ship()).status).toBe(202);
    await shop()
      .db.collection("orders")
      .updateOne(
        { orderNumber: (await sale.view()).orderNumber },
        { $set: { "shippingAddress.line1": "Elsewhere 5" } },
      );
    await ageRequests();
    await shop().recover();
    await shop().runJob("order-sync");
    expect(await sale.shipments()).toMatchObject([{ status: "created" }]);
  });

  test("When it refuses the repeated request, then the units are free again", async () => {
    const sale = await sell();
    control().faults.add({ service: "shipping", match: "POST /api/shipments", action: "status", times: 2 });
    expect((await sale.ship()).status).toBe(202);
    await ageRequests();
    await shop().recover();
    refuse();
    await shop().runJob("order-sync");
    expect(await units(sale, 0)).toEqual([0, 0, 0, "pending"]);
    expect((await sale.ship()).status).toBe(200);
  });
});

describe("several parcels", () => {
  test("When twenty requests for one unit compete for three, then three succeed", async () => {
    const sale = await sell({ items: [[SEED.variants.tulsi, 3]] });
    const items = [{ orderItemId: sale.lineIds[0], quantity: 1 }];
    const answers = await Promise.all(Array.from({ length: 20 }, () => sale.ship({ items })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(await units(sale, 0)).toEqual([3, 3, 0, "fulfilled"]);
    expect(control().shipping.shipments(sale.id)).toHaveLength(3);
    expect((await sale.view()).status).toBe("shipped");
  });

  test("When units are cancelled while others ship them, then each unit is one or the other", async () => {
    const sale = await sell({ items: [[SEED.variants.tulsi, 3]] });
    const { changeLines, getOrderLines } = await import("../../../services/aggregates/order/order-lines.js");
    const { followLines } = await import("../../../services/aggregates/order/follow-lines.js");
    const { inTransaction } = await import("../../../services/platform/transaction.service.js");
    const { openUnits } = await import("../../../services/calculations/fulfilment.js");
    const { toObjectId } = await import("../../../utils/helpers.js");
    const cancelOne = () =>
      inTransaction(async (tx) => {
        const { order, lines } = await getOrderLines(toObjectId(sale.id), tx);
        const [line] = lines;
        if (!line || openUnits(line) === 0) return false;
        const after = await changeLines(lines, [{ lineId: line._id, add: { quantityCancelled: 1 } }], tx);
        await followLines({ order, lines: after }, { by: { type: "admin", id: "a" } }, tx);
        return true;
      });
    const items = [{ orderItemId: sale.lineIds[0], quantity: 1 }];
    const [shipped, cancelled] = await Promise.all([
      Promise.all([1, 2, 3].map(() => sale.ship({ items }))),
      Promise.all([1, 2, 3].map(cancelOne)),
    ]);
    const line = await sale.line(0);
    expect(Number(line.quantityAllocated) + Number(line.quantityCancelled)).toBe(3);
    expect(line.quantityAllocated).toBe(shipped.filter(({ status }) => status === 200).length);
    expect(line.quantityCancelled).toBe(cancelled.filter(Boolean).length);
  });
});
