import type { Readable } from "node:stream";
import { trusted } from "mongoose";
import { Order, type OrderDoc, OrderItem, type OrderItemDoc } from "../../models/index.js";
import { recordAuditAlone } from "../../services/platform/audit.service.js";
import { toCsvStream } from "../../utils/csv.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";
import { COLUMNS, EXPORTED_FIELDS, type ExportedLine } from "./orders.export.columns.js";
import { type OrderFilters, type OrderSelection, selectOrders } from "./orders.selection.service.js";

const EXPORTED_OF_LINE = { orderId: 1, sku: 1, quantity: 1, quantityCancelled: 1 } as const;
/** Orders that are in memory at once, of about 2 kB, with their lines. */
const BATCH = 100;

/** The orders of the list's filters, oldest first, as CSV. The log shows who exported what. */
export async function exportOrders(query: OrderFilters, by: AdminPrincipal): Promise<Readable> {
  await recordAuditAlone({
    actor: actorOf(by),
    action: "order.export",
    resourceType: "order",
    resourceId: "export",
    after: query,
  });
  const names = COLUMNS.map(([name]) => name);
  return toCsvStream(names, readRows(selectOrders(query)));
}

/** An order that changes meanwhile is contained once, because it keeps its place in the order of creation. */
async function* readRows({ filter, hint }: OrderSelection): AsyncGenerator<string[]> {
  const cursor = Order.find(filter(), EXPORTED_FIELDS, { hint })
    .sort({ createdAt: 1 })
    .lean<OrderDoc[]>()
    .cursor({ batchSize: BATCH });
  let batch: OrderDoc[] = [];
  for await (const order of cursor) {
    batch.push(order);
    if (batch.length < BATCH) continue;
    yield* await toRows(batch);
    batch = [];
  }
  yield* await toRows(batch);
}

/** One query for the lines of a batch. */
async function toRows(orders: readonly OrderDoc[]): Promise<string[][]> {
  if (orders.length === 0) return [];
  const ofThese = { orderId: trusted({ $in: orders.map(({ _id }) => _id) }) };
  const lines = await OrderItem.find(ofThese, EXPORTED_OF_LINE).lean<
    (ExportedLine & Pick<OrderItemDoc, "orderId">)[]
  >();
  const byOrder = new Map<string, ExportedLine[]>();
  for (const line of lines) {
    const key = line.orderId.toHexString();
    byOrder.set(key, [...(byOrder.get(key) ?? []), line]);
  }
  return orders.map((order) => {
    const exported = { order, lines: byOrder.get(order._id.toHexString()) ?? [] };
    return COLUMNS.map(([, cell]) => cell(exported));
  });
}
