import type mongoose from "mongoose";
import type {
  CartDoc,
  CartItemDoc,
  CheckoutSessionDoc,
  CounterDoc,
  IdempotencyRecordDoc,
  OrderDoc,
  OrderItemDoc,
  OrderStatusHistoryDoc,
  OutboxMessageDoc,
  PaymentDoc,
  RefundDoc,
  WebhookEventDoc,
} from "../../models/index.js";
import type { Books } from "./books.js";

type Db = mongoose.mongo.Db;
type StoredEvent = Omit<WebhookEventDoc, "payload">;

/** Everything the invariants look at, read once. */
export interface Facts {
  at: Date;
  /** Captures younger than this may still be without order and refund (I6). */
  captureGraceMs: number;
  carts: CartDoc[];
  cartItems: CartItemDoc[];
  checkouts: CheckoutSessionDoc[];
  orders: OrderDoc[];
  orderItems: OrderItemDoc[];
  histories: OrderStatusHistoryDoc[];
  payments: PaymentDoc[];
  refunds: RefundDoc[];
  counters: CounterDoc[];
  webhookEvents: StoredEvent[];
  outbox: OutboxMessageDoc[];
  idempotencyRecords: IdempotencyRecordDoc[];
  books: Books;
}

/** One snapshot of the database, so that what is under way cannot look half done (the invariants "at every instant"). */
export async function readFacts(db: Db, books: Books, captureGraceMs: number): Promise<Facts> {
  const session = db.client.startSession({ snapshot: true });
  const all = async <T extends mongoose.mongo.Document>(
    name: string,
    leaveOut: string[] = [],
  ): Promise<T[]> =>
    db
      .collection(name)
      .find<T>({}, { session, projection: Object.fromEntries(leaveOut.map((field) => [field, 0])) })
      .toArray();
  try {
    return {
      at: new Date(),
      captureGraceMs,
      carts: await all<CartDoc>("carts"),
      cartItems: await all<CartItemDoc>("cartItems"),
      checkouts: await all<CheckoutSessionDoc>("checkoutSessions"),
      orders: await all<OrderDoc>("orders"),
      orderItems: await all<OrderItemDoc>("orderItems"),
      histories: await all<OrderStatusHistoryDoc>("orderStatusHistories"),
      payments: await all<PaymentDoc>("payments", ["gatewayResponse"]),
      refunds: await all<RefundDoc>("refunds"),
      counters: await all<CounterDoc>("counters"),
      webhookEvents: await all<StoredEvent>("webhookEvents", ["payload"]),
      outbox: await all<OutboxMessageDoc>("outboxMessages"),
      idempotencyRecords: await all<IdempotencyRecordDoc>("idempotencyRecords", ["answer"]),
      books,
    };
  } finally {
    await session.endSession();
  }
}

export const isCashPayment = ({ gateway }: Pick<PaymentDoc, "gateway">): boolean => gateway !== "razorpay";

/** The gateway's refunds of captured money that went through. */
export const processedRefundsOf = (facts: Facts, gatewayPaymentId: string | null) =>
  facts.books.gateway.refunds.filter(
    (row) => row.ofCapture && row.status === "processed" && row.paymentId === gatewayPaymentId,
  );
