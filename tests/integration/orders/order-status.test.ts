import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused } from "../checkout/shop-world.js";
import { type Sale, useFulfilment } from "./fulfilment-world.js";

/** What an admin sets by hand: the status of an order, and of the part that one seller ships. */
const { shop, sell, admin, mails } = useFulfilment();
const shipping = () => shop().sandbox.control.shipping;
const WITH_TWO_LINES = {
  items: [
    [SEED.variants.hairOil, 2],
    [SEED.variants.tulsi, 3],
  ],
} as const;

/** Sends the carrier's reports up to the delivery, and waits until they are applied. */
async function carry(parcel: { shipmentId: string }) {
  await shipping().complete(parcel.shipmentId);
  await shop().settle();
}

describe("an admin who sets the status", () => {
  test("When there is no shipment, then shipped and delivered have every effect of a parcel", async () => {
    const sale = await sell(WITH_TWO_LINES, "cod", "asha");
    done(await sale.setStatus("processing"));
    expect(done(await sale.setStatus("shipped", "own van"))).toMatchObject({
      ...{ status: "shipped", fulfillmentStatus: "fulfilled" },
      shipments: [{ shipmentId: null, status: "created", codAmount: sale.due / 100 }],
    });
    expect(shipping().shipments(sale.id)).toEqual([]);
    expect(done(await sale.setStatus("delivered"))).toMatchObject({
      ...{ status: "delivered", paymentStatus: "paid", canReturn: true },
      shipments: [{ status: "delivered" }],
    });
    const repeated = done(await sale.setStatus("delivered"));
    expect(repeated.statusHistory.filter(({ to }: { to: string }) => to === "delivered")).toHaveLength(1);
    expect(repeated.statusHistory).toContainEqual(
      expect.objectContaining({
        to: "shipped",
        note: "own van",
        changedByType: "admin",
        changedById: expect.any(String),
      }),
    );
    await shop().settle();
    expect(mails("order_delivered", repeated.orderNumber)).toHaveLength(1);
    expect(
      shop()
        .sandbox.control.engagement.loyaltyLedger()
        .filter(({ orderId }) => orderId === sale.id),
    ).toHaveLength(1);
    const audits = await shop()
      .db.collection("auditLogs")
      .find({ resourceId: sale.id })
      .sort({ _id: 1 })
      .toArray();
    expect(audits.map(({ action, after }) => `${action} ${after.status}`)).toEqual([
      "order.status processing",
      "order.status shipped",
      "order.status delivered",
    ]);
  });

  test("When the clock of the instance is behind, then its move is still the last of the history", async () => {
    const { setClock } = await import("../../../utils/clock.js");
    const sale = await sell();
    setClock(-10 * 60_000);
    try {
      done(await sale.setStatus("processing"));
      done(await sale.setStatus("shipped"));
    } finally {
      setClock(0);
    }
    const history: { type: string; to: string }[] = (await sale.view()).statusHistory;
    const moves = history.filter(({ type }) => type === "order").map(({ to }) => to);
    expect(moves).toEqual(["pending", "confirmed", "processing", "shipped"]);
  });

  test("When the table does not list the move, then it is refused with what is allowed", async () => {
    const sale = await sell();
    expect(refused(await sale.setStatus("delivered"), 400, "INVALID_STATUS_TRANSITION")).toEqual({
      ...{ from: "confirmed", to: "delivered" },
      allowed: ["processing"],
    });
    const cancelled = await sale.setStatus("cancelled");
    refused(cancelled, 400, "INVALID_STATUS_TRANSITION");
    expect(cancelled.body.message).toContain("/cancel");
    await carry(await sale.parcel(1));
    expect(refused(await sale.setStatus("returned"), 400, "INVALID_STATUS_TRANSITION")).toMatchObject({
      allowed: [],
    });
  });

  test("When an order on its way is set to returned, then its parcels come back; not once one has arrived", async () => {
    const sale = await sell();
    await sale.parcel(1);
    expect(done(await sale.setStatus("returned"))).toMatchObject({
      status: "returned",
      paymentStatus: "failed",
    });
    const other = await sell(WITH_TWO_LINES);
    const [first] = [await other.parcel(2), await other.parcel(0, 3)];
    await carry(first);
    expect(refused(await other.setStatus("returned"), 400, "INVALID_STATUS_TRANSITION")).toMatchObject({
      allowed: ["delivered"],
    });
  });
});

describe("orders of several sellers", () => {
  const OF_TWO_SELLERS = {
    items: [
      [SEED.variants.tulsi, 1],
      [SEED.variants.dashmool, 1],
      [SEED.variants.hairOil, 1],
    ],
  } as const;
  const VANA = "seller-vana-organics";
  const VEDA = "seller-veda-botanics";
  const set = (sale: Sale, sellerId: string, body: object) =>
    admin("put", `/${sale.id}/sellers/${sellerId}/status`, body);

  test("When it is placed, then each seller has a part, and is told only about it", async () => {
    const sale = await sell(OF_TWO_SELLERS);
    await shop().settle();
    const { sellerOrders, orderNumber } = await sale.view();
    expect(sellerOrders).toMatchObject([
      { sellerId: VANA, status: "confirmed", itemIds: [sale.lineIds[0]] },
      { sellerId: VEDA, status: "confirmed", itemIds: [sale.lineIds[1]] },
    ]);
    const told = mails("seller_new_order", orderNumber);
    expect(told).toHaveLength(2);
    expect(told.map(({ data }) => (data.items as unknown[]).length)).toEqual([1, 1]);
    expect(JSON.stringify(told)).not.toContain("Meera");
  });

  test("When the sellers move, then the order follows from its lines", async () => {
    const sale = await sell(OF_TWO_SELLERS);
    expect(done(await set(sale, VANA, { status: "processing", note: "packing" }))).toMatchObject({
      status: "processing",
      sellerOrders: [{ status: "processing", notes: [{ note: "packing" }] }, { status: "confirmed" }],
    });
    const day = "2027-01-05T00:00:00.000Z";
    expect(
      done(await set(sale, VANA, { status: "shipped", trackingNumber: "VAN-1", estimatedDelivery: day })),
    ).toMatchObject({
      ...{ status: "processing", fulfillmentStatus: "partially_fulfilled" },
      sellerOrders: [{ status: "shipped", trackingNumber: "VAN-1", estimatedDelivery: day }, {}],
      shipments: [{ trackingNumber: "VAN-1", items: [{ orderItemId: sale.lineIds[0] }] }],
    });
    expect(done(await set(sale, VANA, { status: "delivered" }))).toMatchObject({ status: "processing" });
    refused(await set(sale, VEDA, { status: "shipped" }), 400, "INVALID_STATUS_TRANSITION");
    const rest = done(await sale.ship());
    expect(rest).toMatchObject({
      status: "shipped",
      sellerOrders: [{ status: "delivered" }, { status: "shipped" }],
    });
    expect(refused(await set(sale, VEDA, { status: "delivered" }), 400, "ORDER_NOT_SHIPPABLE")).toEqual({
      reason: "shared_parcel",
    });
    await carry(rest.shipment);
    expect(await sale.view()).toMatchObject({
      status: "delivered",
      sellerOrders: [{ status: "delivered" }, { status: "delivered" }],
    });
  });

  test("When all lines of one seller are cancelled, then their part is, and the others go on", async () => {
    const sale = await sell(OF_TWO_SELLERS);
    done(
      await admin("post", `/${sale.id}/cancel`, {
        ...{ reason: "the seller has none", items: [{ orderItemId: sale.lineIds[1], quantity: 1 }] },
      }),
    );
    done(await set(sale, VANA, { status: "processing", trackingNumber: "VAN-2" }));
    expect(done(await sale.setStatus("shipped"))).toMatchObject({
      sellerOrders: [{ status: "shipped", trackingNumber: "VAN-2" }, { status: "cancelled" }],
    });
    refused(await set(sale, VEDA, { status: "processing" }), 400, "INVALID_STATUS_TRANSITION");
    expect(done(await sale.setStatus("delivered"))).toMatchObject({
      status: "delivered",
      sellerOrders: [{ status: "delivered" }, { status: "cancelled" }],
    });
  });

  test("When the seller or the move is wrong, then it is refused; the same status stores what is said", async () => {
    const sale = await sell(OF_TWO_SELLERS);
    refused(await set(sale, "seller-nobody", { status: "processing" }), 404, "SELLER_ORDER_NOT_FOUND");
    for (const status of ["delivered", "cancelled", "confirmed"]) {
      const answer = await set(sale, VEDA, { status, note: "tracking follows" });
      if (status === "confirmed") expect(done(answer).sellerOrders[1].notes).toHaveLength(1);
      else refused(answer, 400, "INVALID_STATUS_TRANSITION");
    }
  });
});
