import type { ClientSession } from "mongoose";
import { trusted } from "mongoose";
import {
  Cart,
  CheckoutSession,
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Payment,
} from "../../../../models/index.js";
import { checkoutMachine } from "../../../../utils/state-machines.js";
import { appendHistory } from "../../../platform/history.service.js";
import { enqueueOutbox } from "../../../platform/outbox.service.js";
import { moveTogether } from "../../../platform/transition.service.js";
import { buildFirstHistory } from "./build-order.step.js";
import { type Claim, PLACEABLE } from "./placement-claim.step.js";

/** What the one transaction of an order writes. */
export interface Placement {
  claim: Claim;
  order: OrderDoc;
  items: OrderItemDoc[];
  /** The request that places it: in the transaction of several, the one being worked on is somebody else's. */
  requestId: string | undefined;
}

/** Writes of many have to take the analyses' mark away themselves (`models/parts/tallied.ts`). */
const UNTALLIED = { talliedAt: null };

/** Thrown inside the transaction to leave it: a claim was lost to somebody else. */
export class ClaimLost extends Error {}

/**
 * Writes these orders, in a transaction: each with its own guards, one statement a collection for all.
 * @throws ClaimLost when a guard did not hold for one of them; none may be committed then
 */
export async function writeOrders(placements: readonly Placement[], session: ClientSession): Promise<void> {
  const orders = placements.map(({ order }) => order);
  await completeSessions(placements, session);
  await Order.insertMany(orders, { session, lean: true });
  await OrderItem.insertMany(
    placements.flatMap(({ items }) => items),
    { session, lean: true },
  );
  await appendHistory(orders.flatMap(buildFirstHistory), session);
  await linkPayments(placements, session);
  await convertCarts(placements, session);
  await enqueueOutbox(
    placements.map(({ order: { _id }, requestId }) => ({
      type: "order.placed",
      dedupeKey: `order.placed:${_id.toHexString()}`,
      payload: { orderId: _id.toHexString() },
      requestId,
    })),
    session,
  );
}

/** First in the transaction: the fencing token decides whether this process may still place at all. */
async function completeSessions(placements: readonly Placement[], session: ClientSession): Promise<void> {
  const moves = placements.map(({ claim, order }) => ({
    machine: checkoutMachine,
    id: claim.checkout._id,
    from: claim.checkout.status,
    to: "completed" as const,
    guard: { "placement.token": claim.token, failureReason: claim.checkout.failureReason },
    set: {
      placement: null,
      failureReason: null,
      completedAt: order.createdAt,
      orderNumber: order.orderNumber,
      "steps.completedAt": order.createdAt,
      ...UNTALLIED,
    },
    by: { type: "system" as const },
  }));
  if (!(await moveTogether(CheckoutSession, moves, session))) throw new ClaimLost();
}

async function linkPayments(placements: readonly Placement[], session: ClientSession): Promise<void> {
  const links = placements.flatMap(({ claim: { payment }, order }) =>
    payment
      ? {
          updateOne: {
            filter: { _id: payment._id, orderId: null, surplus: false },
            update: { $set: { orderId: order._id, orderNumber: order.orderNumber } },
          },
        }
      : [],
  );
  if (links.length === 0) return;
  const { modifiedCount } = await Payment.bulkWrite(links, { session });
  if (modifiedCount !== links.length) throw new ClaimLost();
}

/** A cart that has moved on since it was paid for is left alone. */
async function convertCarts(placements: readonly Placement[], session: ClientSession): Promise<void> {
  const conversions = placements
    .filter(({ claim }) => claim.cart === "held")
    .map(({ claim: { checkout }, order }) => ({
      updateOne: {
        filter: {
          _id: checkout.cartId,
          placing: checkout._id,
          status: trusted({ $in: PLACEABLE }),
        },
        update: {
          $set: { status: "converted" as const, convertedOrderId: order._id, placing: null, ...UNTALLIED },
        },
      },
    }));
  if (conversions.length === 0) return;
  const { modifiedCount } = await Cart.bulkWrite(conversions, { session });
  if (modifiedCount !== conversions.length) throw new ClaimLost();
}
