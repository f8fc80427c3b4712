import { SEED } from "../../sandbox/seed/index.js";
import { at, listAt, numberAt, textAt } from "../../support/json.js";
import { addressFrom, contactOf } from "./checkout.js";
import { type Clerk, pickFrom } from "./clerk.js";
import { type Operation, toId } from "./visit.js";

/** What staff do with orders. */

const withOrder =
  (filter: string, act: (clerk: Clerk, order: unknown) => Promise<unknown>) =>
  async (clerk: Clerk): Promise<void> => {
    const order = await pickFrom(clerk, `orders${filter}`);
    if (order) await act(clerk, order);
  };

/** The move is in the order's history from then on, whatever follows. */
function noteMove({ sim }: Clerk, orderId: string, toStatus: string): void {
  sim.acknowledgements.add({
    what: `order ${orderId} is ${toStatus}`,
    collection: "orderStatusHistories",
    filter: { orderId: toId(orderId), toStatus },
    ids: [orderId],
  });
}

const move = (status: string) => async (clerk: Clerk, order: unknown) => {
  const id = textAt(order, "id");
  const path = `/api/admin/orders/${id}/status`;
  if (await clerk.caller.do(`order ${status}`, { method: "PUT", path, body: { status } }))
    noteMove(clerk, id, status);
};

/** One unit of some line that is open; null when nothing is. */
async function oneUnit({ caller, random }: Clerk, orderId: string): Promise<object[] | null> {
  const order = await caller.do("read order", { method: "GET", path: `/api/admin/orders/${orderId}` });
  const open = (order ? listAt(order, "items") : []).filter(
    (line) => at(line, "fulfillmentStatus") === "pending",
  );
  if (open.length === 0) return null;
  return [{ orderItemId: textAt(random.pick(open), "id"), quantity: 1 }];
}

async function ship(clerk: Clerk, order: unknown): Promise<void> {
  const id = textAt(order, "id");
  const items = clerk.random.chance(0.3) ? await oneUnit(clerk, id) : null;
  const path = `/api/admin/orders/${id}/fulfillments`;
  const shipped = await clerk.caller.do("ship", { method: "POST", path, body: items ? { items } : {} });
  if (!shipped) return;
  clerk.sim.acknowledgements.add({
    what: `a parcel of ${id} is requested`,
    collection: "shipments",
    filter: { orderId: toId(id) },
    ids: [id],
  });
}

async function cancel(clerk: Clerk, order: unknown): Promise<void> {
  const { caller, random, sim } = clerk;
  const id = textAt(order, "id");
  const items = random.chance(0.5) ? await oneUnit(clerk, id) : null;
  const refund = random.pick([true, "original", "store_credit"]);
  // Without units also what is on its way, sometimes: its parcels are recalled.
  const units = items ? { items } : { allowAfterShipment: random.chance(0.5) };
  const body = { reason: "Not available", refund, ...units };
  const path = `/api/admin/orders/${id}/cancel`;
  if (!(await caller.do("staff cancel", { method: "POST", path, body }))) return;
  sim.acknowledgements.add({
    what: `units of ${id} are cancelled`,
    collection: "orders",
    filter: { _id: toId(id), "cancellations.0": { $exists: true } },
    ids: [id],
  });
}

/** Sets the next status of several orders in one request. */
async function bulkUpdate({ caller }: Clerk): Promise<void> {
  const path = "/api/admin/orders?status=confirmed&limit=5";
  const page = await caller.do("list orders", { method: "GET", path });
  const numbers = (page ? listAt(page, "items") : []).map((order) => textAt(order, "orderNumber"));
  if (numbers.length === 0) return;
  const rows = numbers.map((orderNumber) => ({ orderNumber, status: "processing", note: "Packed" }));
  await caller.call("bulk update", { method: "POST", path: "/api/admin/orders/bulk-update", body: { rows } });
}

const HAIR_OIL = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil };

async function enterOrder({ sim, caller, random }: Clerk): Promise<void> {
  const method = random.pick(["bank_transfer", "cod", "manual"]);
  const body = {
    ...contactOf(random.between(1, 9_999)),
    items: [{ ...HAIR_OIL, quantity: random.between(1, 3), unitPrice: 250 }],
    ...{ shippingAddress: addressFrom(random), shippingMethodId: SEED.shippingMethods.standard },
    // A reference is recorded for one payment.
    ...{
      paymentMethod: method,
      ...(method === "manual" ? { paymentReference: `POS-${random.between(1, 1e9)}` } : {}),
    },
  };
  const reply = await caller.call("enter order", { method: "POST", path: "/api/admin/orders/manual", body });
  if (!reply?.isDone) return;
  const id = textAt(reply.data, "id");
  sim.count("order");
  sim.acknowledgements.add({
    what: `the order ${id} is entered`,
    collection: "orders",
    filter: { _id: toId(id) },
    ids: [id],
  });
  sim.acknowledgements.add({
    what: `entering ${id} is in the audit log`,
    collection: "auditLogs",
    filter: { requestId: { $in: reply.requestIds } },
    ids: [id],
  });
}

async function recordReceipt(clerk: Clerk, order: unknown): Promise<void> {
  const { caller, random } = clerk;
  const read = await caller.do("read order", {
    method: "GET",
    path: `/api/admin/orders/${textAt(order, "id")}`,
  });
  const paymentId = at(read, "payment.id");
  if (typeof paymentId !== "string") return;
  const amount = numberAt(read, "totals.amountDue");
  if (amount <= 0) return;
  const body = { amount, reference: `NEFT-${random.between(1, 1e9)}`, receivedAt: "2026-01-01" };
  const path = `/api/admin/payments/${paymentId}/record-receipt`;
  await caller.call("record receipt", { method: "POST", path, body });
}

const annotate = (clerk: Clerk, order: unknown) =>
  clerk.caller.call("tag order", {
    ...{ method: "POST", path: `/api/admin/orders/${textAt(order, "id")}/tags`, body: { tags: ["checked"] } },
  });

export const ORDER_WORK: readonly Operation<Clerk>[] = [
  { name: "process order", weight: 12, run: withOrder("?status=confirmed", move("processing")) },
  { name: "ship", weight: 26, run: withOrder("?status=confirmed", ship) },
  { name: "ship the rest", weight: 14, run: withOrder("?status=processing", ship) },
  { name: "deliver", weight: 8, run: withOrder("?status=shipped", move("delivered")) },
  { name: "confirm", weight: 2, run: withOrder("?status=pending", move("confirmed")) },
  { name: "staff cancel", weight: 8, run: withOrder("?status=confirmed", cancel) },
  { name: "staff cancel late", weight: 3, run: withOrder("?status=processing", cancel) },
  { name: "staff recall", weight: 2, run: withOrder("?status=shipped", cancel) },
  { name: "bulk update", weight: 4, run: bulkUpdate },
  { name: "enter order", weight: 5, run: enterOrder },
  { name: "record receipt", weight: 5, run: withOrder("?paymentStatus=pending", recordReceipt) },
  { name: "tag order", weight: 2, run: withOrder("", annotate) },
];
