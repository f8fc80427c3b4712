import { randomUUID } from "node:crypto";
import { type ClientSession, type Types, trusted } from "mongoose";
import {
  CheckoutSession,
  type CheckoutSessionDoc,
  Order,
  type OrderDoc,
  Payment,
  Refund,
  Return,
} from "../../../models/index.js";
import { CHECKOUT_STATUS } from "../../../utils/constants.js";
import { appendHistory } from "../../platform/history.service.js";
import { inTransaction } from "../../platform/transaction.service.js";

/** All documents of a session are assigned together; more sessions would only make the transaction longer. */
const SESSIONS_PER_TRANSACTION = 50;
/** In the past by every clock. */
const EXPIRED = new Date(0);

export interface Assignment {
  userId: string;
  /** The guest id that the customer had before the login. */
  guestId: string;
}

/**
 * Assigns the orders of a guest session to the customer, with their checkout sessions, payments, refunds and
 * returns. The guest id stays on the documents, but no longer gives access: a document with a user belongs to
 * that user only. Repeatable; after a crash, either all documents of a session are assigned or none.
 *
 * The checkout session decides, because an order takes its owner from the session that it is placed from. Ended
 * sessions are assigned also without an order: a late payment may still place one. A live session belongs to a cart
 * of the guest and stays with it.
 */
export async function assignOrders(assignment: Assignment): Promise<void> {
  while ((await inTransaction((tx) => assignSome(assignment, tx))) === SESSIONS_PER_TRANSACTION);
}

/** @returns how many sessions were assigned */
async function assignSome({ userId, guestId }: Assignment, tx: ClientSession): Promise<number> {
  const sessions = await CheckoutSession.find(
    {
      sessionId: guestId,
      userId: null,
      status: trusted({ $in: [CHECKOUT_STATUS.COMPLETED, CHECKOUT_STATUS.FAILED] }),
    },
    { placement: 1 },
  )
    .limit(SESSIONS_PER_TRANSACTION)
    .session(tx)
    .lean<Pick<CheckoutSessionDoc, "_id" | "placement">[]>();
  if (sessions.length === 0) return 0;
  const ids = sessions.map(({ _id }) => _id);
  await CheckoutSession.updateMany({ _id: trusted({ $in: ids }) }, { $set: { userId } }).session(tx);
  await fencePlacements(sessions, tx);
  await assignAllOf(ids, userId, tx);
  return sessions.length;
}

/**
 * Orders that are being placed for the guest right now, after a late payment. Replacing the token fences that
 * placement: it can no longer commit, and the next caller or the recovery job places the order for the customer.
 * Every effect so far is idempotent by the order's id.
 */
async function fencePlacements(
  sessions: readonly Pick<CheckoutSessionDoc, "_id" | "placement">[],
  tx: ClientSession,
): Promise<void> {
  const placing = sessions.filter(({ placement }) => placement).map(({ _id }) => _id);
  if (placing.length === 0) return;
  await CheckoutSession.updateMany(
    { _id: trusted({ $in: placing }) },
    { $set: { "placement.token": randomUUID(), "placement.leaseUntil": EXPIRED } },
  ).session(tx);
}

async function assignAllOf(ids: readonly Types.ObjectId[], userId: string, tx: ClientSession): Promise<void> {
  const $in = [...ids];
  const set = { $set: { userId } };
  // An order has the id of its checkout session.
  const orders = await Order.find({ _id: trusted({ $in }) }, { _id: 1 })
    .session(tx)
    .lean<Pick<OrderDoc, "_id">[]>();
  await Order.updateMany({ _id: trusted({ $in }) }, set).session(tx);
  await Payment.updateMany({ checkoutSessionId: trusted({ $in }) }, set).session(tx);
  await Refund.updateMany(
    { $or: [{ checkoutSessionId: trusted({ $in }) }, { orderId: trusted({ $in }) }] },
    set,
  ).session(tx);
  await Return.updateMany({ orderId: trusted({ $in }) }, set).session(tx);
  await appendHistory(
    orders.map(({ _id }) => ({
      orderId: _id,
      statusType: "owner" as const,
      from: null,
      to: "customer",
      by: { type: "customer" as const, id: userId },
      note: "Assigned to the customer at login",
    })),
    tx,
  );
}
