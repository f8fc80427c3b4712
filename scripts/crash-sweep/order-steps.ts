import { createHmac } from "node:crypto";
import { SEED } from "../sandbox/seed/index.js";
import type { ShipmentStatus } from "../sandbox/shipping/shipments.js";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { letTimePass } from "../support/passing-time.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../support/sample-customer.js";
import { untilApplied } from "./recovery.js";
import { deliver, type Step, step } from "./steps.js";
import { JourneyFailed, type Visit } from "./visit.js";

/** What happens to an order after it is placed. Every step can be repeated, as a client without an answer does. */
const admin = (visit: Visit, method: "GET" | "POST", path: string, body?: object): Promise<unknown> =>
  visit.call({
    ...{ method, path: `/api/admin/orders${path}`, token: visit.world.sandbox.tokens.admin },
    ...(body ? { body } : {}),
  });

/** The only order of the visit, as admins see it. */
async function findOrder(visit: Visit): Promise<unknown> {
  const [listed] = listAt(await admin(visit, "GET", ""), "items");
  return admin(visit, "GET", `/${textAt(listed, "id")}`);
}

/** ₹129, of a seller. */
const TULSI = { productId: "prod-tulsi-leaf", variantId: SEED.variants.tulsi, quantity: 1 };
export const addTulsi = step("add-tulsi", async (visit) => {
  await visit.call({ method: "POST", path: "/api/cart/items", body: TULSI });
});

/** One of the two units, so that a repetition could ship or cancel the other. */
function oneSerum(order: unknown): object[] {
  const line = listAt(order, "items").find((item) => at(item, "variantId") === SEED.variants.serum);
  return [{ orderItemId: textAt(line, "id"), quantity: 1 }];
}

const ship = (name: string, itemsOf: (order: unknown) => object[] | null): Step =>
  step(name, async (visit) => {
    const order = await findOrder(visit);
    const items = itemsOf(order);
    await admin(visit, "POST", `/${textAt(order, "id")}/fulfillments`, items ? { items } : {});
  });
export const shipOne = ship("ship-one", oneSerum);
export const shipRest = ship("ship-rest", () => null);
/** The shipping service has the parcel, but its answer is lost: `order-sync` finds it. */
export const shipUnanswered = ship("ship-unanswered", () => null);
export const answersAreLost = step("answers-are-lost", async ({ world }) => {
  world.sandbox.control.faults.add({
    ...{ service: "shipping", match: "POST /api/shipments", action: "status", status: 500 },
    ...{ after: true, times: 2 },
  });
});

const sync = (name: string): Step =>
  step(name, async (visit) => {
    await letTimePass(visit.world.db);
    await visit.job("order-sync");
  });
export const findParcels = sync("find-parcels");
export const trackParcels = sync("track-parcels");

/** The carrier moves parcels. `webhook`: it reports each of them, signed. */
const move = (name: string, to: ShipmentStatus, choose: "first" | "all", { webhook = true } = {}): Step =>
  step(name, async (visit) => {
    const { shipping } = visit.world.sandbox.control;
    const parcels = shipping.shipments();
    for (const { shipmentId, status } of choose === "first" ? parcels.slice(0, 1) : parcels) {
      if (status !== to) await shipping.advance(shipmentId, to, { webhook: false });
      if (webhook) await report(visit, shipmentId, to);
    }
  });
export const firstArrives = move("first-arrives", "delivered", "first");
/** Only tracking shows it. */
export const restArrives = move("rest-arrives", "delivered", "all", { webhook: false });
export const comesBack = move("comes-back", "returned_to_origin", "all");

async function report(visit: Visit, shipmentId: string, status: ShipmentStatus): Promise<void> {
  const eventId = `${shipmentId}-${status}`;
  const body = JSON.stringify({ eventId, shipmentId, status, trackingNumber: null, at: new Date() });
  const secret = visit.world.sandbox.env.SHIPPING_WEBHOOK_SECRET ?? "";
  const response = await fetch(`${visit.service.url}/api/webhooks/shipping`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Request-Id": visit.requestId,
      "X-Signature": createHmac("sha256", secret).update(body).digest("hex"),
    },
    body,
  });
  if (response.status !== 200) throw new JourneyFailed(`${eventId} answered ${response.status}`);
  await untilApplied(visit, eventId);
}

export const cancelOwn = step("cancel-own", async (visit) => {
  const list = await visit.call({ method: "GET", path: "/api/orders" });
  const path = `/api/orders/${textAt(listAt(list, "items")[0], "orderNumber")}/cancel`;
  await visit.call({ method: "POST", path, body: { reason: "Ordered by mistake" } });
});
export const cancelOne = step("cancel-one", async (visit) => {
  const order = await findOrder(visit);
  const body = { reason: "Out of season", items: oneSerum(order) };
  await admin(visit, "POST", `/${textAt(order, "id")}/cancel`, body);
});

/** Everything, although it is on its way. Once that is done, a repetition is refused. */
export const recall = step("recall", async (visit) => {
  const order = await findOrder(visit);
  const body = { reason: "Lost on the way", allowAfterShipment: true };
  await admin(visit, "POST", `/${textAt(order, "id")}/cancel`, body);
});

/** Of the refunds of several sources, the gateway's is completed last, so that every walk takes the same way. */
export const gatewayIsSlow = step("gateway-is-slow", ({ world }) => {
  world.sandbox.control.razorpay.setFault({
    ...{ match: "POST /payments/:id/refund", action: "delay", delayMs: 300, times: "always" },
  });
  return Promise.resolve();
});

export const afterShipping = deliver("after-shipping");
export const afterDelivery = deliver("after-delivery");
export const afterReturn = deliver("after-return");
export const afterCancelling = deliver("after-cancelling");
export const afterCancellingOne = deliver("after-cancelling-one");
export const afterEntering = deliver("after-entering");
export const noteOfOrder = step("note-of-order", (visit) => visit.job("invoice-issue"));

/** A sale by phone, at an own price, with a coupon, to be paid by bank transfer. */
export const enterOrder = step("enter-order", async (visit) => {
  await admin(visit, "POST", "/manual", {
    ...SAMPLE_CONTACT,
    items: [{ ...TULSI, quantity: 3, unitPrice: 200 }],
    ...{ shippingAddress: SAMPLE_ADDRESS, shippingMethodId: SEED.shippingMethods.standard },
    ...{ paymentMethod: "bank_transfer", couponCode: SEED.coupons.WELCOME10 },
  });
});
/** A repetition is another receipt, which an order that is paid does not take. */
export const transferArrives = step("transfer-arrives", async (visit) => {
  const order = await findOrder(visit);
  if (at(order, "paymentStatus") === "paid") return;
  const body = { reference: "NEFT-1", receivedAt: "2026-01-01", amount: numberAt(order, "totals.amountDue") };
  const path = `/api/admin/payments/${textAt(order, "payment.id")}/record-receipt`;
  await visit.staff({ method: "POST", path, body });
});
