import type { ClientSession } from "mongoose";
import {
  type ChangedBy,
  Order,
  type OrderDoc,
  type OrderItemDoc,
  type SellerOrder,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ORDER_STATUS, type OrderStatus } from "../../../utils/constants.js";
import { fulfillmentMachine, orderMachine } from "../../../utils/state-machines.js";
import {
  fulfillmentStatusOf,
  isAllCancelled,
  movesTo,
  provenStatusOf,
} from "../../calculations/fulfilment.js";
import { orderChanged } from "../../platform/changed-meanwhile.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";
import { applyTransition } from "../../platform/transition.service.js";
import type { OrderLines } from "./order-lines.js";

export interface StatusNote {
  by: ChangedBy;
  /** For the order's history. */
  note?: string | undefined;
  /** When it happened, if that is not now: a carrier reports later. */
  at?: Date;
  /** Other fields that the caller changes with the lines. */
  set?: Partial<Pick<OrderDoc, "sellerOrders">>;
  /** Of the change of the lines. */
  messages?: readonly OutboxDraft[];
}

/**
 * In the caller's transaction, after its lines have changed: the order's statuses and those of its sellers' parts follow,
 * step by step through the state tables, each step with its history row. Statuses only move forward: what the lines do
 * not prove stays as it is. Always writes the order, so that any other change of it conflicts.
 * @throws ConflictError VERSION_CONFLICT when the order has moved since it was read
 */
export async function followLines(
  { order, lines }: OrderLines,
  { by, note, at, set, messages = [] }: StatusNote,
  tx: ClientSession,
): Promise<OrderStatus> {
  await enqueueOutbox(messages, tx);
  const sellerOrders = (set?.sellerOrders ?? order.sellerOrders).map((part) => followSeller(part, lines));
  const written = await Order.updateOne(
    { _id: order._id, status: order.status, fulfillmentStatus: order.fulfillmentStatus },
    { $set: { sellerOrders }, $inc: { version: 1 } },
  ).session(tx);
  if (written.matchedCount !== 1) throw orderChanged(order._id);
  await followFulfillment({ order, lines }, { by, note }, tx);
  const proven = provenStatusOf(lines);
  const moves = proven ? movesTo(order.status, proven) : [];
  for (const to of moves) await moveOrder(order, { to, by, note, ...(at ? { at } : {}) }, tx);
  return moves.at(-1) ?? order.status;
}

const followSeller = (part: SellerOrder, lines: readonly OrderItemDoc[]): SellerOrder => {
  const own = linesOfSeller(part, lines);
  if (isAllCancelled(own)) return { ...part, status: ORDER_STATUS.CANCELLED };
  const proven = provenStatusOf(own);
  return { ...part, status: (proven && movesTo(part.status, proven).at(-1)) ?? part.status };
};

export const linesOfSeller = ({ itemIds }: SellerOrder, lines: readonly OrderItemDoc[]): OrderItemDoc[] =>
  lines.filter(({ _id }) => itemIds.some((itemId) => itemId.equals(_id)));

async function followFulfillment(
  { order, lines }: OrderLines,
  { by, note }: StatusNote,
  tx: ClientSession,
): Promise<void> {
  const to = fulfillmentStatusOf(lines);
  if (to === order.fulfillmentStatus) return;
  const from = order.fulfillmentStatus;
  const about = { machine: fulfillmentMachine, model: Order, id: order._id };
  await applyTransition({ ...about, from, to, by, ...(note ? { note } : {}), tx });
}

/** One step of the order, with the time and the messages that belong to it. */
export async function moveOrder(
  { _id }: Pick<OrderDoc, "_id">,
  { to, by, note, at = now() }: StatusNote & { to: OrderStatus },
  tx: ClientSession,
): Promise<void> {
  const { changed } = await applyTransition({
    machine: orderMachine,
    model: Order,
    id: _id,
    to,
    set: timesOf(to, at),
    ...{ by, ...(note ? { note } : {}) },
    messages: messagesOf(to, _id.toHexString()),
    tx,
  });
  if (!changed) throw orderChanged(_id);
}

function timesOf(to: OrderStatus, at: Date): Partial<OrderDoc> {
  if (to === ORDER_STATUS.CONFIRMED) return { confirmedAt: at };
  if (to === ORDER_STATUS.SHIPPED) return { shippedAt: at };
  return to === ORDER_STATUS.DELIVERED ? { deliveredAt: at } : {};
}

function messagesOf(to: OrderStatus, orderId: string): OutboxDraft[] {
  const message = (type: string) => ({ type, dedupeKey: `${type}:${orderId}`, payload: { orderId } });
  if (to === ORDER_STATUS.CONFIRMED) return [message("order.confirmed")];
  return to === ORDER_STATUS.DELIVERED ? [message("order.delivered")] : [];
}
