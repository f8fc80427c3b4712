import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "../../../clients/typescript/index.js";
import type { StorefrontOptions } from "./index.js";

/** What the shop's staff and the courier do, for a person who tries the sandbox alone. */

const staff = ({ sandbox, serviceUrl }: StorefrontOptions): Client =>
  createClient({ baseUrl: serviceUrl, token: sandbox.tokens.admin });

const DELIVERED_WITHIN_MS = 20_000;
const POLL_MS = 100;

/** Packs what is not in a parcel yet; then the courier delivers every parcel, and reports it. */
export async function deliverOrder(options: StorefrontOptions, orderId: string): Promise<void> {
  const admin = staff(options);
  const params = { path: { orderId } };
  const read = async () => (await admin.get("/api/admin/orders/{orderId}", { params })).data;
  const order = await read();
  if (order.fulfillmentStatus !== "fulfilled" && order.shipments.length === 0)
    await admin.post("/api/admin/orders/{orderId}/fulfillments", { params, body: {} });
  for (const { shipmentId, status } of (await read()).shipments) {
    if (shipmentId && status !== "delivered") await options.sandbox.control.shipping.complete(shipmentId);
  }
  // The courier's last report reaches the order a moment after it is sent.
  const deadline = Date.now() + DELIVERED_WITHIN_MS;
  while ((await read()).status !== "delivered" && Date.now() < deadline) await sleep(POLL_MS);
}

/** Support approves, the warehouse finds everything in order, and finance refunds it. */
export async function acceptReturn(options: StorefrontOptions, returnId: string): Promise<void> {
  const admin = staff(options);
  const params = { path: { returnId } };
  await admin.post("/api/admin/returns/{returnId}/approve", { params, body: {} });
  await admin.put("/api/admin/returns/{returnId}/received", { params });
  const { data } = await admin.get("/api/admin/returns/{returnId}", { params });
  const items = data.items.map(({ orderItemId, quantity }) => ({
    orderItemId,
    quantityReceived: quantity,
    quantityPassed: quantity,
    quantityRestockable: quantity,
  }));
  await admin.post("/api/admin/returns/{returnId}/inspect", { params, body: { items } });
  await admin.post("/api/admin/returns/{returnId}/refund", { params, body: {} });
}
