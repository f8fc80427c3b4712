import type { OrderStatusHistoryDoc, StatusEntry } from "../../models/index.js";
import type {
  FulfillmentStatus,
  OrderStatus,
  PaymentGatewayStatus,
  PaymentStatus,
  StatusType,
} from "../../utils/constants.js";

/** How far an order has come, by its age. */
export interface Story {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  fulfillmentStatus: FulfillmentStatus;
  /** Of the payment record. */
  payment: PaymentGatewayStatus;
  at: Record<"placed" | "processing" | "shipped" | "delivered" | "cancelled", Date>;
}

const DAY_MS = 86_400_000;
/** Days from placing to each stage. */
const PROCESSING_AFTER = 0.5;
const SHIPPED_AFTER = 1.5;
const DELIVERED_AFTER = 5;
/** One in so many orders to be paid on delivery is cancelled before it leaves. */
const CANCELLED_EVERY = 12;

const after = (from: Date, days: number): Date => new Date(from.getTime() + days * DAY_MS);

function statusAt(placed: Date, until: Date, isCancelled: boolean): OrderStatus {
  const days = (until.getTime() - placed.getTime()) / DAY_MS;
  if (isCancelled && days >= PROCESSING_AFTER) return "cancelled";
  if (days >= DELIVERED_AFTER) return "delivered";
  if (days >= SHIPPED_AFTER) return "shipped";
  return days >= PROCESSING_AFTER ? "processing" : "confirmed";
}

/** What has become of an order by `until`. */
export function tellStory(order: { number: number; placed: Date; until: Date; isCod: boolean }): Story {
  const { placed, until, isCod, number } = order;
  const status = statusAt(placed, until, isCod && number % CANCELLED_EVERY === 1);
  const isPaid = !isCod || status === "delivered";
  const isOut = status === "shipped" || status === "delivered";
  return {
    status,
    paymentStatus: status === "cancelled" ? "failed" : isPaid ? "paid" : "pending",
    fulfillmentStatus: isOut ? "fulfilled" : "unfulfilled",
    payment: status === "cancelled" ? "failed" : isPaid ? "captured" : "pending",
    at: {
      placed,
      processing: after(placed, PROCESSING_AFTER),
      shipped: after(placed, SHIPPED_AFTER),
      delivered: after(placed, DELIVERED_AFTER),
      cancelled: after(placed, PROCESSING_AFTER),
    },
  };
}

type Move = [statusType: StatusType, from: string | null, to: string, at: Date];
export type HistoryRow = Omit<OrderStatusHistoryDoc, "_id" | "orderId">;

/** Every move of the order's three statuses, in order: chains without a gap (I19). */
export function historyOf(story: Story, isCod: boolean): HistoryRow[] {
  return movesOf(story, isCod).map(([statusType, fromStatus, toStatus, createdAt]) => ({
    statusType,
    fromStatus,
    toStatus,
    note: null,
    changedByType: "system",
    changedById: null,
    createdAt,
  }));
}

function movesOf({ status, at }: Story, isCod: boolean): Move[] {
  const moves: Move[] = [
    ["order", null, "pending", at.placed],
    ["payment", null, "pending", at.placed],
    ["fulfillment", null, "unfulfilled", at.placed],
    ["order", "pending", "confirmed", at.placed],
  ];
  if (!isCod) moves.push(["payment", "pending", "paid", at.placed]);
  if (status === "confirmed") return moves;
  if (status === "cancelled") {
    moves.push(
      ["order", "confirmed", "cancelled", at.cancelled],
      ["payment", "pending", "failed", at.cancelled],
    );
    return moves;
  }
  moves.push(["order", "confirmed", "processing", at.processing]);
  if (status === "processing") return moves;
  moves.push(["order", "processing", "shipped", at.shipped]);
  moves.push(["fulfillment", "unfulfilled", "fulfilled", at.shipped]);
  if (status === "shipped") return moves;
  moves.push(["order", "shipped", "delivered", at.delivered]);
  if (isCod) moves.push(["payment", "pending", "paid", at.delivered]);
  return moves;
}

/** The payment record's own history. */
export function paymentHistoryOf({ payment, at }: Story, isCod: boolean): StatusEntry[] {
  const first: StatusEntry = {
    from: null,
    to: "pending",
    at: at.placed,
    note: null,
    by: { type: "customer" },
  };
  if (payment === "pending") return [first];
  const then = payment === "failed" ? at.cancelled : isCod ? at.delivered : at.placed;
  return [first, { from: "pending", to: payment, at: then, note: null, by: { type: "system" } }];
}
