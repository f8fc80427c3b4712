import type { Types } from "mongoose";
import {
  CheckoutSession,
  type CheckoutSessionDoc,
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  OrderStatusHistory,
  type OrderStatusHistoryDoc,
  Payment,
  type PaymentDoc,
} from "../../models/index.js";
import { choosePayment } from "../../services/flows/choose-payment.flow.js";
import { type PlacedOrder, placeOrder } from "../../services/flows/place-order.flow.js";
import { isOwnedBy } from "../../services/flows/steps/checkout-state.step.js";
import { assertComplete } from "../../services/flows/steps/refresh-before-payment.step.js";
import { isLinkTokenValid, orderSubject } from "../../services/platform/links.service.js";
import { now } from "../../utils/clock.js";
import type { OrderStatus } from "../../utils/constants.js";
import { NotFoundError, RuleError } from "../../utils/errors.js";
import { type Owner, ownerFilter } from "../../utils/principal.js";

/** An order with everything a view shows of it. */
export interface OrderOverview {
  order: OrderDoc;
  items: OrderItemDoc[];
  payment: PaymentDoc | null;
}

const orderNotFound = () => new NotFoundError("ORDER_NOT_FOUND", "There is no such order");

export interface OrderRequest {
  owner: Owner;
  checkoutSessionId: Types.ObjectId;
  termsAccepted: boolean;
}

/**
 * Places the order of a paid, COD or fully credited session (`domain.md` §5.2). Repeatable: the same order again.
 * @throws NotFoundError for a session that is not the caller's; RuleError TERMS_NOT_ACCEPTED, PAYMENT_REQUIRED,
 *   CHECKOUT_INCOMPLETE; ConflictError with the code the session failed with; CheckoutExpiredError.
 */
export async function place(request: OrderRequest): Promise<OrderOverview & { created: boolean }> {
  const { owner, checkoutSessionId } = request;
  const checkout = await CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>();
  if (!checkout || !isOwnedBy(checkout, owner)) {
    throw new NotFoundError("CHECKOUT_NOT_FOUND", "There is no such checkout");
  }
  if (checkout.status !== "completed" && checkout.status !== "failed") await assertReady(checkout, request);
  const placed: PlacedOrder = await placeOrder({
    checkoutSessionId,
    termsAcceptedAt: request.termsAccepted ? now() : null,
    waitForOthers: true,
  });
  return { ...(await withDetails(placed.order)), created: placed.created };
}

/** A session with nothing due needs no payment method: it is frozen here (`domain.md` §2). */
async function assertReady(checkout: CheckoutSessionDoc, request: OrderRequest): Promise<void> {
  assertComplete(checkout);
  if (!checkout.termsAcceptedAt && !request.termsAccepted) {
    throw new RuleError("TERMS_NOT_ACCEPTED", "Accept the terms to place the order");
  }
  if (checkout.frozen || checkout.placement) return;
  await choosePayment({ owner: request.owner, checkoutSessionId: checkout._id, method: null });
}

async function withDetails(order: OrderDoc): Promise<OrderOverview> {
  const [items, payment] = await Promise.all([
    OrderItem.find({ orderId: order._id }).sort({ _id: 1 }).lean<OrderItemDoc[]>(),
    Payment.findOne({ orderId: order._id }).lean<PaymentDoc>(),
  ]);
  return { order, items, payment };
}

/** Who may see an order: its owner, or whoever holds the signed link from the mail. */
export interface OrderReader {
  owner: Owner | null;
  token: string | null;
}

/** @throws NotFoundError for an unknown order and for somebody else's (D15). */
export async function getOrder(orderNumber: string, reader: OrderReader): Promise<OrderOverview> {
  const order = await Order.findOne({ orderNumber }).lean<OrderDoc>();
  const isReader =
    order !== null &&
    ((reader.owner !== null && isOwnedBy(order, reader.owner)) ||
      (reader.token !== null && isLinkTokenValid(orderSubject(orderNumber), reader.token)));
  if (!order || !isReader) throw orderNotFound();
  return withDetails(order);
}

/** Every status change of the order, oldest first. */
export function listHistory(orderId: Types.ObjectId): Promise<OrderStatusHistoryDoc[]> {
  return OrderStatusHistory.find({ orderId }).sort({ createdAt: 1, _id: 1 }).lean<OrderStatusHistoryDoc[]>();
}

export interface OrderListQuery {
  page: number;
  limit: number;
  status?: OrderStatus;
}

/** How far totals are counted and pages go (`api.md`, Lists). */
const MOST_COUNTED = 10_000;

export interface OrderPage {
  orders: OrderOverview[];
  total: number;
}

/** The caller's orders, newest first. */
export async function listOrders(owner: Owner, query: OrderListQuery): Promise<OrderPage> {
  const filter = { ...ownerFilter(owner), ...(query.status ? { status: query.status } : {}) };
  const [orders, total] = await Promise.all([
    Order.find(filter)
      .sort({ createdAt: -1 })
      .skip((query.page - 1) * query.limit)
      .limit(query.limit)
      .lean<OrderDoc[]>(),
    Order.countDocuments(filter, { limit: MOST_COUNTED }),
  ]);
  return { orders: await withDetailsOfAll(orders), total };
}

/** Two queries for a whole page, not two an order. */
async function withDetailsOfAll(orders: OrderDoc[]): Promise<OrderOverview[]> {
  const among = { $in: orders.map((order) => order._id) };
  const [items, payments] = await Promise.all([
    OrderItem.find({ orderId: among })
      .setOptions({ sanitizeFilter: false })
      .sort({ _id: 1 })
      .lean<OrderItemDoc[]>(),
    Payment.find({ orderId: among }).setOptions({ sanitizeFilter: false }).lean<PaymentDoc[]>(),
  ]);
  return orders.map((order) => ({
    order,
    items: items.filter((item) => item.orderId.equals(order._id)),
    payment: payments.find((payment) => payment.orderId?.equals(order._id)) ?? null,
  }));
}
