import { Types } from "mongoose";
import { done, refused, useShop } from "../checkout/shop-world.js";

/** The export of orders, and where a customer's parcels are. */
const shop = useShop();
const admin = () => ({ token: shop().sandbox.tokens.admin });
const exported = (query = "") =>
  shop().http.get(`/api/admin/orders/export${query}`).set("Authorization", `Bearer ${admin().token}`);
const orders = () => shop().db.collection("orders");

/** RFC 4180: cells in quotes may contain anything, and a quote is doubled. */
function parseCsv(text: string): string[][] {
  const cells = [...text.replace(/^\ufeff/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)];
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of cells) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

const toRecords = (text: string) => {
  const [names = [], ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
};

describe("The export", () => {
  test("When nothing matches, then it is the header alone, with one byte-order mark", async () => {
    const { status, headers, text } = await exported(
      "?status=returned&dateFrom=2020-01-01&dateTo=2020-01-31",
    );
    expect([status, headers["content-type"]]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(headers["content-disposition"]).toContain("orders_2020-01-01_2020-01-31.csv");
    expect(text.startsWith("\ufeffOrder number,Placed at,Status")).toBe(true);
    expect(text.lastIndexOf("\ufeff")).toBe(0);
    expect(text.split("\r\n")).toHaveLength(2);
  });

  test("When orders have what spreadsheets run or split, then each is one record that reads back the same", async () => {
    const buyer = shop().guest();
    const { orderNumber, totals } = await buyer.buy({ coupon: "WELCOME10" });
    const notes = 'say "hi"; then,\r\ncall\u2028=1+1';
    await orders().updateOne(
      { orderNumber },
      {
        $set: {
          ...{ customerNotes: notes, giftMessage: "＝1+1", customerName: "=HYPERLINK(1)", roundOff: -40 },
          ...{ "shippingAddress.line1": "@SUM(A1)", "shippingAddress.pincode": "012345" },
          "shippingAddress.city": "-cmd",
        },
      },
    );
    const [record] = toRecords((await exported("?email=meera@example.com")).text);
    expect(record).toMatchObject({
      "Order number": orderNumber,
      ...{ Status: "confirmed", "Payment method": "cod", Units: "1", Coupons: "WELCOME10" },
      ...{ Total: totals.grandTotal.toFixed(2), Paid: "0.00", "Round-off": "-0.40" },
      ...{ Phone: "'+919845012345", "Shipping pincode": "012345", "Billing pincode": "560001" },
      ...{ "Customer name": "'=HYPERLINK(1)", "Gift message": "'＝1+1", "Customer notes": notes },
      ...{ "Shipping address 1": "'@SUM(A1)", "Shipping city": "'-cmd", "Place of supply": "29-Karnataka" },
    });
    expect(Object.keys(record ?? {})).toHaveLength(55);
  });

  test("When filters are given, then it has the list's orders, oldest first, and each export is audited", async () => {
    const numbers = [];
    for (let count = 0; count < 3; count += 1) numbers.push((await shop().guest().buy()).orderNumber);
    await orders().updateMany({ orderNumber: { $in: numbers } }, { $set: { paymentStatus: "failed" } });
    const records = toRecords((await exported("?paymentStatus=failed&source=web")).text);
    expect(records.map((record) => record["Order number"])).toEqual(numbers);
    const audits = await shop()
      .db.collection("auditLogs")
      .find({ action: "order.export" })
      .sort({ at: 1 })
      .toArray();
    expect(audits.at(-1)).toMatchObject({
      ...{ resourceType: "order", actorType: "admin", after: { paymentStatus: "failed", source: "web" } },
    });
    expect((await exported("?page=1")).status).toBe(400);
    const viewer = { token: shop().sandbox.tokens.viewer };
    refused(await shop().call("get", "/api/admin/orders/export", { as: viewer }), 403, "FORBIDDEN");
  });
});

describe("Tracking", () => {
  test("When a parcel is on its way and shipping is down, then the last known data is answered; to others the order does not exist", async () => {
    const buyer = shop().guest();
    const { id, orderNumber } = await buyer.buy();
    const path = `/api/orders/${orderNumber}/tracking`;
    const at = new Date("2026-11-20T08:00:00.000Z");
    await shop()
      .db.collection("shipments")
      .insertOne({
        ...{ orderId: new Types.ObjectId(id), sellerId: null, items: [], status: "in_transit" },
        ...{ shipmentId: `shp-${id}`, methodId: "standard", carrier: "BlueDart", trackingNumber: "BD1" },
        ...{
          codAmount: 0,
          estimatedDelivery: at,
          deliveredAt: null,
          syncedAt: at,
          createdAt: at,
          updatedAt: at,
        },
        events: [{ status: "in_transit", location: "Hubballi", at, description: null }],
      });
    shop().sandbox.control.faults.add({ service: "shipping", action: "status", status: 503 });
    const tracking = done(await buyer.get(path));
    expect(tracking).toMatchObject({
      ...{ status: "confirmed", estimatedDelivery: { from: expect.any(String), to: expect.any(String) } },
      shipments: [{ trackingNumber: "BD1", status: "in_transit", events: [{ location: "Hubballi" }] }],
    });
    expect(tracking.statusHistory.at(-1)).toMatchObject({ type: "order", to: "confirmed" });
    expect(JSON.stringify(tracking.statusHistory)).not.toContain("changedById");
    await shop().recover();
    for (const other of [shop().guest(), shop().customer("asha")]) {
      refused(await other.get(path), 404, "ORDER_NOT_FOUND");
    }
    refused(await buyer.get("/api/orders/ORD-2026-999999/tracking"), 404, "ORDER_NOT_FOUND");
    refused(await shop().call("get", path), 401, "UNAUTHENTICATED");
    await shop().settle();
    const [mail] = shop().sandbox.control.engagement.notifications({ dedupeKey: `order_confirmed:${id}` });
    const token = new URL(String(mail?.data.link)).searchParams.get("token");
    expect(done(await shop().call("get", `${path}?token=${token}`)).status).toBe("confirmed");
    refused(await shop().call("get", `${path}?token=1.x`), 404, "ORDER_NOT_FOUND");
  });
});
