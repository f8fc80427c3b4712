import type { CartDoc, CheckoutSessionDoc } from "../../models/index.js";
import { LIVE_CHECKOUT_STATUSES } from "../../utils/constants.js";
import type { Facts } from "./facts.js";
import { type Check, duplicatesOf, groupBy, sumOf, type Violation, violation } from "./violation.js";

/** Carts, sessions and orders: one comes of the other, once. */

const MINUTE_MS = 60_000;
const LIVE: readonly string[] = LIVE_CHECKOUT_STATUSES;

/** I11: one session, one order, one id. */
const oneOrderASession: Check = ({ orders, checkouts }) => {
  const ofSessions = orders.filter(({ checkoutSessionId }) => checkoutSessionId !== null);
  const twice = duplicatesOf(ofSessions, ({ checkoutSessionId }) => checkoutSessionId).map(([id, rows]) =>
    violation("I11", `${rows.length} orders of one session`, id, ...rows.map((row) => row.orderNumber)),
  );
  const otherId = ofSessions
    .filter((order) => !order._id.equals(order.checkoutSessionId ?? ""))
    .map((order) => violation("I11", "the order has another id than its session", order._id));
  const ordered = new Set(ofSessions.map(({ checkoutSessionId }) => String(checkoutSessionId)));
  const unequal = checkouts
    .filter(({ _id, status }) => (status === "completed") !== ordered.has(_id.toHexString()))
    .map(({ _id, status }) => violation("I11", `the session is ${status}, an order says otherwise`, _id));
  const lost = ofSessions
    .filter(({ _id }) => !checkouts.some((checkout) => checkout._id.equals(_id)))
    .map(({ _id }) => violation("I11", "the order's session is gone", _id));
  return [...twice, ...otherId, ...unequal, ...lost];
};

const ownerOf = ({ userId, sessionId }: CartDoc): string =>
  userId ? `user:${userId}` : `guest:${sessionId ?? ""}`;

/** I12: one active cart an owner, one live session a cart, and a converted cart says what became of it. */
const oneActiveCart: Check = ({ carts, checkouts, orders }) => {
  const active = carts.filter(({ status }) => status === "active");
  const twice = duplicatesOf(active, ownerOf).map(([owner, rows]) =>
    violation("I12", `${rows.length} active carts of ${owner}`, ...rows.map(({ _id }) => _id)),
  );
  const isOrdered = ({ convertedOrderId }: CartDoc) =>
    orders.some(({ _id }) => convertedOrderId !== null && _id.equals(convertedOrderId));
  const unequal = carts
    .filter((cart) => (cart.status === "converted") !== (isOrdered(cart) || cart.mergedIntoCartId !== null))
    .map((cart) => violation("I12", `the cart is ${cart.status}, what it became says otherwise`, cart._id));
  const live = checkouts.filter(({ status }) => LIVE.includes(status));
  const sessions = duplicatesOf(live, ({ cartId }) => cartId).map(([cartId, rows]) =>
    violation("I12", `${rows.length} live sessions of one cart`, cartId, ...rows.map(({ _id }) => _id)),
  );
  return [...twice, ...unequal, ...sessions];
};

/** I13: an order is never without lines or first history rows, a line never without its order. */
const complete: Check = ({ orders, orderItems, histories }) => {
  const itemsOf = groupBy(orderItems, ({ orderId }) => orderId);
  const firstRows = histories.filter(({ fromStatus }) => fromStatus === null);
  const typesOf = groupBy(firstRows, ({ orderId }) => orderId);
  const known = new Set(orders.map(({ _id }) => _id.toHexString()));
  const lost = [...itemsOf.keys()]
    .filter((orderId) => !known.has(orderId))
    .map((orderId) => violation("I13", "lines without their order", orderId));
  const lacking = orders.flatMap((order): Violation[] => {
    const bought = (itemsOf.get(order._id.toHexString()) ?? []).filter((item) => !item.isFreeGift);
    const types = new Set(typesOf.get(order._id.toHexString())?.map(({ statusType }) => statusType));
    const problems: string[] = [];
    if (sumOf(bought, ({ quantity }) => quantity) < 1) problems.push("nothing was bought");
    if (types.size !== 3) problems.push(`first history rows of ${types.size} of 3 statuses`);
    return problems.map((problem) => violation("I13", problem, order._id, order.orderNumber));
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

/** I14: sold is what was frozen with the payment, line by line and to the paisa. */
const asFrozen: Check = ({ orders, orderItems, checkouts }) => {
  const itemsOf = groupBy(orderItems, ({ orderId }) => orderId);
  const sessionOf = new Map(checkouts.map((checkout) => [checkout._id.toHexString(), checkout]));
  return orders.flatMap((order): Violation[] => {
    const frozen = sessionOf.get(String(order.checkoutSessionId))?.frozen;
    if (order.checkoutSessionId === null) return [];
    if (!frozen) return [violation("I14", "the session has nothing frozen", order._id)];
    const sold = (itemsOf.get(order._id.toHexString()) ?? []).map((item) => pick(item, SOLD_AS_FROZEN));
    const agreed = frozen.lines.map((line) => pick(line, SOLD_AS_FROZEN));
    const problems: string[] = [];
    if (sold.sort().join() !== agreed.sort().join()) problems.push("other lines than frozen");
    if (pick(order, FROZEN_TOTALS) !== pick(frozen.totals, FROZEN_TOTALS))
      problems.push("other totals than frozen");
    return problems.map((problem) => violation("I14", problem, order._id, order.orderNumber));
  });
};

/** A clean-up comes every 5 minutes, and one that is paid for has 15 minutes more. */
const OVERDUE_MS = 20 * MINUTE_MS;
const INTENT_MS = 5 * MINUTE_MS;

/** I15: nothing stays half done. */
const nothingLeftBehind: Check = ({ at, checkouts, orders }) => {
  const age = (date: Date) => at.getTime() - date.getTime();
  const overdue = (checkout: CheckoutSessionDoc) =>
    LIVE.includes(checkout.status) && age(checkout.expiresAt) > OVERDUE_MS;
  const intent = ({ placement }: CheckoutSessionDoc) =>
    placement !== null && age(placement.startedAt) > INTENT_MS;
  return [
    ...checkouts.filter(overdue).map(({ _id, status }) => violation("I15", `expired and ${status}`, _id)),
    ...checkouts.filter(intent).map(({ _id }) => violation("I15", "an old intent to place", _id)),
    ...orders
      .filter(({ status, paymentMethod }) => status === "pending" && isOnline(paymentMethod))
      .map(({ _id }) => violation("I15", "pending, though it was paid online", _id)),
  ];
};

const isOnline = (method: string | null): boolean =>
  method !== null && !["cod", "bank_transfer", "manual"].includes(method);

const NUMBER = /^(ORD|REF|RET)-(\d{4})-(\d{6})$/;
const KOLKATA_OFFSET_MS = 5.5 * 60 * MINUTE_MS;
const yearInKolkata = (at: Date): number => new Date(at.getTime() + KOLKATA_OFFSET_MS).getUTCFullYear();

/** I16: human numbers are unique, well formed, of their year, and below their counter. */
const numbers: Check = (facts) => {
  const { orders, refunds } = facts;
  const numbered = [
    ...orders.map(({ orderNumber, createdAt }) => ({ number: orderNumber, createdAt })),
    ...refunds.map(({ refundNumber, createdAt }) => ({ number: refundNumber, createdAt })),
  ];
  const twice = duplicatesOf(numbered, ({ number }) => number).map(([number]) =>
    violation("I16", "given twice", number),
  );
  return [...twice, ...numbered.flatMap((row) => numberProblem(facts, row))];
};

function numberProblem({ counters }: Facts, row: { number: string; createdAt: Date }): Violation[] {
  const [, series, year, sequence] = NUMBER.exec(row.number) ?? [];
  if (!series || Number(year) !== yearInKolkata(row.createdAt))
    return [violation("I16", "not a number of its series and year", row.number)];
  const counter = counters.find(({ _id }) => _id === `${series}-${year}`);
  if ((counter?.sequence ?? 0) >= Number(sequence)) return [];
  return [violation("I16", `the counter is at ${counter?.sequence ?? 0}`, row.number)];
}

export const orderChecks: readonly Check[] = [
  oneOrderASession,
  oneActiveCart,
  complete,
  asFrozen,
  nothingLeftBehind,
  numbers,
];
