import type { Facts } from "./facts.js";

/** Every rule that the check knows, in words: what `npm run check:invariants` and the tests report. */
export const INVARIANTS = {
  gatewayBalance: "What the gateway keeps is what orders were paid with and not refunded",
  paymentAmounts: "A payment never refunds or reserves more than it captured",
  paymentRefunds: "A payment's refunded and reserved amounts are those of its refunds",
  refundedAtGateway: "A payment's refunded amount is what the gateway returned",
  orderAmounts: "An order's refunded, reserved and cancelled amounts match their parts, within what was paid",
  orderCaptures: "An order is paid with what the gateway captured, credit and points",
  paymentStatus: "An order's payment status matches its amounts",
  noOrphanMoney: "Every capture has an order or was refunded in full",
  oneAcceptedPayment: "A gateway payment has one record, and a session one accepted payment",
  othersRefunded: "A capture that was not accepted was refunded in full",
  refundsMatch:
    "Each refund was sent to the gateway at most once, and every gateway refund has a record here",
  refundApprovals:
    "A refund waits for approval only when a person asked for it, and none of a person's is made without one",
  refundSources: "No source of an order's money gives back more than it received",
  refundUnits: "A line never gives back more units or money than it has, and counts the refunded units",
  refundCredit: "Store credit and points are given back once for each refund, to its customer",
  bankTransfers: "A completed bank transfer has its own UTR, and account numbers are encrypted",
  returnUnits: "A delivered unit is in one return at most, and is returned once it has passed",
  returnInspections: "A return has a number from its approval on, and completes or fails by its inspection",
  returnRefunds: "A completed return gave back what passed less its deductions, in one set of refunds",
  restocks: "What of a completed return can be sold again went back to stock, once",
  totals: "An order's amounts are whole paise, and its totals and taxes add up",
  oneOrderPerSession: "A session becomes at most one order, which has the session's id",
  oneActiveCart: "An owner has one active cart, and a cart has one live session",
  completeOrders:
    "Every order has lines and a first history row of each status, and every line has its order",
  soldAsFrozen: "An order's lines and totals are those that were frozen with the payment method",
  nothingLeftBehind: "No session, claim or order stays half done",
  numbers: "Order, refund and return numbers are unique, well formed and not above their counter",
  lineUnits: "A unit is cancelled or in a parcel, never both, and arrives or comes back at most once",
  parcelUnits:
    "The units in parcels are the units that their lines count as allocated, shipped and delivered",
  parcelCash: "The parcels of a COD order collect what is due, each its part",
  derivedStatuses: "The statuses of orders, lines and sellers' parts are those that the units prove",
  histories: "Every status has an unbroken history of legal moves",
  stock: "The units sold are the units ordered, less those that returns put back to stock",
  reservations: "Stock is reserved only for carts in use, and each reservation ends at most once",
  couponUses: "Each coupon use belongs to an order that carries it or to a session that is being paid",
  couponLimits: "No coupon is used more often than its limits allow, in total and by one person",
  pointsAndCredit: "The points and credit taken are those that orders used, and no balance was negative",
  pointsEarned: "An order earns points once, after its delivery, for its customer",
  outbox: "Every outbox message is unique and delivered in time",
  oneMessage: "Nobody is told the same thing twice",
  webhookEvents: "Every acknowledged webhook event is stored once, and applied or flagged with a reason",
  idempotencyRecords: "Each idempotency key has one record, and none stays in progress past its lease",
  documentNumbers: "Each series of invoices and credit notes is numbered 1 to n, in the order of its dates",
  sealedDocuments: "No invoice or credit note was changed after it was issued",
  documentSums: "The totals and the tax summary of a document are the sums of its lines",
  saleInvoices: "An order has at most one invoice, of its grand total less what was cancelled before",
  creditNotes: "Credit notes never exceed their invoice",
  creditedRefunds:
    "What of an invoiced order was refunded, or will not be paid, has a credit note of its amount",
  jobRuns: "A job runs once for each slot, one run at a time, and only the holder of its lease completes it",
} as const;

export type Invariant = keyof typeof INVARIANTS;

/**
 * Those that hold at every instant, in any snapshot of the database, whatever is in flight. The others need rest: they
 * compare with the neighbours' books, or with work that follows.
 */
export const STANDING_INVARIANTS = [
  "paymentAmounts",
  "paymentRefunds",
  "orderAmounts",
  "paymentStatus",
  "oneAcceptedPayment",
  "refundApprovals",
  "refundSources",
  "refundUnits",
  "returnUnits",
  "returnInspections",
  "totals",
  "oneOrderPerSession",
  "oneActiveCart",
  "completeOrders",
  "soldAsFrozen",
  "numbers",
  "lineUnits",
  "parcelUnits",
  "derivedStatuses",
  "histories",
  "documentNumbers",
  "sealedDocuments",
  "documentSums",
  "saleInvoices",
  "creditNotes",
  "jobRuns",
] as const satisfies readonly Invariant[];

/** One place where the data breaks an invariant. */
export interface Finding {
  problem: string;
  /** What to look at: document ids, gateway ids, numbers. */
  ids: string[];
}

export interface Violation extends Finding {
  /** The broken rule in words, from `INVARIANTS`. */
  invariant: string;
}

/** Tests one invariant against everything that was read. */
export type Check = (facts: Facts) => Finding[];

export const finding = (problem: string, ...ids: readonly unknown[]): Finding => ({
  problem,
  ids: ids.map(String),
});

/** A violation as one line for people. */
export const toLine = ({ invariant, problem, ids }: Violation): string =>
  `${invariant}: ${problem} (${ids.join(", ")})`;

/** Groups in the order of their first row. */
export function groupBy<T>(rows: readonly T[], keyOf: (row: T) => unknown): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = String(keyOf(row));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

export const sumOf = <T>(rows: readonly T[], amountOf: (row: T) => number): number =>
  rows.reduce((sum, row) => sum + amountOf(row), 0);

/** The groups of rows that share a key. */
export const duplicatesOf = <T>(rows: readonly T[], keyOf: (row: T) => unknown): [string, T[]][] =>
  [...groupBy(rows, keyOf)].filter(([, group]) => group.length > 1);
