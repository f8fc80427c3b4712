/**
 * What the page reads of the API's answers; they have more. The views of the service are compared with these types by
 * `tests/types/operators-page.ts`, so that this folder can be compiled without the service.
 */

interface List<Item> {
  items: Item[];
  pagination: { total: number };
}

export interface Summary {
  at: string;
  moneyWithoutOrder: {
    count: number;
    amount: number;
    oldestAt: string | null;
    overdueCount: number;
    overdueAmount: number;
  };
  outbox: { pending: number; dead: number; lagSeconds: number };
  waiting: {
    payments: number;
    refunds: number;
    refundsToApprove: number;
    returnsToDecide: number;
    webhooks: number;
  };
}

export interface Health {
  status: "ok" | "degraded" | "down";
  database: { status: "up" | "down"; latencyMs: number | null };
  upstreams: Record<string, { status: string; breaker: string; latencyMs: number | null }>;
  version: string;
  /** Seconds. */
  uptime: number;
}

export interface JobRun {
  state: string;
  startedAt: string;
  finishedAt: string | null;
  /** Counts by name. */
  result: unknown;
  error: string | null;
}

export interface Job {
  name: string;
  description: string;
  schedule: string;
  /** Newest first. */
  lastRuns: JobRun[];
}

export interface Jobs {
  items: Job[];
}

export interface Message {
  id: string;
  type: string;
  dedupeKey: string;
  state: string;
  attempts: number;
  lastError: string | null;
  createdAt: string;
}

export type Messages = List<Message>;

interface FunnelCounts {
  /** From the first step to the order. */
  steps: { status: string; count: number }[];
  conversionRate: number;
}

/** By day, oldest first; in every analysis. */
type Series<Counts> = (Counts & { period: string })[];

export interface Funnel extends FunnelCounts {
  series: Series<FunnelCounts>;
}

interface OrderCounts {
  orders: number;
  cancelled: number;
  revenue: number;
  averageOrderValue: number;
  cancellationRate: number;
}

export interface OrderAnalysis extends OrderCounts {
  series: Series<OrderCounts>;
}

interface PaymentCounts {
  succeeded: number;
  failed: number;
  open: number;
  successRate: number;
  revenue: number;
}

export interface PaymentAnalysis extends PaymentCounts {
  byMethod: (PaymentCounts & { method: string | null })[];
  series: Series<PaymentCounts>;
}

interface RefundSum {
  refunds: number;
  amount: number;
}

export interface RefundAnalysis extends RefundSum {
  series: Series<RefundSum & { withoutOrder: RefundSum }>;
}

interface Break {
  class: string;
  count: number;
  repaired: number;
  amountLeft: number;
}

export interface Report {
  id: string;
  state: string;
  dateFrom: string;
  dateTo: string;
  startedAt: string;
  progress: { done: number; total: number };
  payments: { compared: number };
  refunds: { compared: number };
  breaks: Break[];
  amountLeft: number;
  error: string | null;
}

export type Reports = List<Report>;

export interface BreakItem {
  id: string;
  class: string;
  gatewayId: string;
  orderNumber: string | null;
  localStatus: string | null;
  gatewayStatus: string | null;
  amountAtRisk: number;
  note: string | null;
}

export interface ReportDetail {
  breaks: List<BreakItem>;
}

export interface FoundOrder {
  id: string;
  orderNumber: string;
  status: string;
  placedAt: string;
  customerName: string | null;
  email: string;
  totals: { grandTotal: number };
}

export type FoundOrders = List<FoundOrder>;

/** A change of a status, in the history of an order, a payment, a refund or a return. */
export interface StatusChange {
  from: string | null;
  to: string;
  at: string;
  note: string | null;
  changedByType?: string;
  changedById?: string | null;
}

export interface Order extends FoundOrder {
  paymentStatus: string;
  fulfillmentStatus: string;
  phone: string;
  source: string;
  paidAmount: number;
  refundedAmount: number;
  invoiceNumber: string | null;
  cancellationReason?: string;
  items: {
    name: string;
    sku: string;
    quantity: number;
    quantityFulfilled: number;
    quantityCancelled: number;
    quantityReturned: number;
    lineTotal: number;
  }[];
  shipments: {
    carrier: string | null;
    trackingNumber: string | null;
    status: string;
    items: { quantity: number }[];
  }[];
  payments: {
    method: string | null;
    gateway: string;
    gatewayPaymentId: string | null;
    status: string;
    amount: number;
    refundedAmount: number;
    errorMessage?: string;
    statusHistory: StatusChange[];
  }[];
  refunds: {
    refundNumber: string;
    reason: string;
    systemReason?: string;
    status: string;
    failureReason?: string;
    amount: number;
    destination: string;
    timeline: StatusChange[];
  }[];
  statusHistory: (StatusChange & { type: string })[];
  internalNotes: { note: string; at: string; by: string; byName: string | null }[];
  /** `after` has the fields that were changed. */
  edits: { at: string; by: string; after: unknown }[];
}

export type Returns = List<{
  returnNumber?: string;
  status: string;
  reason: string;
  items: { quantity: number }[];
  timeline: StatusChange[];
}>;
