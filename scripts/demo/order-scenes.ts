import type { Schemas } from "../../clients/typescript/index.js";
import { SEED } from "../sandbox/seed/index.js";
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

type Order = Schemas["OrderView"];
type Parcel = Schemas["ShippedOrder"]["shipment"];

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
  const order = await placeOrder(shop, sessionId);
  const parcels: Parcel[] = [];
  for (const item of order.items) parcels.push(await ship(stage, order, item));
  const due = order.totals.amountDue;
  const carried = parcels.reduce((sum, { codAmount }) => sum + codAmount, 0);
  check(Math.round(carried * 100) === Math.round(due * 100), `together they collect ${rupees(due)}`);
  for (const { shipmentId, carrier, trackingNumber } of parcels) {
    await sandbox.control.shipping.complete(shipmentId ?? "");
    narrateOutside(`${carrier} delivers ${trackingNumber}, and reports each step`);
  }
  const delivered = await waitForOrder(shop, order, "is delivered", {
    status: "delivered",
    paymentStatus: "paid",
  });
  check(
    delivered.paidAmount === due && delivered.canReturn,
    "both parcels are paid for, and everything can be returned from now on",
  );
  await showTimeline(shop, order);
}

async function ship(stage: Stage, order: Order, item: Schemas["OrderItemView"]): Promise<Parcel> {
  const { shipment } = await staffOf(stage, "fulfilment").show(
    (api) =>
      api.post("/api/admin/orders/{orderId}/fulfillments", {
        params: { path: { orderId: order.id } },
        body: { items: [{ orderItemId: item.id, quantity: item.quantity }] },
      }),
    ({ shipment: { trackingNumber, codAmount }, status }) =>
      `${item.sellerId}: ${trackingNumber}, collects ${rupees(codAmount)}; the order is ${status}`,
  );
  return shipment;
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
  const order = await placeOrder(shop, sessionId);
  await waitForInvoice(shop, order);
  const returned = async () => (await sandbox.control.inventory.numbers(variants.hairOil)).returned;
  const before = await returned();
  const [bottle] = order.items;
  if (!bottle) throw new Error("the order is empty");
  await staffOf(stage, "support").show(
    (api) =>
      api.post("/api/admin/orders/{orderId}/cancel", {
        params: { path: { orderId: order.id } },
        body: { reason: "Broken in the warehouse", items: [{ orderItemId: bottle.id, quantity: 1 }] },
      }),
    describeOrder,
  );
  const price = (bottle.taxableValue + bottle.lineTax) / 2;
  const refunded = await waitForOrder(shop, order, "has its refund", { refundedAmount: price });
  await waitFor("the bottle is back in the stock", async () => (await returned()) === before + 1);
  check(
    refunded.status === "confirmed",
    `${rupees(price)} went back to UPI; the other bottle is still to be shipped`,
  );
  await showTimeline(shop, order);
}

/** An order that is cancelled before its invoice would get no credit note. */
const waitForInvoice = (shop: Storefront, { orderNumber }: Order): Promise<void> =>
  waitFor("the invoice is issued", async () => {
    const params = { path: { orderNumber } };
    return (await shop.api.get("/api/invoices/order/{orderNumber}", { params })).data.length > 0;
  });

/** @returns the order once its fields are these */
async function waitForOrder(
  shop: Storefront,
  order: Order,
  what: string,
  fields: Partial<Pick<Order, "status" | "paymentStatus" | "refundedAmount">>,
): Promise<Order> {
  let current = order;
  const params = { path: { orderNumber: order.orderNumber } };
  await waitFor(`the order ${what}`, async () => {
    current = (await shop.api.get("/api/orders/{orderNumber}", { params })).data;
    return Object.entries(fields).every(([name, value]) => Reflect.get(current, name) === value);
  });
  return current;
}

async function showTimeline(shop: Storefront, { orderNumber }: Order): Promise<void> {
  const { events } = await shop.show(
    (api) => api.get("/api/orders/{orderNumber}/timeline", { params: { path: { orderNumber } } }),
    () => "the timeline, as the customer sees it",
  );
  table(
    ["of", "from", "to", "note"],
    events.map(({ type, from, to, note }) => [type, from ?? "", to, note ?? ""]),
  );
}
