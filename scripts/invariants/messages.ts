import type { Notification } from "../sandbox/engagement/outbox.js";
import { type Check, duplicatesOf, finding } from "./invariants.js";

/** What follows later: outbox messages, webhook events, stored answers. */

const OVERDUE_MS = 10 * 60_000;
/** Three runs of the recovery job, which runs every 20 s. */
const RECOVERED_WITHIN_MS = 60_000;

/** Nothing is overdue, a delivered confirmation reached its customer, and every order enqueued one. */
const outbox: Check = ({ at, outbox: messages, orders, books }) => {
  const overdue = messages
    .filter(({ state, dueAt }) => state === "pending" && at.getTime() - dueAt.getTime() > OVERDUE_MS)
    .map(({ _id, type, lastError }) => finding(`overdue ${type}: ${lastError ?? ""}`, _id));
  const duplicates = duplicatesOf(messages, ({ dedupeKey }) => dedupeKey).map(([key]) =>
    finding("the dedupe key is stored twice", key),
  );
  const delivered = new Set(
    messages
      .filter(({ type, state }) => type === "order.placed" && state === "delivered")
      .map(({ payload }) => String(payload.orderId)),
  );
  const confirmed = new Set(books.notifications.map(({ dedupeKey }) => dedupeKey));
  const waiting = new Set(
    orders
      .filter(({ status }) => status === "pending" || status === "cancelled")
      .map(({ _id }) => _id.toHexString()),
  );
  const unconfirmed = [...delivered]
    .filter((orderId) => !waiting.has(orderId) && !confirmed.has(`order_confirmed:${orderId}`))
    .map((orderId) => finding("order.placed was delivered, but no confirmation was sent", orderId));
  const enqueued = new Set(messages.map(({ dedupeKey }) => dedupeKey));
  const withoutMessage = orders
    .filter(
      ({ _id, checkoutSessionId }) => checkoutSessionId && !enqueued.has(`order.placed:${_id.toHexString()}`),
    )
    .map(({ _id }) => finding("the order has no order.placed message", _id));
  return [...overdue, ...duplicates, ...unconfirmed, ...withoutMessage];
};

const byOrder = ({ data }: Notification) => data.orderNumber;
const byRefund = ({ data }: Notification) => data.refundNumber;
const byReturn = ({ data }: Notification) => data.returnNumber;

/** What each message that is sent once is about. */
const TOLD_ONCE: Readonly<Partial<Record<Notification["template"], (message: Notification) => unknown>>> = {
  order_confirmed: byOrder,
  seller_new_order: ({ data, to }) => `${data.orderNumber} ${to.userId}`,
  refund_requested_admin: byRefund,
  refund_approved: byRefund,
  refund_rejected: byRefund,
  refund_completed: byRefund,
  payment_refunded_late: byRefund,
  return_approved: byReturn,
  return_received: byReturn,
  return_inspection_failed: byReturn,
};

/** The receiver sends one message for each key: what has two keys is told twice. */
const oneMessage: Check = ({ books }) => {
  const told = books.notifications.flatMap((message) => {
    const subject = TOLD_ONCE[message.template]?.(message);
    return subject === undefined ? [] : [{ ...message, subject: `${message.template} ${subject}` }];
  });
  return duplicatesOf(told, ({ subject }) => subject).map(([subject, messages]) =>
    finding(`sent ${messages.length} times: ${subject}`, ...messages.map(({ dedupeKey }) => dedupeKey)),
  );
};

const webhookEvents: Check = ({ at, webhookEvents: events, books }) => {
  const twice = duplicatesOf(events, ({ source, eventId }) => `${source}:${eventId}`).map(([eventId]) =>
    finding("the event is stored twice", eventId),
  );
  const stored = new Set(events.map(({ eventId }) => eventId));
  const lost = books.gatewayEvents
    .filter(({ id, acknowledgedBy }) => acknowledgedBy.length > 0 && !stored.has(id))
    .map(({ id, event }) => finding(`${event} was acknowledged but is not stored`, id));
  const waiting = events
    .filter(
      ({ state, receivedAt }) => state === "received" && at.getTime() - receivedAt.getTime() > OVERDUE_MS,
    )
    .map(({ eventId, lastError }) => finding(`not applied yet: ${lastError ?? ""}`, eventId));
  const unexplained = events
    .filter(({ state, reason }) => state === "flagged" && !reason)
    .map(({ eventId }) => finding("flagged without a reason", eventId));
  return [...twice, ...lost, ...waiting, ...unexplained];
};

const idempotencyRecords: Check = ({ at, idempotencyRecords: records }) => {
  const keyOf = (record: (typeof records)[number]) =>
    JSON.stringify([record.principal, record.method, record.path, record.key]);
  const twice = duplicatesOf(records, keyOf).map(([key]) => finding("the key has several records", key));
  const stale = records
    .filter(
      ({ state, leaseUntil }) =>
        state === "in_progress" && at.getTime() - leaseUntil.getTime() > RECOVERED_WITHIN_MS,
    )
    .map(({ _id, path, key }) => finding(`in progress past its lease: ${path}`, _id, key));
  return [...twice, ...stale];
};

export const messageChecks = { outbox, oneMessage, webhookEvents, idempotencyRecords };
