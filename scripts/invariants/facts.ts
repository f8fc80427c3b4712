import type mongoose from "mongoose";
import type {
  CartDoc,
  CheckoutSessionDoc,
  CounterDoc,
  IdempotencyRecordDoc,
  InvoiceDoc,
  InvoiceRequestDoc,
  JobRunDoc,
  OrderDoc,
  OrderItemDoc,
  OrderStatusHistoryDoc,
  OutboxMessageDoc,
  PaymentDoc,
  RefundDoc,
  ReturnDoc,
  ShipmentDoc,
  WebhookEventDoc,
} from "../../models/index.js";
import type { CreditEntry, LoyaltyEntry } from "../sandbox/engagement/balances.js";
import type { Notification } from "../sandbox/engagement/outbox.js";
import type { Imbalance, LedgerDoc } from "../sandbox/inventory/ledger.js";
import type { UsageEntry } from "../sandbox/pricing/usages.js";
import type { GatewayLedger } from "../sandbox/razorpay/ledger.js";
import type { EventRecord } from "../sandbox/razorpay/webhook-types.js";

interface HeldReservation {
  reservationId: string;
  cartId: string;
  variantId: string;
}

/** What the neighbours recorded themselves, independently of the service: the other side of each account. */
export interface Books {
  /** Paise. */
  gateway: GatewayLedger;
  gatewayEvents: readonly Pick<EventRecord, "id" | "event" | "acknowledgedBy">[];
  inventory: {
    entries: readonly LedgerDoc[];
    /** Variants whose own numbers do not add up. */
    imbalances: readonly Imbalance[];
    activeReservations: readonly HeldReservation[];
  };
  couponUsages: readonly UsageEntry[];
  /** Points. */
  loyalty: readonly LoyaltyEntry[];
  /** Rupees. */
  credits: readonly CreditEntry[];
  notifications: readonly Notification[];
}

/** For checks of the database alone. */
export const NO_BOOKS: Books = {
  gateway: { captures: [], refunds: [], refundOutcomes: [], deductions: [] },
  gatewayEvents: [],
  inventory: { entries: [], imbalances: [], activeReservations: [] },
  couponUsages: [],
  loyalty: [],
  credits: [],
  notifications: [],
};

type Maybe<T> = T | Promise<T>;

/** Where the books are kept: the controls of a sandbox, in this process or behind its control server. */
export interface BookKeepers {
  razorpay: { ledger(): Maybe<GatewayLedger>; events(): Maybe<EventRecord[]> };
  inventory: {
    ledger(): Maybe<LedgerDoc[]>;
    imbalances(): Maybe<Imbalance[]>;
    activeReservations(): Maybe<HeldReservation[]>;
  };
  pricing: { ledger(): Maybe<UsageEntry[]> };
  engagement: {
    loyaltyLedger(): Maybe<LoyaltyEntry[]>;
    creditLedger(): Maybe<CreditEntry[]>;
    notifications(): Maybe<Notification[]>;
  };
}

export async function readBooks({ razorpay, inventory, pricing, engagement }: BookKeepers): Promise<Books> {
  return {
    gateway: await razorpay.ledger(),
    gatewayEvents: await razorpay.events(),
    inventory: {
      entries: await inventory.ledger(),
      imbalances: await inventory.imbalances(),
      activeReservations: await inventory.activeReservations(),
    },
    couponUsages: await pricing.ledger(),
    loyalty: await engagement.loyaltyLedger(),
    credits: await engagement.creditLedger(),
    notifications: await engagement.notifications(),
  };
}

/** The account number of a refund's bank account; null when it cannot be decrypted. */
type ReadAccountNumber = (refund: RefundDoc) => string | null;

/**
 * @param keys `ENCRYPTION_KEY` of the service; default: that of this process. What decrypts reads the configuration, which a
 * test sets before it starts the service; so it is loaded now.
 */
export async function accountReader(keys: string | undefined): Promise<ReadAccountNumber> {
  const { accountContextOf } = await import("../../services/aggregates/refund/bank-account.js");
  const { createTextCipher } = await import("../../utils/encryption.js");
  const { config } = await import("../../config/env.config.js");
  const cipher = createTextCipher(keys?.split(",") ?? config.encryptionKeys);
  return (refund) => {
    if (!refund.bankAccount) return null;
    try {
      return cipher.decrypt(refund.bankAccount.accountNumber, accountContextOf(refund));
    } catch {
      return null;
    }
  };
}

type StoredEvent = Omit<WebhookEventDoc, "payload">;
type StoredRun = Omit<JobRunDoc, "result">;

/** Everything the checks read, loaded once. */
export interface Facts {
  at: Date;
  /** A capture younger than this may still be without order and refund. */
  captureGraceMs: number;
  carts: CartDoc[];
  checkouts: CheckoutSessionDoc[];
  orders: OrderDoc[];
  orderItems: OrderItemDoc[];
  histories: OrderStatusHistoryDoc[];
  payments: PaymentDoc[];
  refunds: RefundDoc[];
  returns: ReturnDoc[];
  shipments: ShipmentDoc[];
  invoices: InvoiceDoc[];
  invoiceRequests: InvoiceRequestDoc[];
  counters: CounterDoc[];
  webhookEvents: StoredEvent[];
  outbox: OutboxMessageDoc[];
  idempotencyRecords: IdempotencyRecordDoc[];
  jobRuns: StoredRun[];
  books: Books;
  accountNumberOf: ReadAccountNumber;
}

/** Reads one snapshot of the database, so that a write in flight cannot look half done. */
export async function readFacts(
  db: mongoose.mongo.Db,
  given: Pick<Facts, "books" | "captureGraceMs" | "accountNumberOf">,
): Promise<Facts> {
  const session = db.client.startSession({ snapshot: true });
  // Named with each read: the level of a connection string would take its place, and then each read has its own moment.
  const readConcern = { level: "snapshot" } as const;
  const all = async <T extends mongoose.mongo.Document>(
    name: string,
    leaveOut: string[] = [],
  ): Promise<T[]> =>
    db
      .collection(name)
      .find<T>(
        {},
        { session, readConcern, projection: Object.fromEntries(leaveOut.map((field) => [field, 0])) },
      )
      .toArray();
  try {
    return {
      ...given,
      at: new Date(),
      carts: await all<CartDoc>("carts"),
      checkouts: await all<CheckoutSessionDoc>("checkoutSessions"),
      orders: await all<OrderDoc>("orders"),
      orderItems: await all<OrderItemDoc>("orderItems"),
      histories: await all<OrderStatusHistoryDoc>("orderStatusHistories"),
      payments: await all<PaymentDoc>("payments", ["gatewayResponse"]),
      refunds: await all<RefundDoc>("refunds"),
      returns: await all<ReturnDoc>("returns"),
      shipments: await all<ShipmentDoc>("shipments"),
      invoices: await all<InvoiceDoc>("invoices"),
      invoiceRequests: await all<InvoiceRequestDoc>("invoiceRequests"),
      counters: await all<CounterDoc>("counters"),
      webhookEvents: await all<StoredEvent>("webhookEvents", ["payload"]),
      outbox: await all<OutboxMessageDoc>("outboxMessages"),
      idempotencyRecords: await all<IdempotencyRecordDoc>("idempotencyRecords", ["answer"]),
      jobRuns: await all<StoredRun>("jobRuns", ["result"]),
    };
  } finally {
    await session.endSession();
  }
}

export const isCashPayment = ({ gateway }: Pick<PaymentDoc, "gateway">): boolean => gateway !== "razorpay";

/** What the gateway has returned of a capture, in paise: its processed refunds, and what lost disputes took back. */
export const returnedAtGateway = (facts: Facts, gatewayPaymentId: string | null): number =>
  [
    ...processedRefundsOf(facts, gatewayPaymentId),
    ...facts.books.gateway.deductions.filter(({ paymentId }) => paymentId === gatewayPaymentId),
  ].reduce((sum, { amount }) => sum + amount, 0);

/** The gateway's processed refunds of captured money. */
const processedRefundsOf = (facts: Facts, gatewayPaymentId: string | null) =>
  facts.books.gateway.refunds.filter(
    (row) => row.ofCapture && row.status === "processed" && row.paymentId === gatewayPaymentId,
  );
