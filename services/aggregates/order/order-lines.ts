import type { ClientSession, Types } from "mongoose";
import { Order, type OrderDoc, OrderItem, type OrderItemDoc } from "../../../models/index.js";
import { orderNotFound } from "../../../utils/errors.js";
import type { NamedUnits } from "../../../utils/line-units.js";
import { canMove, lineFulfillmentMachine } from "../../../utils/state-machines.js";
import { lineStatusOf } from "../../calculations/fulfilment.js";
import { orderChanged } from "../../platform/changed-meanwhile.js";

/** An order and its lines, as read in the caller's transaction. */
export interface OrderLines {
  order: OrderDoc;
  lines: OrderItemDoc[];
}

/** @throws NotFoundError ORDER_NOT_FOUND */
export async function getOrderLines(orderId: Types.ObjectId, tx: ClientSession): Promise<OrderLines> {
  const order = await Order.findById(orderId).session(tx).lean<OrderDoc>();
  if (!order) throw orderNotFound();
  const lines = await OrderItem.find({ orderId }).sort({ _id: 1 }).session(tx).lean<OrderItemDoc[]>();
  return { order, lines };
}

const COUNTED = [
  "quantityAllocated",
  "quantityFulfilled",
  "quantityDelivered",
  "quantityCancelled",
  "quantityReturnPromised",
  "quantityReturned",
  "quantityReturnedToOrigin",
] as const;
type Counted = (typeof COUNTED)[number];

/** Units that move from one count of a line to another. Negative: they move back. */
export interface LineChange {
  lineId: Types.ObjectId;
  add: Partial<Record<Counted, number>>;
  set?: Partial<Pick<OrderItemDoc, "returnableUntil">>;
}

/** The units of a parcel or a return, as a change of their lines. */
export const changesOf = (
  items: readonly NamedUnits[],
  toAdd: (quantity: number) => LineChange["add"],
): LineChange[] => items.map(({ orderItemId, quantity }) => ({ lineId: orderItemId, add: toAdd(quantity) }));

/**
 * The only writer of a line's counts and of its status, which follows from them. In the caller's transaction, which also
 * has to write the order (`followLines` does), so that every two changes of one order conflict.
 * @returns all lines, as they are now
 * @throws ConflictError VERSION_CONFLICT when a line has changed since it was read; Error for counts that cannot be
 */
export async function changeLines(
  lines: readonly OrderItemDoc[],
  changes: readonly LineChange[],
  tx: ClientSession,
): Promise<OrderItemDoc[]> {
  const changed = lines.map((line) => {
    const change = changes.find(({ lineId }) => lineId.equals(line._id));
    return change ? { before: line, after: applyChange(line, change) } : { before: line, after: line };
  });
  const writes = changed.filter(({ before, after }) => before !== after).map(toWrite);
  const [line] = lines;
  if (!line || writes.length === 0) return [...lines];
  const { matchedCount } = await OrderItem.bulkWrite(writes, { session: tx });
  if (matchedCount !== changes.length) throw orderChanged(line.orderId);
  return changed.map(({ after }) => after);
}

function applyChange(line: OrderItemDoc, { add, set }: LineChange): OrderItemDoc {
  const after = { ...line, ...set };
  for (const count of COUNTED) after[count] = line[count] + (add[count] ?? 0);
  after.fulfillmentStatus = lineStatusOf(after);
  assertPossible(after);
  assertLegal(line, after);
  return after;
}

/** The status follows from the counts, and never leaves the table. */
function assertLegal(
  { _id, fulfillmentStatus: from }: OrderItemDoc,
  { fulfillmentStatus: to }: OrderItemDoc,
): void {
  if (from === to || canMove(lineFulfillmentMachine, from, to)) return;
  throw new Error(`line ${_id.toHexString()} cannot be ${to} after ${from}`);
}

/** A unit is cancelled or in a shipment, never both; and it arrives or comes back only if it was shipped. */
function assertPossible(line: OrderItemDoc): void {
  const { quantity, quantityAllocated, quantityFulfilled, quantityDelivered, quantityCancelled } = line;
  const isPossible =
    COUNTED.every((count) => line[count] >= 0) &&
    quantityAllocated + quantityCancelled <= quantity &&
    quantityFulfilled <= quantityAllocated &&
    quantityDelivered + line.quantityReturnedToOrigin <= quantityFulfilled &&
    line.quantityReturned + line.quantityReturnPromised <= quantityDelivered;
  if (!isPossible) throw new Error(`the units of line ${line._id.toHexString()} do not add up`);
}

function toWrite({ before, after }: { before: OrderItemDoc; after: OrderItemDoc }) {
  const seen = Object.fromEntries(COUNTED.map((count) => [count, before[count]]));
  const counts = Object.fromEntries(COUNTED.map((count) => [count, after[count]]));
  const { fulfillmentStatus, returnableUntil } = after;
  const filter = { _id: before._id, quantity: before.quantity, ...seen };
  return { updateOne: { filter, update: { $set: { ...counts, fulfillmentStatus, returnableUntil } } } };
}
