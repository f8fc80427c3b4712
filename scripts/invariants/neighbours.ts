import type { CheckoutSessionDoc, OrderDoc } from "../../models/index.js";
import { LIVE_CHECKOUT_STATUSES } from "../../utils/constants.js";
import type { Facts } from "./facts.js";
import { type Check, duplicatesOf, groupBy, sumOf, type Violation, violation } from "./violation.js";

/** Stock, coupons, points and credit: what the neighbours gave is what live orders hold. */

const LIVE: readonly string[] = LIVE_CHECKOUT_STATUSES;
const isLiveOrder = ({ status }: OrderDoc): boolean => status !== "cancelled";
const isLiveSession = ({ status }: CheckoutSessionDoc): boolean => LIVE.includes(status);

/** `<orderId>:<variantId>` → units, of one kind of movement. */
function unitsBy<T>(rows: readonly T[], keyOf: (row: T) => string, unitsOf: (row: T) => number) {
  return new Map([...groupBy(rows, keyOf)].map(([key, group]) => [key, sumOf(group, unitsOf)]));
}

/** I23: inventory's own numbers add up, and what it sold is what the orders' lines say. */
const stock: Check = ({ books, orders, orderItems }) => {
  const unbalanced = books.inventory.imbalances.map(({ variantId, problem }) =>
    violation("I23", problem, variantId),
  );
  const live = new Set(orders.filter(isLiveOrder).map(({ _id }) => _id.toHexString()));
  const lines = orderItems.filter(({ orderId }) => live.has(orderId.toHexString()));
  const ordered = unitsBy(
    lines,
    ({ orderId, variantId }) => `${orderId.toHexString()}:${variantId}`,
    ({ quantity, quantityCancelled }) => quantity - quantityCancelled,
  );
  const moves = books.inventory.entries.filter(({ type }) =>
    ["converted", "voided", "returned"].includes(type),
  );
  const sold = unitsBy(
    moves,
    ({ orderId, variantId }) => `${orderId ?? ""}:${variantId}`,
    ({ type, quantity }) => (type === "converted" ? quantity : -quantity),
  );
  const unequal = [...new Set([...ordered.keys(), ...sold.keys()])]
    .filter((key) => (ordered.get(key) ?? 0) !== (sold.get(key) ?? 0))
    .map((key) =>
      violation("I23", `ordered ${ordered.get(key) ?? 0}, sold ${sold.get(key) ?? 0}`, ...key.split(":")),
    );
  const conversions = books.inventory.entries.filter(({ type }) => type === "converted");
  const twice = duplicatesOf(conversions, ({ orderId, variantId }) => `${orderId ?? ""}:${variantId}`).map(
    ([key]) => violation("I23", "sold more than once", ...key.split(":")),
  );
  return [...unbalanced, ...unequal, ...twice];
};

/** I24: nothing is held for a cart that nobody buys from, and each reservation ended at most once. */
const reservations: Check = ({ books, carts, checkouts }) => {
  const buying = new Set([
    ...carts.filter(({ status }) => status === "active").map(({ _id }) => _id.toHexString()),
    ...checkouts.filter(isLiveSession).map(({ cartId }) => cartId.toHexString()),
  ]);
  const idle = books.inventory.activeReservations
    .filter(({ cartId }) => !buying.has(cartId))
    .map(({ reservationId, cartId, variantId }) =>
      violation("I24", "held for a cart that is over", reservationId, cartId, variantId),
    );
  const ends = books.inventory.entries.filter(
    ({ type, reservationId }) => reservationId && ["released", "expired", "converted"].includes(type),
  );
  const twice = duplicatesOf(ends, ({ reservationId }) => reservationId).map(([id, rows]) =>
    violation("I24", `ended ${rows.length} times`, id),
  );
  return [...idle, ...twice];
};

/** I25: each coupon use belongs to an order that carries it, or to a session that is being paid. */
const coupons: Check = ({ books, orders, checkouts }) => {
  const net = unitsBy(
    books.couponUsages.filter(({ type }) => type === "recorded" || type === "reversed"),
    ({ code, orderId }) => `${orderId}:${code}`,
    ({ type }) => (type === "recorded" ? 1 : -1),
  );
  const carried = new Set(
    orders
      .filter(isLiveOrder)
      .flatMap(({ _id, appliedCoupons }) => appliedCoupons.map(({ code }) => `${_id.toHexString()}:${code}`)),
  );
  const claimable = new Set(
    checkouts
      .filter(isLiveSession)
      .flatMap(({ _id, couponClaims }) => couponClaims.map((code) => `${_id.toHexString()}:${code}`)),
  );
  return [...new Set([...net.keys(), ...carried])].flatMap((key): Violation[] => {
    const uses = net.get(key) ?? 0;
    if (claimable.has(key) && uses <= 1) return [];
    const wanted = carried.has(key) ? 1 : 0;
    return uses === wanted ? [] : [violation("I25", `${uses} uses, ${wanted} wanted`, ...key.split(":"))];
  });
};

/** I26: points and credit taken and not given back are those that live orders used. */
const pointsAndCredit: Check = (facts) => {
  const live = facts.orders.filter(isLiveOrder);
  const { loyalty, credits } = facts.books;
  const points = unitsBy(
    loyalty.filter(({ type }) => type === "redeemed" || type === "reversed"),
    ({ orderId }) => orderId ?? "",
    ({ type, points: moved }) => (type === "redeemed" ? moved : -moved),
  );
  const pointsUsed = new Map(live.map((order) => [order._id.toHexString(), order.loyaltyPoints]));
  const credit = unitsBy(
    credits.filter(({ type, reference }) => reference && (type === "deducted" || type === "issued")),
    ({ reference = "" }) => reference.split(":")[0] ?? "",
    ({ type, amount }) => Math.round(amount * 100) * (type === "deducted" ? 1 : -1),
  );
  const creditUsed = new Map(live.map((order) => [order._id.toHexString(), order.storeCreditAmount]));
  return [
    ...differences("points", points, pointsUsed),
    ...differences("paise of store credit", credit, onlyOrders(facts, creditUsed, credit)),
  ];
};

/** Credit is also issued by hand, under references of its own: those are nobody's order. */
function onlyOrders(
  facts: Facts,
  used: Map<string, number>,
  booked: Map<string, number>,
): Map<string, number> {
  const ids = new Set([...facts.orders, ...facts.checkouts].map(({ _id }) => _id.toHexString()));
  const others = [...booked].filter(([reference]) => !ids.has(reference));
  return new Map([...used, ...others]);
}

function differences(what: string, taken: Map<string, number>, used: Map<string, number>): Violation[] {
  return [...new Set([...taken.keys(), ...used.keys()])]
    .filter((orderId) => (taken.get(orderId) ?? 0) !== (used.get(orderId) ?? 0))
    .map((orderId) =>
      violation("I26", `${taken.get(orderId) ?? 0} ${what} taken, ${used.get(orderId) ?? 0} used`, orderId),
    );
}

export const neighbourChecks: readonly Check[] = [stock, reservations, coupons, pointsAndCredit];
