import { Types } from "mongoose";
import type { AddressSnapshot } from "../../models/index.js";
import { addressOf, type Basket, nameOf, SEEDED_CUSTOMERS, seededUserId } from "./order-facts.js";
import { type Story, tellStory } from "./order-story.js";

export interface OrderSeed {
  /** From 0: decides everything that is not given. */
  number: number;
  orderNumber: string;
  placed: Date;
  /** Until when its story is told. */
  until: Date;
  basket: Basket;
}

/** What the documents of one order agree on. */
export interface Facts extends OrderSeed {
  story: Story;
  owner: { userId: string } | { sessionId: string };
  email: string;
  address: AddressSnapshot;
  cartId: Types.ObjectId;
  orderId: Types.ObjectId;
  paymentId: Types.ObjectId;
  /** With the number and a part of it; the same at every run. */
  newId(kind: number, part?: number): Types.ObjectId;
}

/** One order in so many is a guest's. */
const GUEST_EVERY = 5;
/** Marks ids as made here. */
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

/** An ObjectId as the driver makes them, with the order's own time in front: indexes grow at their end. */
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

export function factsOf(seed: OrderSeed): Facts {
  const { number, placed, until, basket } = seed;
  const newId = makeIds(number, placed);
  const customer = number % SEEDED_CUSTOMERS;
  const isGuest = number % GUEST_EVERY === 0;
  const name = nameOf(customer);
  return {
    ...seed,
    newId,
    story: tellStory({ number, placed, until, isCod: basket.isCod }),
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
