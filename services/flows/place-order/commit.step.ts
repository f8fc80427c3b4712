import { type ClientSession, trusted } from "mongoose";
import { countOrder } from "../../../config/metrics.config.js";
import {
  Cart,
  CheckoutSession,
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Payment,
  type PaymentDoc,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import {
  CART_STATUS,
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  PAYMENT_GATEWAY_STATUS,
} from "../../../utils/constants.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { checkoutMachine } from "../../../utils/state-machines.js";
import { couponReleaseOf } from "../../aggregates/checkout-session/coupon-uses.js";
import { PlacementRefused } from "../../aggregates/checkout-session/placement-failure.js";
import type { OrderOverview } from "../../aggregates/order/load-order.js";
import { firstHistory } from "../../aggregates/order/new-order.js";
import { buildSellerOrders } from "../../aggregates/order/seller-orders.js";
import { cartChanged } from "../../platform/changed-meanwhile.js";
import { startHistory } from "../../platform/history.service.js";
import { generateUniqueOrderNumber, isOrderNumberOf } from "../../platform/order-number.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { applyTransition } from "../../platform/transition.service.js";
import { buildOrder, buildOrderItems } from "./build-order.js";
import { type Claim, PLACEABLE } from "./claim.step.js";

/** Thrown inside the transaction to abort it: another caller has taken over this placement. */
class ClaimLost extends Error {}

/**
 * The one transaction of an order: order, lines, first history rows, payment linked, cart converted, session
 * completed, one outbox row.
 * @param drawn the order's number. If the year in India has changed since, the order gets one of the new year
 * @returns null when another caller has finished, undone or taken over this placement
 * @throws PlacementRefused when the payment is no longer valid; OutcomeUnknownError when it is not known whether the
 *   transaction was committed
 */
export async function commitOrder(claim: Claim, drawn: string): Promise<OrderOverview | null> {
  const at = now();
  const orderNumber = isOrderNumberOf(drawn, at) ? drawn : await generateUniqueOrderNumber();
  const order = buildOrder(claim, {
    ...{ orderNumber, at },
    confirmed: claim.payment?.gateway !== "cod" || (await getSettings("payments")).codAutoConfirm,
  });
  const items = buildOrderItems(claim, order);
  order.sellerOrders = buildSellerOrders(items, order.status);
  try {
    await inTransaction((tx) => writeOrder(claim, { order, items }, tx));
  } catch (error) {
    if (error instanceof ClaimLost) return null;
    throw error;
  }
  countOrder(order);
  const { payment } = claim;
  const linked = payment && { ...payment, orderId: order._id, orderNumber };
  return { order, items, payment: linked, shipments: [] };
}

interface NewOrder {
  order: OrderDoc;
  items: OrderItemDoc[];
}

async function writeOrder(claim: Claim, { order, items }: NewOrder, tx: ClientSession): Promise<void> {
  await completeSession(claim, order, tx);
  await Order.insertMany([order], { session: tx, lean: true });
  await OrderItem.insertMany(items, { session: tx, lean: true });
  await startHistory(firstHistory(order, { type: "system" }), tx);
  if (claim.payment) await linkPayment(claim.payment, order, tx);
  if (claim.cart === "held") await convertCart(claim, order, tx);
  const orderId = order._id.toHexString();
  await enqueueOutbox(
    [{ type: "order.placed", dedupeKey: `order.placed:${orderId}`, payload: { orderId } }],
    tx,
  );
}

/** First in the transaction: the token decides whether this process may still place the order. */
async function completeSession(claim: Claim, order: OrderDoc, tx: ClientSession): Promise<void> {
  const { checkout, token } = claim;
  const { changed } = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    from: checkout.status,
    to: CHECKOUT_STATUS.COMPLETED,
    guard: { "placement.token": token, failureReason: checkout.failureReason },
    set: {
      placement: null,
      failureReason: null,
      completedAt: order.createdAt,
      orderNumber: order.orderNumber,
      "steps.completedAt": order.createdAt,
    },
    // A coupon that was claimed, and removed before this payment.
    messages: couponReleaseOf,
    by: { type: "system" },
    tx,
  });
  if (!changed) throw new ClaimLost();
}

/**
 * The payment must still be what the claim relied on: open for cash on delivery, otherwise captured in full and
 * not refunded.
 */
async function linkPayment(
  { _id, gateway, amount, currency }: PaymentDoc,
  order: OrderDoc,
  tx: ClientSession,
): Promise<void> {
  const isValid =
    gateway === "cod"
      ? { status: PAYMENT_GATEWAY_STATUS.PENDING }
      : { status: PAYMENT_GATEWAY_STATUS.CAPTURED, accepted: true };
  const linked = await Payment.findOneAndUpdate(
    {
      _id,
      ...isValid,
      ...{ gateway, amount, currency },
      ...{ orderId: null, surplus: false, supersededAt: null },
      ...{ refundedAmount: ZERO_PAISE, refundReserved: ZERO_PAISE },
    },
    { $set: { orderId: order._id, orderNumber: order.orderNumber } },
    { ...SKIP_VALIDATORS_RETURN_NEW, session: tx, projection: { disputes: 1 } },
  ).lean<Pick<PaymentDoc, "disputes">>();
  if (!linked)
    throw new PlacementRefused(
      CHECKOUT_FAILURE.CAPTURE_REFUSED,
      "the payment is no longer valid for this order",
    );
  if (linked.disputes.length === 0) return;
  await Order.updateOne({ _id: order._id }, { $set: { disputes: linked.disputes } }).session(tx);
}

/** Only for a cart that has not changed since it was paid for. */
async function convertCart({ checkout }: Claim, order: OrderDoc, tx: ClientSession): Promise<void> {
  const { modifiedCount } = await Cart.updateOne(
    { _id: checkout.cartId, placing: checkout._id, status: trusted({ $in: PLACEABLE }) },
    { $set: { status: CART_STATUS.CONVERTED, convertedOrderId: order._id, placing: null } },
  ).session(tx);
  if (modifiedCount !== 1) throw cartChanged(checkout.cartId);
}
