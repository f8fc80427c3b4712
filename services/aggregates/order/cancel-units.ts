import { type ClientSession, Types } from "mongoose";
import {
  type CancelledUnits,
  type ChangedBy,
  Order,
  type OrderCancellation,
  type OrderDoc,
  type OrderItemDoc,
  type UnpaidContent,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ORDER_STATUS, STATUS_TYPE } from "../../../utils/constants.js";
import { RuleError } from "../../../utils/errors.js";
import type { NamedUnits } from "../../../utils/line-units.js";
import { CANCELLABLE, orderMachine } from "../../../utils/state-machines.js";
import { isAllCancelled, openUnits, unitsOnTheWay } from "../../calculations/fulfilment.js";
import { orderChanged } from "../../platform/changed-meanwhile.js";
import { appendHistory } from "../../platform/history.service.js";
import type { OutboxDraft } from "../../platform/outbox.service.js";
import { applyTransition } from "../../platform/transition.service.js";
import { followLines } from "./follow-lines.js";
import { beyondOpenUnits, sumNamedUnits } from "./named-units.js";
import { changeLines, type OrderLines } from "./order-lines.js";

/** Which units of an order are cancelled, and what that means for its lines and statuses. */

export interface CancelWish {
  /** Null: every unit that can be. */
  items: readonly NamedUnits[] | null;
  /** Also units that are on their way to the customer; without `items`, because units of a parcel cannot be told apart. */
  allowAfterShipment: boolean;
}

const { SHIPPED, CANCELLED } = ORDER_STATUS;

export const notCancellable = (reason: string, message: string, details: object = {}) =>
  new RuleError("ORDER_NOT_CANCELLABLE", message, { reason, ...details });

/**
 * @throws RuleError ORDER_NOT_CANCELLABLE with `reason` (`order_status`, `no_open_units`, `too_many_units` with `lines`);
 *   ValidationError for a line of another order
 */
export function decideUnits({ order, lines }: OrderLines, wish: CancelWish): CancelledUnits[] {
  const { status } = order;
  const mayShip = wish.allowAfterShipment && status === SHIPPED;
  if (!CANCELLABLE.includes(status) && !mayShip)
    throw notCancellable("order_status", `An order that is ${status} cannot be cancelled`, { status });
  const wanted = wish.items ? namedUnits(lines, wish.items) : lines.map((line) => restOf(line, wish));
  const units = wanted.filter(({ quantity }) => quantity > 0);
  if (units.length === 0) throw notCancellable("no_open_units", "Nothing of this order can be cancelled");
  return units;
}

function restOf(line: OrderItemDoc, { allowAfterShipment }: CancelWish): CancelledUnits {
  const open = openUnits(line);
  const quantity = allowAfterShipment ? open + unitsOnTheWay(line) : open;
  return { orderItemId: line._id, quantity, toStock: open };
}

/** Named units have to be open: those of a parcel cannot be told apart. */
function namedUnits(lines: readonly OrderItemDoc[], items: readonly NamedUnits[]): CancelledUnits[] {
  const wanted = sumNamedUnits(lines, items);
  const tooMany = beyondOpenUnits(wanted);
  if (tooMany.length > 0)
    throw notCancellable("too_many_units", "Fewer units can still be cancelled", { lines: tooMany });
  return wanted.map(({ line, quantity }) => ({ orderItemId: line._id, quantity, toStock: quantity }));
}

/** In the caller's transaction. @returns the lines without these units */
export function takeUnits(
  { lines }: OrderLines,
  units: readonly CancelledUnits[],
  tx: ClientSession,
): Promise<OrderItemDoc[]> {
  const changes = units.map(({ orderItemId, quantity, toStock }) => {
    const shipped = quantity - toStock;
    return {
      lineId: orderItemId,
      add: { quantityCancelled: quantity, quantityAllocated: -shipped, quantityFulfilled: -shipped },
    };
  });
  return changeLines(lines, changes, tx);
}

export interface CancellationRecord {
  read: OrderLines;
  /** As they are now. */
  lines: OrderItemDoc[];
  units: CancelledUnits[];
  unpaid: UnpaidContent;
  by: ChangedBy;
  reason: string;
  requestKey: string | null;
}

/**
 * In the caller's transaction: keeps the cancellation, and moves the order: to `cancelled` when nothing of it is left,
 * otherwise to what its other lines prove.
 * @throws ConflictError VERSION_CONFLICT
 */
export async function recordCancellation(
  record: CancellationRecord,
  tx: ClientSession,
): Promise<OrderCancellation> {
  const { read, lines, units, unpaid, by, reason, requestKey } = record;
  const { order } = read;
  const cancellation: OrderCancellation = {
    ...{ _id: new Types.ObjectId(), at: now(), by, reason, items: units, unpaid, requestKey },
    // Read in this transaction, which conflicts with the one that issues the invoice.
    invoiceNumber: order.invoiceNumber ?? null,
  };
  const kept = await Order.updateOne(
    { _id: order._id, status: order.status },
    { $push: { cancellations: cancellation } },
  ).session(tx);
  if (kept.modifiedCount !== 1) throw orderChanged(order._id);
  const from = (order.cancellations ?? []).length > 0 ? CANCELLED : null;
  await appendHistory(
    [
      {
        orderId: order._id,
        statusType: STATUS_TYPE.CANCELLATION,
        from,
        to: CANCELLED,
        by,
        note: noteOf(record),
      },
    ],
    tx,
  );
  if (isAllCancelled(lines)) await cancelOrder(record, messageOf(order, cancellation), tx);
  else
    await followLines({ order, lines }, { by, note: reason, messages: [messageOf(order, cancellation)] }, tx);
  return cancellation;
}

/** "2 × Amla Shampoo, 200 ml: ordered twice" */
function noteOf({ lines, units, reason }: CancellationRecord): string {
  const names = units.map(({ orderItemId, quantity }) => {
    const line = lines.find(({ _id }) => _id.equals(orderItemId));
    return `${quantity} × ${line?.name ?? ""}`;
  });
  return `${names.join(", ")}: ${reason}`;
}

async function cancelOrder(
  { read: { order }, by, reason }: CancellationRecord,
  message: OutboxDraft,
  tx: ClientSession,
): Promise<void> {
  const { changed } = await applyTransition({
    machine: orderMachine,
    model: Order,
    id: order._id,
    from: order.status,
    to: CANCELLED,
    set: {
      ...{ cancellationReason: reason, cancelledAt: now(), cancelledById: by.id ?? null },
      sellerOrders: order.sellerOrders.map((part) => ({ ...part, status: CANCELLED })),
    },
    raiseVersion: true,
    ...{ by, note: reason, messages: [message], tx },
  });
  if (!changed) throw orderChanged(order._id);
}

function messageOf({ _id }: OrderDoc, cancellation: OrderCancellation): OutboxDraft {
  const cancellationId = cancellation._id.toHexString();
  const payload = { orderId: _id.toHexString(), cancellationId };
  return { type: "order.cancelled", dedupeKey: `order.cancelled:${cancellationId}`, payload };
}
