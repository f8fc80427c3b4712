import type { CheckoutSessionDoc, OrderDoc } from "../../models/index.js";
import { LIVE_CHECKOUT_STATUSES } from "../../utils/constants.js";
import type { CreditEntry, LoyaltyEntry } from "../sandbox/engagement/balances.js";
import { isSamePerson, type UsageEntry } from "../sandbox/pricing/usages.js";
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

/** The uses one after the other, each against the limits that the coupon had then. */
const couponLimits: Check = ({ books }) =>
  [...groupBy(books.couponUsages, ({ code }) => code)].flatMap(([code, entries]) => {
    const inUse = new Map<string, UsageEntry>();
    const tooMany: Finding[] = [];
    for (const entry of entries) {
      const { type, orderId, usageLimit = Infinity, perUserLimit = Infinity } = entry;
      if (type === "reversed") inUse.delete(orderId);
      if (type !== "recorded") continue;
      inUse.set(orderId, entry);
      const own = [...inUse.values()].filter((other) => other === entry || isSamePerson(other, entry));
      if (inUse.size > usageLimit) tooMany.push(finding(`use ${inUse.size} of ${usageLimit}`, code, orderId));
      if (own.length > perUserLimit)
        tooMany.push(finding(`use ${own.length} of ${perUserLimit} by one person`, code, orderId));
    }
    return tooMany;
  });

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
    ...overdrawn("points", loyalty, ({ points: moved }) => moved),
    ...overdrawn("paise of store credit", credits, ({ amount }) => Math.round(amount * 100)),
  ];
};

type BookEntry = LoyaltyEntry | CreditEntry;

const TAKING: readonly BookEntry["type"][] = ["redeemed", "deducted"];
const GIVING: readonly BookEntry["type"][] = ["earned", "reversed", "issued"];

/** Each customer's balance after each entry, which is never below zero. */
function overdrawn<E extends BookEntry>(
  what: string,
  entries: readonly E[],
  amountOf: (entry: E) => number,
): Finding[] {
  return [...groupBy(entries, ({ userId }) => userId)].flatMap(([userId, own]) => {
    let balance = 0;
    return own.flatMap((entry) => {
      if (entry.type === "opening") balance = amountOf(entry);
      if (TAKING.includes(entry.type)) balance -= amountOf(entry);
      if (GIVING.includes(entry.type)) balance += amountOf(entry);
      return balance < 0 ? [finding(`the balance is ${balance} ${what}`, userId)] : [];
    });
  });
}

const pointsEarned: Check = ({ books, orders, outbox }) => {
  const earned = books.loyalty.filter(({ type }) => type === "earned");
  const twice = duplicatesOf(earned, ({ orderId }) => orderId).map(([orderId, rows]) =>
    finding(`points were earned ${rows.length} times`, orderId),
  );
  const ordersById = new Map(orders.map((order) => [order._id.toHexString(), order]));
  const unearned = earned.flatMap(({ orderId = "", userId }) => {
    const order = ordersById.get(orderId);
    if (order?.deliveredAt && order.userId === userId) return [];
    return [finding(`points were earned by ${userId} for no delivered order of theirs`, orderId)];
  });
  const rewarded = new Set(earned.map(({ orderId }) => orderId));
  const waiting = new Set(
    outbox.filter(({ state }) => state === "pending").map(({ payload }) => payload.orderId),
  );
  const missing = orders
    .filter((order) => isToBeRewarded(order) && !rewarded.has(order._id.toHexString()))
    .filter(({ _id }) => !waiting.has(_id.toHexString()))
    .map(({ _id, orderNumber }) => finding("it was delivered and earned no points", _id, orderNumber));
  return [...twice, ...unearned, ...missing];
};

/**
 * One that was refunded in part may have been refunded in full when it was delivered, and one with a guest's id may have
 * been a guest's then.
 */
const isToBeRewarded = ({ userId, sessionId, deliveredAt, paymentStatus, ...amounts }: OrderDoc): boolean =>
  userId !== undefined &&
  sessionId === undefined &&
  deliveredAt !== null &&
  paymentStatus === "paid" &&
  amounts.refundedAmount + amounts.refundReserved === 0 &&
  amounts.paidAmount > amounts.loyaltyDiscount;

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

export const neighbourChecks = {
  stock,
  reservations,
  couponUses,
  couponLimits,
  pointsAndCredit,
  pointsEarned,
};
