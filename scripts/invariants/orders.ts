import type { CartDoc, CheckoutSessionDoc } from "../../models/index.js";
import { LIVE_CHECKOUT_STATUSES, STATUS_TYPE } from "../../utils/constants.js";
import type { Facts } from "./facts.js";
import { type Check, duplicatesOf, type Finding, finding, groupBy, sumOf } from "./invariants.js";

/** Carts, sessions and orders: a cart has one live session, a session becomes one order. */

const MINUTE_MS = 60_000;
const LIVE: readonly string[] = LIVE_CHECKOUT_STATUSES;

const oneOrderPerSession: Check = ({ orders, checkouts }) => {
  const ofSessions = orders.filter(({ checkoutSessionId }) => checkoutSessionId !== null);
  const twice = duplicatesOf(ofSessions, ({ checkoutSessionId }) => checkoutSessionId).map(([id, rows]) =>
    finding(`${rows.length} orders of one session`, id, ...rows.map((row) => row.orderNumber)),
  );
  const otherId = ofSessions
    .filter((order) => !order._id.equals(order.checkoutSessionId ?? ""))
    .map((order) => finding("the order's id is not its session's", order._id));
  const ordered = new Set(ofSessions.map(({ checkoutSessionId }) => String(checkoutSessionId)));
  const unequal = checkouts
    .filter(({ _id, status }) => (status === "completed") !== ordered.has(_id.toHexString()))
    .map(({ _id, status }) =>
      finding(
        `the session is ${status}, but its order ${status === "completed" ? "is missing" : "exists"}`,
        _id,
      ),
    );
  const lost = ofSessions
    .filter(({ _id }) => !checkouts.some((checkout) => checkout._id.equals(_id)))
    .map(({ _id }) => finding("the order's session does not exist", _id));
  return [...twice, ...otherId, ...unequal, ...lost];
};

const ownerOf = ({ userId, sessionId }: CartDoc): string =>
  userId ? `user:${userId}` : `guest:${sessionId ?? ""}`;

/** Also: a converted cart names the order or cart that it became. */
const oneActiveCart: Check = ({ carts, checkouts, orders }) => {
  const active = carts.filter(({ status }) => status === "active");
  const twice = duplicatesOf(active, ownerOf).map(([owner, rows]) =>
    finding(`${rows.length} active carts of ${owner}`, ...rows.map(({ _id }) => _id)),
  );
  const isOrdered = ({ convertedOrderId }: CartDoc) =>
    orders.some(({ _id }) => convertedOrderId !== null && _id.equals(convertedOrderId));
  const unequal = carts
    .filter((cart) => (cart.status === "converted") !== (isOrdered(cart) || cart.mergedIntoCartId !== null))
    .map((cart) =>
      finding(`the cart is ${cart.status}, which its order or target cart contradicts`, cart._id),
    );
  const live = checkouts.filter(({ status }) => LIVE.includes(status));
  const sessions = duplicatesOf(live, ({ cartId }) => cartId).map(([cartId, rows]) =>
    finding(`${rows.length} live sessions of one cart`, cartId, ...rows.map(({ _id }) => _id)),
  );
  return [...twice, ...unequal, ...sessions];
};

/** Other rows of the history are about parcels, cancellations and owners, and belong to no status of the order. */
const OF_STATUS: readonly string[] = [STATUS_TYPE.ORDER, STATUS_TYPE.PAYMENT, STATUS_TYPE.FULFILLMENT];

const completeOrders: Check = ({ orders, orderItems, histories }) => {
  const itemsOf = groupBy(orderItems, ({ orderId }) => orderId);
  const firstRows = histories.filter(
    ({ fromStatus, statusType }) => fromStatus === null && OF_STATUS.includes(statusType),
  );
  const typesOf = groupBy(firstRows, ({ orderId }) => orderId);
  const known = new Set(orders.map(({ _id }) => _id.toHexString()));
  const lost = [...itemsOf.keys()]
    .filter((orderId) => !known.has(orderId))
    .map((orderId) => finding("the lines have no order", orderId));
  const lacking = orders.flatMap((order): Finding[] => {
    const bought = (itemsOf.get(order._id.toHexString()) ?? []).filter((item) => !item.isFreeGift);
    const types = new Set(typesOf.get(order._id.toHexString())?.map(({ statusType }) => statusType));
    const problems: string[] = [];
    if (sumOf(bought, ({ quantity }) => quantity) < 1) problems.push("the order has no bought line");
    if (types.size !== 3) problems.push(`${types.size} of 3 statuses have a first history row`);
    return problems.map((problem) => finding(problem, order._id, order.orderNumber));
  });
  return [...lost, ...lacking];
};

const SOLD_AS_FROZEN = [
  "variantId",
  "sku",
  "quantity",
  "unitPrice",
  "lineDiscount",
  "lineTotal",
  "orderDiscountShare",
  "taxableValue",
  "lineTax",
  "gstRateBps",
  "isFreeGift",
] as const;
const FROZEN_TOTALS = [
  "subtotal",
  "discountTotal",
  "shippingTotal",
  "taxTotal",
  "roundOff",
  "grandTotal",
  "amountDue",
] as const;

function pick<T extends object>(row: T, fields: readonly (keyof T)[]): string {
  return JSON.stringify(fields.map((field) => row[field]));
}

/** Line by line and to the paisa. */
const soldAsFrozen: Check = ({ orders, orderItems, checkouts }) => {
  const itemsOf = groupBy(orderItems, ({ orderId }) => orderId);
  const sessionOf = new Map(checkouts.map((checkout) => [checkout._id.toHexString(), checkout]));
  return orders.flatMap((order): Finding[] => {
    const frozen = sessionOf.get(String(order.checkoutSessionId))?.frozen;
    if (order.checkoutSessionId === null) return [];
    if (!frozen) return [finding("the session has no frozen lines", order._id)];
    const sold = (itemsOf.get(order._id.toHexString()) ?? []).map((item) => pick(item, SOLD_AS_FROZEN));
    const agreed = frozen.lines.map((line) => pick(line, SOLD_AS_FROZEN));
    const problems: string[] = [];
    if (sold.sort().join() !== agreed.sort().join()) problems.push("the lines differ from the frozen ones");
    if (pick(order, FROZEN_TOTALS) !== pick(frozen.totals, FROZEN_TOTALS))
      problems.push("the totals differ from the frozen ones");
    return problems.map((problem) => finding(problem, order._id, order.orderNumber));
  });
};

/** The cleanup runs every 5 minutes; a session with a payment has 15 minutes more. */
const OVERDUE_MS = 20 * MINUTE_MS;
const CLAIM_MS = 5 * MINUTE_MS;

const nothingLeftBehind: Check = ({ at, checkouts, orders }) => {
  const age = (date: Date) => at.getTime() - date.getTime();
  const isOverdue = (checkout: CheckoutSessionDoc) =>
    LIVE.includes(checkout.status) && age(checkout.expiresAt) > OVERDUE_MS;
  const isClaimStale = ({ placement }: CheckoutSessionDoc) =>
    placement !== null && age(placement.startedAt) > CLAIM_MS;
  return [
    ...checkouts
      .filter(isOverdue)
      .map(({ _id, status }) => finding(`the session has expired but is ${status}`, _id)),
    ...checkouts.filter(isClaimStale).map(({ _id }) => finding("the placement claim is stale", _id)),
    ...orders
      .filter(({ status, paymentMethod }) => status === "pending" && isOnline(paymentMethod))
      .map(({ _id }) => finding("the order was paid online but is pending", _id)),
  ];
};

const isOnline = (method: string | null): boolean =>
  method !== null && !["cod", "bank_transfer", "manual"].includes(method);

const NUMBER = /^(ORD|REF|RET)-(\d{4})-(\d{6,})$/;
const KOLKATA_OFFSET_MS = 5.5 * 60 * MINUTE_MS;
const yearInKolkata = (at: Date): number => new Date(at.getTime() + KOLKATA_OFFSET_MS).getUTCFullYear();

const numbers: Check = (facts) => {
  const { orders, refunds, returns } = facts;
  const numbered = [
    ...orders.map(({ orderNumber, createdAt }) => ({ number: orderNumber, createdAt })),
    ...refunds.map(({ refundNumber, createdAt }) => ({ number: refundNumber, createdAt })),
    ...returns.flatMap(({ returnNumber, approvedAt, createdAt }) =>
      returnNumber === null ? [] : [{ number: returnNumber, createdAt: approvedAt ?? createdAt }],
    ),
  ];
  const twice = duplicatesOf(numbered, ({ number }) => number).map(([number]) =>
    finding("the number is used twice", number),
  );
  return [...twice, ...numbered.flatMap((row) => numberProblem(facts, row))];
};

function numberProblem({ counters }: Facts, row: { number: string; createdAt: Date }): Finding[] {
  const [, series, year, sequence] = NUMBER.exec(row.number) ?? [];
  if (!series || Number(year) !== yearInKolkata(row.createdAt))
    return [finding("the number does not fit its series and year", row.number)];
  const counter = counters.find(({ _id }) => _id === `${series}-${year}`);
  if ((counter?.sequence ?? 0) >= Number(sequence)) return [];
  return [finding(`the counter is only at ${counter?.sequence ?? 0}`, row.number)];
}

export const orderChecks = {
  oneOrderPerSession,
  oneActiveCart,
  completeOrders,
  soldAsFrozen,
  nothingLeftBehind,
  numbers,
};
