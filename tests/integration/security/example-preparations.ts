import { createHmac } from "node:crypto";
import { Types } from "mongoose";
import type { Call, SecurityWorld } from "./security-world.js";
import type { Shopper, Stage } from "./shoppers.js";

/** A call, and the body to show where the one that is sent is signed bytes. */
export interface PreparedCall extends Call {
  shown?: unknown;
}

/** What has to happen before a route of `route-cases.ts` succeeds, beyond the stage of its shopper. */
type Preparation = (world: SecurityWorld, shopper: Shopper) => Promise<PreparedCall>;

const adminHeaders = ({ sandbox }: SecurityWorld) => ({ Authorization: `Bearer ${sandbox.tokens.admin}` });

/** A step of the staff. @throws Error with the refusal */
async function staff(world: SecurityWorld, method: "post" | "put", path: string, body?: object) {
  const call = world.http[method](path).set(adminHeaders(world));
  const answer = await (body ? call.send(body) : call);
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** The first steps of a return, in order. */
const RETURN_STEPS = ["approve", "received", "inspect"] as const;

/** Before the step, the steps that come before it. */
const returnAfter =
  (steps: number): Preparation =>
  async (world, { has }) => {
    const items = [
      { orderItemId: has.orderItemId, quantityReceived: 1, quantityPassed: 1, quantityRestockable: 1 },
    ];
    for (const step of RETURN_STEPS.slice(0, steps)) {
      const path = `/api/admin/returns/${has.returnId}/${step}`;
      if (step === "received") await staff(world, "put", path);
      else await staff(world, "post", path, step === "inspect" ? { items } : {});
    }
    return {};
  };

/** A UPI payment of the shopper's checkout. */
async function pay(world: SecurityWorld, { headers, has }: Shopper, outcome: "success" | "authorize_only") {
  const path = `/api/checkout/${has.checkoutSessionId}/payment-method`;
  const chosen = await world.http.put(path).set(headers).send({ method: "upi", termsAccepted: true });
  const gatewayOrderId = String(chosen.body.data.gateway.orderId);
  const paid = world.sandbox.control.razorpay.pay(gatewayOrderId, { method: "upi", outcome });
  const signature = world.sandbox.control.razorpay.signCheckout(gatewayOrderId, paid.paymentId);
  const paymentId = String(chosen.body.data.payment.id);
  return { paymentId, gatewayOrderId, gatewayPaymentId: paid.paymentId, signature };
}

const sign = (text: string, secret: string): string =>
  createHmac("sha256", secret).update(text).digest("hex");

const gatewayEvent: Preparation = async () => {
  const shown = {
    entity: "event",
    account_id: "acc_SandboxShop001",
    event: "payment.failed",
    contains: ["payment"],
    payload: {
      payment: {
        entity: {
          id: "pay_Sample00000001",
          entity: "payment",
          amount: 49900,
          currency: "INR",
          status: "failed",
          order_id: "order_Sample00000001",
          method: "upi",
          error_code: "BAD_REQUEST_ERROR",
          error_reason: "payment_cancelled",
          created_at: 1764410400,
        },
      },
    },
    created_at: 1764410400,
  };
  const text = JSON.stringify(shown);
  const signature = sign(text, process.env.RAZORPAY_WEBHOOK_SECRET ?? "");
  const headers = {
    "X-Razorpay-Signature": signature,
    "X-Razorpay-Event-Id": `evt_${signature.slice(0, 14)}`,
  };
  return { shown, raw: { text, type: "application/json", headers } };
};

const shippingEvent: Preparation = async () => {
  const shown = {
    eventId: "ship-evt-0001",
    shipmentId: "shp_0001",
    status: "in_transit",
    location: "Bengaluru",
    occurredAt: "2026-11-29T10:00:00.000Z",
    description: "Left the sorting centre",
  };
  const text = JSON.stringify(shown);
  const headers = { "X-Signature": sign(text, process.env.SHIPPING_WEBHOOK_SECRET ?? "") };
  return { shown, raw: { text, type: "application/json", headers } };
};

async function firstId(world: SecurityWorld, collection: string, filter: object = {}): Promise<string> {
  const found = await world.db.collection(collection).findOne(filter);
  if (!found) throw new Error(`there is nothing in ${collection}`);
  return String(found._id);
}

/** A stored event of the gateway; `failed` ones can be replayed. */
const storedEvent =
  (state?: string): Preparation =>
  async (world) => {
    const eventId = await firstId(world, "webhookEvents");
    const _id = new Types.ObjectId(eventId);
    if (state) await world.db.collection("webhookEvents").updateOne({ _id }, { $set: { state } });
    return { params: { eventId } };
  };

/** The stages of shoppers that only these preparations need. */
export const STAGES: Readonly<Record<string, Stage>> = {
  "POST /api/payments/verify": "checkout",
  "POST /api/admin/payments/:paymentId/capture": "checkout",
};

export const PREPARATIONS: Readonly<Record<string, Preparation>> = {
  "GET /api/admin/carts/:cartId": async (world) => ({
    params: { cartId: await firstId(world, "carts", { status: "active" }) },
  }),
  "POST /api/payments/verify": async (world, shopper) => {
    const own = { ...shopper.has, ...(await pay(world, shopper, "success")) };
    return { own };
  },
  "POST /api/admin/payments/:paymentId/capture": async (world, shopper) => {
    const own = { ...shopper.has, ...(await pay(world, shopper, "authorize_only")) };
    await world.settle();
    return { own };
  },
  "GET /api/returns/eligibility": async (_world, { has }) => ({ query: `orderNumber=${has.orderNumber}` }),
  "GET /api/admin/orders/search": async (_world, { has }) => ({ query: `q=${has.orderNumber}` }),
  "GET /api/admin/payments/reconciliations/:reportId": async (world) => {
    const { id } = await staff(world, "post", "/api/admin/payments/reconcile", {
      ...{ dateFrom: "2026-11-01", dateTo: "2026-11-02" },
    });
    return { params: { reportId: String(id) } };
  },
  "POST /api/admin/returns/:returnId/schedule-pickup": returnAfter(1),
  "PUT /api/admin/returns/:returnId/received": returnAfter(1),
  "POST /api/admin/returns/:returnId/inspect": returnAfter(2),
  "POST /api/admin/returns/:returnId/refund": returnAfter(3),
  "POST /api/webhooks/razorpay": gatewayEvent,
  "POST /api/webhooks/razorpay/refund": gatewayEvent,
  "POST /api/webhooks/shipping": shippingEvent,
  "GET /api/admin/webhooks/:eventId": storedEvent(),
  "POST /api/admin/webhooks/:eventId/replay": storedEvent("failed"),
  "POST /api/admin/outbox/:id/replay": async (world) => {
    const id = await firstId(world, "outboxMessages");
    const change = { $set: { state: "dead", lastError: "UPSTREAM_UNAVAILABLE", deliveredAt: null } };
    await world.db.collection("outboxMessages").updateOne({ _id: new Types.ObjectId(id) }, change);
    return { params: { id } };
  },
  "GET /api/files/:fileId": async () => {
    const { fileLink, saveFile } = await import("../../../services/platform/files.service.js");
    const file = await saveFile({
      ...{ purpose: "invoice", resourceId: null, name: "sample.pdf", contentType: "application/pdf" },
      ...{ body: Buffer.from("%PDF-1.7"), dedupeKey: "sample", expiresAt: null },
    });
    const { searchParams } = new URL(fileLink(file, 60));
    return { params: { fileId: file._id.toHexString() }, query: String(searchParams) };
  },
  "GET /api/admin/invoices/bulk-download/:jobId": async (world, { has }) => {
    const invoiceId = new Types.ObjectId(await firstId(world, "invoices", { orderNumber: has.orderNumber }));
    const { startBulkDownload } = await import("../../../services/flows/bulk-download.flow.js");
    const job = await startBulkDownload({ invoiceIds: [invoiceId], by: "admin-1" });
    return { params: { jobId: job._id.toHexString() } };
  },
};
