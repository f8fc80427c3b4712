import { randomUUID } from "node:crypto";
import { SEED } from "../sandbox/seed/index.js";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { check, heading, narrate, narrateOutside, rupees, table } from "../support/print.js";
import { SAMPLE_ADDRESS } from "../support/sample-customer.js";
import { staffOf } from "./delivered-order.js";
import {
  addToCart,
  checkOut,
  choosePayment,
  describeOrder,
  gatewayOrderOf,
  placeOrder,
  verify,
} from "./purchase.js";
import { type Stage, waitFor } from "./scenes.js";
import { Storefront } from "./storefront.js";

const { variants, shippingMethods } = SEED;
const tulsi = { productId: "prod-tulsi-leaf", variantId: variants.tulsi, quantity: 3 };
const dashmool = { productId: "prod-dashmool-kwath", variantId: variants.dashmool, quantity: 2 };
const hairOil = { productId: SEED.products.hairOil, variantId: variants.hairOil, quantity: 2 };
export const ADMIN_ORDERS = "/api/admin/orders";

/** A day in the warehouse. */
export async function shopFulfils(stage: Stage): Promise<void> {
  heading("12 · Two sellers ship one order; another order is cancelled in part");
  await twoSellersShip(stage);
  await onePieceIsCancelled(stage);
}

async function twoSellersShip(stage: Stage): Promise<void> {
  const { serviceUrl, sandbox } = stage;
  narrate("Kavya buys from two sellers and pays on delivery. Each seller ships its own parcel:");
  const shop = new Storefront(serviceUrl);
  await addToCart(shop, tulsi);
  await addToCart(shop, dashmool);
  const sessionId = await checkOut(shop, {
    contact: { email: "kavya@example.com", phone: "+919876500011" },
    address: { ...SAMPLE_ADDRESS, name: "Kavya Iyer" },
    shippingMethodId: shippingMethods.standard,
  });
  await choosePayment(shop, sessionId, "cod");
  const { data: order } = await placeOrder(shop, sessionId);
  const parcels: unknown[] = [];
  for (const item of listAt(order, "items")) parcels.push(await ship(stage, order, item));
  const due = numberAt(order, "totals.amountDue");
  const carried = parcels.reduce<number>((sum, parcel) => sum + numberAt(parcel, "codAmount"), 0);
  check(Math.round(carried * 100) === Math.round(due * 100), `together they collect ${rupees(due)}`);
  for (const parcel of parcels) {
    await sandbox.control.shipping.complete(textAt(parcel, "shipmentId"));
    narrateOutside(
      `${textAt(parcel, "carrier")} delivers ${textAt(parcel, "trackingNumber")}, and reports each step`,
    );
  }
  const delivered = await waitForOrder(shop, order, "is delivered", {
    status: "delivered",
    paymentStatus: "paid",
  });
  check(
    numberAt(delivered, "paidAmount") === due && at(delivered, "canReturn") === true,
    "both parcels are paid for, and everything can be returned from now on",
  );
  await showTimeline(shop, order);
}

async function ship(stage: Stage, order: unknown, item: unknown): Promise<unknown> {
  const { data } = await staffOf(stage, "fulfilment").call({
    method: "POST",
    path: `${ADMIN_ORDERS}/${textAt(order, "id")}/fulfillments`,
    body: { items: [{ orderItemId: textAt(item, "id"), quantity: numberAt(item, "quantity") }] },
    key: randomUUID(),
    summarize: (shipped) =>
      `${textAt(item, "sellerId")}: ${textAt(shipped, "shipment.trackingNumber")}, collects ${rupees(numberAt(shipped, "shipment.codAmount"))}; the order is ${textAt(shipped, "status")}`,
  });
  return at(data, "shipment");
}

async function onePieceIsCancelled(stage: Stage): Promise<void> {
  const { serviceUrl, sandbox } = stage;
  narrate("Lata has paid for two bottles by UPI. One is broken in the warehouse, and is cancelled:");
  const shop = new Storefront(serviceUrl);
  await addToCart(shop, hairOil);
  const sessionId = await checkOut(shop, {
    contact: { email: "lata@example.com", phone: "+919876500012" },
    address: { ...SAMPLE_ADDRESS, name: "Lata Menon" },
    shippingMethodId: shippingMethods.standard,
  });
  const gatewayOrder = gatewayOrderOf(await choosePayment(shop, sessionId, "upi"));
  await verify(shop, sandbox.control.razorpay.pay(gatewayOrder, { method: "upi", outcome: "success" }));
  const { data: order } = await placeOrder(shop, sessionId);
  await waitForInvoice(shop, order);
  const returned = async () => (await sandbox.control.inventory.numbers(variants.hairOil)).returned;
  const before = await returned();
  const [bottle] = listAt(order, "items");
  await staffOf(stage, "support").call({
    method: "POST",
    path: `${ADMIN_ORDERS}/${textAt(order, "id")}/cancel`,
    body: { reason: "Broken in the warehouse", items: [{ orderItemId: textAt(bottle, "id"), quantity: 1 }] },
    key: randomUUID(),
    summarize: describeOrder,
  });
  const price = (numberAt(bottle, "taxableValue") + numberAt(bottle, "lineTax")) / 2;
  const refunded = await waitForOrder(shop, order, "has its refund", { refundedAmount: price });
  await waitFor("the bottle is back in the stock", async () => (await returned()) === before + 1);
  check(
    at(refunded, "status") === "confirmed",
    `${rupees(price)} went back to UPI; the other bottle is still to be shipped`,
  );
  await showTimeline(shop, order);
}

/** An order that is cancelled before its invoice would get no credit note. */
const waitForInvoice = (shop: Storefront, order: unknown): Promise<void> =>
  waitFor("the invoice is issued", async () => {
    const path = `/api/invoices/order/${textAt(order, "orderNumber")}`;
    const { data } = await shop.call({ method: "GET", path, silent: true });
    return Array.isArray(data) && data.length > 0;
  });

/** @returns the order once its fields are these */
async function waitForOrder(
  shop: Storefront,
  order: unknown,
  what: string,
  fields: Record<string, unknown>,
): Promise<unknown> {
  let current = order;
  await waitFor(`the order ${what}`, async () => {
    const path = `/api/orders/${textAt(order, "orderNumber")}`;
    current = (await shop.call({ method: "GET", path, silent: true })).data;
    return Object.entries(fields).every(([name, value]) => at(current, name) === value);
  });
  return current;
}

async function showTimeline(shop: Storefront, order: unknown): Promise<void> {
  const path = `/api/orders/${textAt(order, "orderNumber")}/timeline`;
  const { data } = await shop.call({
    method: "GET",
    path,
    summarize: () => "the timeline, as the customer sees it",
  });
  table(
    ["of", "from", "to", "note"],
    listAt(data, "events").map((event) =>
      ["type", "from", "to", "note"].map((field) => String(at(event, field) ?? "")),
    ),
  );
}
