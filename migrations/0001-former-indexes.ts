import { dropIndexes, type IndexChoice, type Migration } from "./migration.js";

const named = (collection: string, names: readonly string[]): IndexChoice[] =>
  names.map((name) => ({ collection, name }));

/** Renamed, replaced, or not needed any more: each would slow down every write, and some would refuse new documents. */
const FORMER: readonly IndexChoice[] = [
  ...named("auditLogs", ["requestId_1", "resourceType_1_resourceId_1_at_-1"]),
  ...named("carts", [
    ...["one_active_cart_a_user", "one_active_cart_a_session", "to_be_tallied", "createdAt_-1"],
    ...[
      "userId_1_updatedAt_-1",
      "sessionId_1_updatedAt_-1",
      "status_1_updatedAt_1",
      "status_1_abandonedAt_-1",
    ],
  ]),
  ...named("checkoutSessions", ["one_live_session_a_cart", "to_be_tallied", "createdAt_-1"]),
  ...named("invoiceRequests", ["dueAt_1"]),
  ...named("invoices", [
    ...["one_sale_invoice_an_order", "one_credit_note_a_refund", "issuedAt_-1", "type_1_issuedAt_-1"],
    "issuedAt_-1_type_1_series_1_sequence_1_supplier.gstin_1",
  ]),
  ...named("orders", ["createdAt_-1", "searchKeys_1", "status_1_createdAt_-1", "userId_1_createdAt_-1"]),
  ...named("payments", [
    ...["one_accepted_payment_a_session", "one_record_a_gateway_payment", "createdAt_-1", "dispute.id_1"],
    ...["orderId_1", "status_1_createdAt_-1"],
  ]),
  ...named("webhookEvents", ["eventId_1", "source_1_eventId_1"]),
];

const FILTERED = { status: 1, paymentStatus: 1, fulfillmentStatus: 1, source: 1 } as const;

/** The name was kept when the key changed: MongoDB refuses the new index while the former is there. */
const CHANGED = {
  ordersByKey: { collection: "orders", name: "orders_by_key" },
  paymentsByCreation: { collection: "payments", name: "payments_by_creation" },
  refundsUnderWay: { collection: "refunds", name: "refunds_under_way" },
} as const satisfies Record<string, IndexChoice>;

const FORMER_KEYS: readonly IndexChoice[] = [
  { ...CHANGED.ordersByKey, key: { searchKeys: 1, createdAt: -1, ...FILTERED } },
  { ...CHANGED.paymentsByCreation, key: { createdAt: -1 } },
  { ...CHANGED.refundsUnderWay, key: { dueAt: 1 } },
];

/** The previous version has the same rule under another name, and MongoDB refuses it while this one is there. */
const IN_ITS_WAY: readonly IndexChoice[] = [
  ...named("carts", ["one_active_cart_per_user", "one_active_cart_per_guest"]),
  ...named("checkoutSessions", ["one_live_session_per_cart"]),
  ...named("payments", ["one_accepted_payment_per_session", "one_record_per_gateway_payment"]),
  ...named("webhookEvents", ["one_row_per_source_and_event"]),
  ...Object.values(CHANGED),
];

export const formerIndexes: Migration = {
  name: "0001-former-indexes",
  description: "The indexes of earlier versions make room for those of this one",
  up: (context) => dropIndexes(context, [...FORMER, ...FORMER_KEYS]),
  down: (context) => dropIndexes(context, IN_ITS_WAY),
};
