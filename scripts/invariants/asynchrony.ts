import { type Check, duplicatesOf, violation } from "./violation.js";

/** What follows later: messages, events, stored answers. */

const OVERDUE_MS = 10 * 60_000;
/** The recovery job comes every 20 s. */
const FOUND_WITHIN_MS = 60_000;

/** I29: nothing that is owed is overdue, and what was delivered reached its receiver, once. */
const outbox: Check = ({ at, outbox: messages, orders, books }) => {
  const overdue = messages
    .filter(({ state, dueAt }) => state === "pending" && at.getTime() - dueAt.getTime() > OVERDUE_MS)
    .map(({ _id, type, lastError }) => violation("I29", `overdue ${type}: ${lastError ?? ""}`, _id));
  const twice = duplicatesOf(messages, ({ dedupeKey }) => dedupeKey).map(([key]) =>
    violation("I29", "owed twice", key),
  );
  const delivered = new Set(
    messages
      .filter(({ type, state }) => type === "order.placed" && state === "delivered")
      .map(({ payload }) => String(payload.orderId)),
  );
  const confirmed = new Set(books.notifications.map(({ dedupeKey }) => dedupeKey));
  const untold = [...delivered]
    .filter((orderId) => !confirmed.has(`order_confirmed:${orderId}`))
    .map((orderId) => violation("I29", "delivered, but nobody was told", orderId));
  const owed = new Set(messages.map(({ dedupeKey }) => dedupeKey));
  const unowed = orders
    .filter(
      ({ _id, checkoutSessionId }) => checkoutSessionId && !owed.has(`order.placed:${_id.toHexString()}`),
    )
    .map(({ _id }) => violation("I29", "an order that owes nothing to anybody", _id));
  return [...overdue, ...twice, ...untold, ...unowed];
};

/** I30: an acknowledged event is stored once, and was applied or is flagged with a reason. */
const webhooks: Check = ({ at, webhookEvents, books }) => {
  const twice = duplicatesOf(webhookEvents, ({ source, eventId }) => `${source}:${eventId}`).map(
    ([eventId]) => violation("I30", "stored twice", eventId),
  );
  const stored = new Set(webhookEvents.map(({ eventId }) => eventId));
  const lost = books.gatewayEvents
    .filter(({ id, acknowledgedBy }) => acknowledgedBy.length > 0 && !stored.has(id))
    .map(({ id, event }) => violation("I30", `${event} was acknowledged and is not stored`, id));
  const waiting = webhookEvents
    .filter(
      ({ state, receivedAt }) => state === "received" && at.getTime() - receivedAt.getTime() > OVERDUE_MS,
    )
    .map(({ eventId, lastError }) => violation("I30", `still not applied: ${lastError ?? ""}`, eventId));
  const unexplained = webhookEvents
    .filter(({ state, reason }) => state === "flagged" && !reason)
    .map(({ eventId }) => violation("I30", "flagged without a reason", eventId));
  return [...twice, ...lost, ...waiting, ...unexplained];
};

/** I31: one record a key, and none that its holder has left. */
const idempotency: Check = ({ at, idempotencyRecords }) => {
  const keyOf = (record: (typeof idempotencyRecords)[number]) =>
    JSON.stringify([record.principal, record.method, record.path, record.key]);
  const twice = duplicatesOf(idempotencyRecords, keyOf).map(([key]) =>
    violation("I31", "two records of a key", key),
  );
  const left = idempotencyRecords
    .filter(
      ({ state, leaseUntil }) =>
        state === "in_progress" && at.getTime() - leaseUntil.getTime() > FOUND_WITHIN_MS,
    )
    .map(({ _id, path, key }) => violation("I31", `in progress past its lease: ${path}`, _id, key));
  return [...twice, ...left];
};

export const asynchronyChecks: readonly Check[] = [outbox, webhooks, idempotency];
