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
import { now } from "../../../../utils/clock.js";
import { isDuplicateKey } from "../../../../utils/duplicate-key.js";
import { checkoutMachine } from "../../../../utils/state-machines.js";
import { appendHistory } from "../../../platform/history.service.js";
import { enqueueOutbox } from "../../../platform/outbox.service.js";
import { getSettings } from "../../../platform/settings.service.js";
import { inTransaction } from "../../../platform/transaction.service.js";
import { tryTransition } from "../../../platform/transition.service.js";
import { buildFirstHistory, buildOrder, buildOrderItems } from "./build-order.step.js";
import type { OrderOverview } from "./load-order.step.js";
import type { Claim } from "./placement-claim.step.js";

/** Thrown inside the transaction to leave it: the claim was lost to somebody else. */
class ClaimLost extends Error {}

/**
 * Step 3, the one transaction of an order (D29): order, lines, first history rows, payment linked, cart
 * converted, session completed, one outbox row.
 * @returns null when somebody else has finished or undone this placement meanwhile.
 */
export async function commitOrder(claim: Claim, orderNumber: string): Promise<OrderOverview | null> {
  const at = now();
  const order = buildOrder(claim, {
    orderNumber,
    at,
    confirmed: claim.payment?.gateway !== "cod" || (await getSettings("payments")).codAutoConfirm,
  });
  const items = buildOrderItems(claim, order);
  try {
    await inTransaction((session) => writeOrder(claim, { order, items }, session));
    const { payment } = claim;
    const linked = payment && { ...payment, orderId: order._id, orderNumber };
    return { order, items, payment: linked, shipments: [] };
  } catch (error) {
    if (error instanceof ClaimLost || isDuplicateKey(error)) return null;
    throw error;
  }
}

async function writeOrder(
  claim: Claim,
  { order, items }: { order: OrderDoc; items: OrderItemDoc[] },
  session: ClientSession,
): Promise<void> {
  await completeSession(claim, order, session);
  await Order.insertMany([order], { session, lean: true });
  await OrderItem.insertMany(items, { session, lean: true });
  await appendHistory(buildFirstHistory(order), session);
  await linkPayment(claim, order, session);
  await convertCart(claim, order, session);
  await enqueueOutbox(
    [
      {
        type: "order.placed",
        dedupeKey: `order.placed:${order._id.toHexString()}`,
        payload: { orderId: order._id.toHexString() },
      },
    ],
    session,
  );
}

/** First in the transaction: the fencing token decides whether this process may still place at all. */
async function completeSession(claim: Claim, order: OrderDoc, session: ClientSession): Promise<void> {
  const { changed } = await tryTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: claim.checkout._id,
    from: claim.checkout.status,
    to: "completed",
    guard: { "placement.token": claim.token, failureReason: claim.checkout.failureReason },
    set: {
      placement: null,
      failureReason: null,
      completedAt: order.createdAt,
      orderNumber: order.orderNumber,
      "steps.completedAt": order.createdAt,
    },
    by: { type: "system" },
    session,
  });
  if (!changed) throw new ClaimLost();
}

async function linkPayment(claim: Claim, order: OrderDoc, session: ClientSession): Promise<void> {
  if (!claim.payment) return;
  const linked = await Payment.updateOne(
    { _id: claim.payment._id, orderId: null, surplus: false },
    { $set: { orderId: order._id, orderNumber: order.orderNumber } },
  ).session(session);
  if (linked.modifiedCount !== 1) throw new ClaimLost();
}

async function convertCart(claim: Claim, order: OrderDoc, session: ClientSession): Promise<void> {
  if (claim.cart !== "held") return;
  const converted = await Cart.updateOne(
    {
      _id: claim.checkout.cartId,
      placing: claim.checkout._id,
      status: trusted({ $in: ["active", "abandoned"] }),
    },
    { $set: { status: "converted", convertedOrderId: order._id, placing: null } },
  ).session(session);
  if (converted.modifiedCount !== 1) throw new ClaimLost();
}
