import { Types } from "mongoose";
import type { AddressSnapshot, OrderStatusHistoryDoc, StatusEntry } from "../../models/index.js";
import type {
  FulfillmentStatus,
  OrderStatus,
  PaymentGatewayStatus,
  PaymentStatus,
  StatusType,
} from "../../utils/constants.js";
import { addressOf, type Basket, customerNameOf, SEEDED_CUSTOMERS, seededUserId } from "./baskets.js";

export interface OrderSeed {
  /** Counts from 0 and determines everything that is not given. */
  number: number;
  orderNumber: string;
  placed: Date;
  /** The time up to which the order has progressed. */
  until: Date;
  basket: Basket;
}

/** The facts that all documents of one order share. */
export interface OrderFacts extends OrderSeed {
  progress: OrderProgress;
  owner: { userId: string } | { sessionId: string };
  email: string;
  address: AddressSnapshot;
  cartId: Types.ObjectId;
  orderId: Types.ObjectId;
  paymentId: Types.ObjectId;
  /** An id from the kind of document and the index of a part. The same in every run. */
  newId(kind: number, part?: number): Types.ObjectId;
}

/** Every fifth order is a guest's. */
const GUEST_EVERY = 5;
/** Marks the ids of seeded documents. */
const MARK = 0x5eed;

export const KINDS = {
  cart: 1,
  cartItem: 2,
  order: 3,
  orderItem: 4,
  history: 5,
  payment: 6,
  shipment: 7,
  message: 8,
  openCart: 9,
  openCartItem: 10,
  openSession: 11,
};

/** Creates ObjectIds that start with the order's own time, as the driver's do, so that indexes grow at their end. */
export function makeIds(number: number, placed: Date) {
  return (kind: number, part = 0): Types.ObjectId => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt32BE(Math.floor(placed.getTime() / 1000), 0);
    bytes.writeUInt16BE(MARK, 4);
    bytes.writeUInt8(kind, 6);
    bytes.writeUInt32BE(number, 7);
    bytes.writeUInt8(part, 11);
    return new Types.ObjectId(bytes);
  };
}

export function factsOf(seed: OrderSeed): OrderFacts {
  const { number, placed, until, basket } = seed;
  const newId = makeIds(number, placed);
  const customer = number % SEEDED_CUSTOMERS;
  const isGuest = number % GUEST_EVERY === 0;
  const name = customerNameOf(customer);
  return {
    ...seed,
    newId,
    progress: progressOf({ number, placed, until, isCod: basket.isCod }),
    owner: isGuest
      ? { sessionId: `seed-guest-${String(number).padStart(12, "0")}` }
      : { userId: seededUserId(customer) },
    email: `${name.toLowerCase().replace(" ", ".")}.${customer}@example.com`,
    address: addressOf(customer, name, basket.city),
    cartId: newId(KINDS.cart),
    orderId: newId(KINDS.order),
    paymentId: newId(KINDS.payment),
  };
}

/** How far an order has progressed at its age. */
export interface OrderProgress {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  fulfillmentStatus: FulfillmentStatus;
  /** The status of the payment record. */
  payment: PaymentGatewayStatus;
  at: Record<"placed" | "processing" | "shipped" | "delivered" | "cancelled", Date>;
}

const DAY_MS = 86_400_000;
/** Days from placing to each stage. */
const PROCESSING_AFTER = 0.5;
const SHIPPED_AFTER = 1.5;
const DELIVERED_AFTER = 5;
/** Every twelfth COD order is cancelled before it is shipped. */
const CANCELLED_EVERY = 12;

const after = (from: Date, days: number): Date => new Date(from.getTime() + days * DAY_MS);

function statusAt(placed: Date, until: Date, isCancelled: boolean): OrderStatus {
  const days = (until.getTime() - placed.getTime()) / DAY_MS;
  if (isCancelled && days >= PROCESSING_AFTER) return "cancelled";
  if (days >= DELIVERED_AFTER) return "delivered";
  if (days >= SHIPPED_AFTER) return "shipped";
  return days >= PROCESSING_AFTER ? "processing" : "confirmed";
}

/** The progress of an order at the time `until`. */
export function progressOf(order: {
  number: number;
  placed: Date;
  until: Date;
  isCod: boolean;
}): OrderProgress {
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

/** Every move of the order's three statuses, in order and without gaps. */
export function historyOf(progress: OrderProgress, isCod: boolean): HistoryRow[] {
  return movesOf(progress, isCod).map(([statusType, fromStatus, toStatus, createdAt]) => ({
    statusType,
    fromStatus,
    toStatus,
    note: null,
    changedByType: "system",
    changedById: null,
    createdAt,
  }));
}

function movesOf({ status, at }: OrderProgress, isCod: boolean): Move[] {
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
export function paymentHistoryOf({ payment, at }: OrderProgress, isCod: boolean): StatusEntry[] {
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
