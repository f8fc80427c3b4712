import type { CheckoutSessionDoc, OrderDoc } from "../../models/index.js";
import { LIVE_CHECKOUT_STATUSES } from "../../utils/constants.js";
import type { Facts } from "./facts.js";
import { type Check, duplicatesOf, type Finding, finding, groupBy, sumOf } from "./invariants.js";

/** Stock, coupons, points and credit: what the neighbours recorded matches the live orders. */

const LIVE: readonly string[] = LIVE_CHECKOUT_STATUSES;
const isLiveOrder = ({ status }: OrderDoc): boolean => status !== "cancelled";
const isLiveSession = ({ status }: CheckoutSessionDoc): boolean => LIVE.includes(status);

/** Sums the units of the rows of each key. */
function unitsBy<T>(rows: readonly T[], keyOf: (row: T) => string, unitsOf: (row: T) => number) {
  return new Map([...groupBy(rows, keyOf)].map(([key, group]) => [key, sumOf(group, unitsOf)]));
}

/** The inventory's own numbers add up, and what it sold is what the orders' lines contain. */
const stock: Check = ({ books, orders, orderItems, returns }) => {
  const unbalanced = books.inventory.imbalances.map(({ variantId, problem }) => finding(problem, variantId));
  // Cancelled units that had left the warehouse stay sold until their parcel comes back.
  const backInStock = unitsBy(
    [
      ...orders
        .flatMap(({ cancellations }) => cancellations ?? [])
        .flatMap(({ items }) => items.map(({ orderItemId, toStock }) => ({ orderItemId, units: toStock }))),
      ...returns
        .filter(({ status }) => status === "completed")
        .flatMap(({ inspection }) => inspection?.items ?? [])
        .map(({ orderItemId, quantityRestockable }) => ({ orderItemId, units: quantityRestockable })),
    ],
    ({ orderItemId }) => orderItemId.toHexString(),
    ({ units }) => units,
  );
  const ordered = unitsBy(
    orderItems,
    ({ orderId, variantId }) => `${orderId.toHexString()}:${variantId}`,
    ({ _id, quantity }) => quantity - (backInStock.get(_id.toHexString()) ?? 0),
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
    .map((key) => finding(`ordered ${ordered.get(key) ?? 0}, sold ${sold.get(key) ?? 0}`, ...key.split(":")));
  const conversions = books.inventory.entries.filter(({ type }) => type === "converted");
  const twice = duplicatesOf(conversions, ({ orderId, variantId }) => `${orderId ?? ""}:${variantId}`).map(
    ([key]) => finding("the stock was converted more than once", ...key.split(":")),
  );
  return [...unbalanced, ...unequal, ...twice];
};

const reservations: Check = ({ books, carts, checkouts }) => {
  const inUse = new Set([
    ...carts.filter(({ status }) => status === "active").map(({ _id }) => _id.toHexString()),
    ...checkouts.filter(isLiveSession).map(({ cartId }) => cartId.toHexString()),
  ]);
  const idle = books.inventory.activeReservations
    .filter(({ cartId }) => !inUse.has(cartId))
    .map(({ reservationId, cartId, variantId }) =>
      finding("reserved for a cart that is no longer in use", reservationId, cartId, variantId),
    );
  const ends = books.inventory.entries.filter(
    ({ type, reservationId }) => reservationId && ["released", "expired", "converted"].includes(type),
  );
  const twice = duplicatesOf(ends, ({ reservationId }) => reservationId).map(([id, rows]) =>
    finding(`the reservation ended ${rows.length} times`, id),
  );
  return [...idle, ...twice];
};

const couponUses: Check = ({ books, orders, checkouts }) => {
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
  return [...new Set([...net.keys(), ...carried])].flatMap((key): Finding[] => {
    const uses = net.get(key) ?? 0;
    if (claimable.has(key) && uses <= 1) return [];
    const expected = carried.has(key) ? 1 : 0;
    return uses === expected ? [] : [finding(`${uses} uses instead of ${expected}`, ...key.split(":"))];
  });
};

const PLACING: readonly string[] = ["redeemed", "reversed"];

const pointsAndCredit: Check = (facts) => {
  const { loyalty, credits } = facts.books;
  const points = unitsBy(
    // What refunds give back, also after a cancellation, is compared with them: the order was paid with all of its points.
    loyalty.filter(({ type, reference = "" }) => PLACING.includes(type) && !reference.startsWith("refund:")),
    ({ orderId }) => orderId ?? "",
    ({ type, points: moved }) => (type === "redeemed" ? moved : -moved),
  );
  const pointsUsed = new Map(facts.orders.map((order) => [order._id.toHexString(), order.loyaltyPoints]));
  const credit = unitsBy(
    credits.filter(({ type, reference }) => reference && (type === "deducted" || type === "issued")),
    ({ reference = "" }) => reference.split(":")[0] ?? "",
    ({ type, amount }) => Math.round(amount * 100) * (type === "deducted" ? 1 : -1),
  );
  const creditUsed = new Map(facts.orders.map((order) => [order._id.toHexString(), order.storeCreditAmount]));
  return [
    ...differences("points", points, pointsUsed),
    ...differences("paise of store credit", credit, onlyOrders(facts, creditUsed, credit)),
  ];
};

/** Credit is also issued by hand, under references that are no order's: those are left out. */
function onlyOrders(
  facts: Facts,
  used: Map<string, number>,
  booked: Map<string, number>,
): Map<string, number> {
  const ids = new Set([...facts.orders, ...facts.checkouts].map(({ _id }) => _id.toHexString()));
  const others = [...booked].filter(([reference]) => !ids.has(reference));
  return new Map([...used, ...others]);
}

function differences(what: string, taken: Map<string, number>, used: Map<string, number>): Finding[] {
  return [...new Set([...taken.keys(), ...used.keys()])]
    .filter((orderId) => (taken.get(orderId) ?? 0) !== (used.get(orderId) ?? 0))
    .map((orderId) =>
      finding(`${taken.get(orderId) ?? 0} ${what} taken, ${used.get(orderId) ?? 0} used`, orderId),
    );
}

export const neighbourChecks = { stock, reservations, couponUses, pointsAndCredit };
