import { createHmac } from "node:crypto";
import { Types } from "mongoose";
import { isCustomer, nameOf } from "../../support/router-table.js";
import { endow, OF_SELLER } from "./refusal-scene.js";
import { PHOTO } from "./route-cases.js";
import { type Call, callerFor, type SecurityWorld } from "./security-world.js";
import { type Shopper, type Stage, shopFor } from "./shoppers.js";

/** What has to happen before the routes of `route-cases.ts` succeed, beyond the stage of a shopper. */

type Route = SecurityWorld["routes"][number];

/** A call, and the body to show where the one that is sent is signed bytes. */
export interface PreparedCall extends Call {
  shown?: unknown;
}

/** Brings documents into the state in which the call succeeds. @returns what the call needs besides */
type Preparation = (world: SecurityWorld, shopper: Shopper) => Promise<PreparedCall>;

type Headers = Shopper["headers"];

/** @throws Error with the refusal */
async function step(
  world: SecurityWorld,
  headers: Headers,
  [method, path, body]: readonly ["get" | "post" | "put", string, object?],
) {
  const call = world.http[method](path).set(headers);
  const answer = await (body ? call.send(body) : call);
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

const asAdmin = ({ sandbox }: SecurityWorld): Headers => ({
  Authorization: `Bearer ${sandbox.tokens.admin}`,
});

/** A step of the staff. */
const staff = (world: SecurityWorld, ...request: Parameters<typeof step>[2]) =>
  step(world, asAdmin(world), request);

const delivered: Preparation = async (world, { has }) => {
  for (const status of ["processing", "shipped", "delivered"]) {
    await staff(world, "put", `/api/admin/orders/${has.orderId}/status`, { status });
  }
  return {};
};

/** The steps of a return, in order. */
const RETURN_STEPS = ["approve", "received", "inspect"] as const;

/** A return of the shopper's order has come this far. */
const returnAfter =
  (steps: number): Preparation =>
  async (world, shopper) => {
    await delivered(world, shopper);
    const { orderNumber, orderItemId } = shopper.has;
    const asked = [{ orderItemId, quantity: 1, reason: "damaged" }];
    const body = { orderNumber, reason: "damaged", items: asked };
    const { id } = await step(world, shopper.headers, ["post", "/api/returns", body]);
    const items = [{ orderItemId, quantityReceived: 1, quantityPassed: 1, quantityRestockable: 1 }];
    for (const name of RETURN_STEPS.slice(0, steps)) {
      const path = `/api/admin/returns/${id}/${name}`;
      if (name === "received") await staff(world, "put", path);
      else await staff(world, "post", path, name === "inspect" ? { items } : {});
    }
    return { own: { ...shopper.has, returnId: String(id) } };
  };

/** A UPI payment of the shopper's checkout. */
const paid =
  (outcome: "success" | "authorize_only"): Preparation =>
  async (world, { headers, has }) => {
    const path = `/api/checkout/${has.checkoutSessionId}/payment-method`;
    const body = { method: "upi", termsAccepted: true };
    const { gateway, payment } = await step(world, headers, ["put", path, body]);
    const gatewayOrderId = String(gateway.orderId);
    const { razorpay } = world.sandbox.control;
    const { paymentId: gatewayPaymentId } = razorpay.pay(gatewayOrderId, { method: "upi", outcome });
    const signature = razorpay.signCheckout(gatewayOrderId, gatewayPaymentId);
    // An authorised payment is captured by hand, once its webhook has told of it.
    if (outcome === "authorize_only") await world.settle();
    return { own: { ...has, paymentId: String(payment.id), gatewayOrderId, gatewayPaymentId, signature } };
  };

/** A body of a neighbour's own format, signed as the neighbour signs it. */
function signed(shown: object, variable: string, headersOf: (signature: string) => Headers): Preparation {
  return async () => {
    const text = JSON.stringify(shown);
    const signature = createHmac("sha256", process.env[variable] ?? "")
      .update(text)
      .digest("hex");
    return { shown, raw: { text, type: "application/json", headers: headersOf(signature) } };
  };
}

/** Unix seconds. */
const OCCURRED_AT = 1_795_946_400;

const gatewayEvent = (event: string, kind: string, entity: object): Preparation =>
  signed(
    {
      ...{ entity: "event", account_id: "acc_SandboxShop001", event, contains: [kind] },
      ...{ payload: { [kind]: { entity: { entity: kind, currency: "INR", ...entity } } } },
      created_at: OCCURRED_AT,
    },
    "RAZORPAY_WEBHOOK_SECRET",
    (signature) => ({
      "X-Razorpay-Signature": signature,
      "X-Razorpay-Event-Id": `evt_${signature.slice(0, 14)}`,
    }),
  );

const PAYMENT = { id: "pay_Sample00000001", amount: 49_900, created_at: OCCURRED_AT };

const paymentFailed = gatewayEvent("payment.failed", "payment", {
  ...{ ...PAYMENT, status: "failed", order_id: "order_Sample00000001", method: "upi" },
  ...{ error_code: "BAD_REQUEST_ERROR", error_reason: "payment_cancelled" },
});
const refundProcessed = gatewayEvent("refund.processed", "refund", {
  ...{ ...PAYMENT, id: "rfnd_Sample00000001", payment_id: PAYMENT.id, status: "processed", notes: [] },
});

const parcelMoved = signed(
  {
    ...{ eventId: "ship-evt-0001", shipmentId: "shp_0001", status: "in_transit", location: "Bengaluru" },
    ...{ occurredAt: "2026-11-29T10:00:00.000Z", description: "Left the sorting centre" },
  },
  "SHIPPING_WEBHOOK_SECRET",
  (signature) => ({ "X-Signature": signature }),
);

/** An event that is about nothing here: it is kept to be looked at. */
const flaggedEvent: Preparation = async (world) => {
  await world.sandbox.control.razorpay.sendSample("order.paid");
  await world.settle();
  const event = await world.db.collection("webhookEvents").findOne({ event: "order.paid" });
  return { params: { eventId: String(event?._id) } };
};

const deadMessage: Preparation = async (world) => {
  const { insertedId } = await world.db.collection("outboxMessages").insertOne({
    ...{ type: "coupon.release", dedupeKey: "coupon.release:dead", state: "dead", attempts: 12, done: [] },
    payload: { checkoutSessionId: "0".repeat(24), codes: [] },
    ...{ dueAt: new Date(), lease: null, lastError: "no answer", requestId: null, deliveredAt: null },
    createdAt: new Date(),
  });
  return { params: { id: insertedId.toHexString() } };
};

/** One line, which a seller ships. */
const ofSeller: Preparation = async ({ db }, { has }) => {
  await db
    .collection("orders")
    .updateOne({ _id: new Types.ObjectId(has.orderId) }, { $set: OF_SELLER.orders });
  await db
    .collection("orderItems")
    .updateOne({ _id: new Types.ObjectId(has.orderItemId) }, { $set: OF_SELLER.orderItems });
  return {};
};

/** An order whose invoice no worker has issued yet. */
const notInvoiced: Preparation = async (world, { headers, has }) => {
  const { checkoutSessionId } = has;
  const { id } = await step(world, headers, ["post", "/api/orders", { checkoutSessionId }]);
  return { own: { ...has, orderId: String(id) } };
};

/** The customer has points and credit, and uses some of the kind. */
const withCredit =
  (kind?: "loyalty" | "store-credit"): Preparation =>
  async (world, { headers, has }) => {
    const _id = new Types.ObjectId(has.checkoutSessionId);
    const session = await world.db.collection("checkoutSessions").findOne({ _id });
    endow(world, String(session?.userId));
    const path = `/api/checkout/${has.checkoutSessionId}/${kind}`;
    if (kind)
      await step(world, headers, ["post", path, kind === "loyalty" ? { points: 10 } : { amount: 10.5 }]);
    return {};
  };

/** An archive with more documents than one answer takes is made in the background. */
const archiveAsked: Preparation = async (world, { has }) => {
  const invoice = await world.db.collection("invoices").findOne({ orderNumber: has.orderNumber });
  if (!invoice) throw new Error("the shopper has no invoice");
  const { startBulkDownload } = await import("../../../services/flows/bulk-download.flow.js");
  const job = await startBulkDownload({ invoiceIds: [invoice._id], by: "admin-admin" });
  await world.runJob("bulk-download");
  return { params: { jobId: job._id.toHexString() } };
};

/** The link to a photo of a return. */
const photoSent: Preparation = async (world, shopper) => {
  const { own } = await returnAfter(0)(world, shopper);
  const request = world.http.post(`/api/returns/${own?.returnId}/images`).set(shopper.headers);
  const sent = await request
    .field("orderItemId", shopper.has.orderItemId)
    .attach("images", PHOTO, "photo.png");
  const { pathname, searchParams } = new URL(sent.body.data.images[0].url);
  return { params: { fileId: pathname.split("/").at(-1) ?? "" }, query: String(searchParams) };
};

const ORDER = "/api/admin/orders/:orderId";
const RETURN = "/api/admin/returns/:returnId";

/** The stages of shoppers, where success needs another one than the case names. */
const STAGES: Readonly<Record<string, Stage>> = {
  "POST /api/payments/verify": "checkout",
  "POST /api/admin/payments/:paymentId/capture": "checkout",
  "POST /api/admin/invoices": "chosen",
  "GET /api/files/:fileId": "paid",
  "GET /api/returns/:returnId": "paid",
  "POST /api/returns/:returnId/images": "paid",
  [`GET ${RETURN}`]: "paid",
  [`POST ${RETURN}/images`]: "paid",
  [`POST ${RETURN}/notes`]: "paid",
  [`POST ${RETURN}/approve`]: "paid",
  [`POST ${RETURN}/reject`]: "paid",
  [`POST ${RETURN}/schedule-pickup`]: "paid",
  [`PUT ${RETURN}/received`]: "paid",
  [`POST ${RETURN}/inspect`]: "paid",
  [`POST ${RETURN}/refund`]: "paid",
};

const PREPARATIONS: Readonly<Record<string, Preparation>> = {
  "DELETE /api/cart/coupons/:code": async (world, { headers }) => {
    await step(world, headers, ["post", "/api/cart/coupons", { couponCode: "WELCOME10" }]);
    return {};
  },
  "GET /api/admin/carts/:cartId": async (world) => {
    const cart = await world.db.collection("carts").findOne({ status: "active" });
    return { params: { cartId: String(cart?._id) } };
  },
  "POST /api/checkout/:sessionId/loyalty": withCredit(),
  "DELETE /api/checkout/:sessionId/loyalty": withCredit("loyalty"),
  "POST /api/checkout/:sessionId/store-credit": withCredit(),
  "DELETE /api/checkout/:sessionId/store-credit": withCredit("store-credit"),
  "POST /api/payments/verify": paid("success"),
  "POST /api/admin/payments/:paymentId/capture": paid("authorize_only"),
  "GET /api/admin/payments/reconciliations/:reportId": async (world) => {
    const body = { dateFrom: "2026-11-01", dateTo: "2026-11-02" };
    const { id } = await staff(world, "post", "/api/admin/payments/reconcile", body);
    return { params: { reportId: String(id) } };
  },
  "GET /api/admin/orders/search": async (_world, { has }) => ({ query: `q=${has.orderNumber}` }),
  [`DELETE ${ORDER}/tags`]: async (world, { has }) => {
    await staff(world, "post", `/api/admin/orders/${has.orderId}/tags`, { tags: ["vip"] });
    return {};
  },
  [`PUT ${ORDER}/sellers/:sellerId/status`]: ofSeller,
  "GET /api/returns/eligibility": async (_world, { has }) => ({ query: `orderNumber=${has.orderNumber}` }),
  "GET /api/returns/:returnId": returnAfter(0),
  "POST /api/returns/:returnId/images": returnAfter(0),
  [`GET ${RETURN}`]: returnAfter(0),
  [`POST ${RETURN}/images`]: returnAfter(0),
  [`POST ${RETURN}/notes`]: returnAfter(0),
  [`POST ${RETURN}/approve`]: returnAfter(0),
  [`POST ${RETURN}/reject`]: returnAfter(0),
  [`POST ${RETURN}/schedule-pickup`]: returnAfter(1),
  [`PUT ${RETURN}/received`]: returnAfter(1),
  [`POST ${RETURN}/inspect`]: returnAfter(2),
  [`POST ${RETURN}/refund`]: returnAfter(3),
  "POST /api/admin/invoices": notInvoiced,
  "GET /api/admin/invoices/bulk-download/:jobId": archiveAsked,
  "GET /api/files/:fileId": photoSent,
  "POST /api/webhooks/razorpay": paymentFailed,
  "POST /api/webhooks/razorpay/refund": refundProcessed,
  "POST /api/webhooks/shipping": parcelMoved,
  "GET /api/admin/webhooks/:eventId": flaggedEvent,
  "POST /api/admin/webhooks/:eventId/replay": flaggedEvent,
  "POST /api/admin/outbox/:id/replay": deadMessage,
};

/** A route that writes gets a shopper of its own. */
function stageFor(world: SecurityWorld, route: Route): Stage | undefined {
  const stage = STAGES[nameOf(route)] ?? world.caseOf(route).stage;
  if (stage || route.method === "get") return stage;
  return route.path.startsWith("/api/checkout") ? "checkout" : "cart";
}

/**
 * Prepares a call that succeeds.
 * @param everything the shopper of routes that only read
 */
export async function prepareCall(
  world: SecurityWorld,
  route: Route,
  everything?: Shopper,
): Promise<PreparedCall & Required<Pick<Call, "as" | "own">>> {
  const stage = stageFor(world, route) ?? (everything ? undefined : "cart");
  const shopper = stage === undefined ? everything : await shopFor(world, route, stage);
  if (!shopper) throw new Error(`${nameOf(route)} has no shopper`);
  const as = isCustomer(route) ? shopper.headers : callerFor(route, shopper, world.sandbox.tokens.admin);
  return { as, own: shopper.has, ...(await PREPARATIONS[nameOf(route)]?.(world, shopper)) };
}
