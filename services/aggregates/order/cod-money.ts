import { type ClientSession, type Types, trusted } from "mongoose";
import {
  type ChangedBy,
  type OrderDoc,
  Payment,
  type PaymentDoc,
  Shipment,
  type ShipmentDoc,
} from "../../../models/index.js";
import { PAYMENT_GATEWAY, PAYMENT_GATEWAY_STATUS, type ShipmentStatus } from "../../../utils/constants.js";
import { addPaise, minPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import { codPaymentMachine } from "../../../utils/state-machines.js";
import { paymentChanged } from "../../platform/changed-meanwhile.js";
import { applyTransition } from "../../platform/transition.service.js";
import { changeOrderMoney } from "./receive-payment.js";

/** Cash that the carrier collects: parcel by parcel, each its `codAmount`. In the transaction of the parcel's move. */

const { PENDING, CAPTURED, FAILED } = PAYMENT_GATEWAY_STATUS;

/** The COD payment that is still open. Null: prepaid, or settled by hand. */
export const findOpenCod = (orderId: Types.ObjectId, tx: ClientSession): Promise<PaymentDoc | null> =>
  Payment.findOne({ orderId, gateway: PAYMENT_GATEWAY.COD, status: PENDING }).session(tx).lean<PaymentDoc>();

/** What parcels of an order have to collect, apart from those that were recalled and those in some statuses. */
export async function codInParcels(
  orderId: Types.ObjectId,
  { except }: { except: readonly ShipmentStatus[] },
  tx: ClientSession,
): Promise<Paise> {
  const filter = { orderId, status: trusted({ $nin: except }), recalledAt: null };
  const parcels = await Shipment.find(filter, { codAmount: 1 })
    .session(tx)
    .lean<Pick<ShipmentDoc, "codAmount">[]>();
  return addPaise(...parcels.map(({ codAmount }) => codAmount));
}

export interface ParcelMoney {
  /** As read in the transaction. */
  order: OrderDoc;
  shipment: ShipmentDoc;
  by: ChangedBy;
  at: Date;
}

/** The parcel is delivered: what it carries is collected. The payment is captured with its last parcel. */
export async function collectCod({ order, shipment, by, at }: ParcelMoney, tx: ClientSession): Promise<void> {
  const payment = shipment.codAmount > 0 ? await findOpenCod(order._id, tx) : null;
  if (!payment) return;
  const received = minPaise(shipment.codAmount, subtractPaise(payment.amount, payment.capturedAmount));
  if (received <= 0) return;
  const capturedAmount = addPaise(payment.capturedAmount, received);
  await changePayment(payment, { amount: payment.amount, capturedAmount, by, at }, tx);
  await changeOrderMoney({ order, received, by, note: "collected on delivery" }, tx);
}

/**
 * The parcel was returned to its origin: what it carries will not be collected.
 * @returns what is not owed any more
 */
export async function writeOffCod(
  { order, shipment, by, at }: ParcelMoney,
  tx: ClientSession,
): Promise<Paise> {
  const payment = shipment.codAmount > 0 ? await findOpenCod(order._id, tx) : null;
  if (!payment) return ZERO_PAISE;
  const cancelled = minPaise(shipment.codAmount, subtractPaise(payment.amount, payment.capturedAmount));
  if (cancelled <= 0) return ZERO_PAISE;
  await lowerPayment({ order, payment, cancelled, by, at, why: RETURNED }, tx);
  return cancelled;
}

/** Why a payment is not collected: its error, and a note for the order's history. */
export interface NotCollected {
  errorCode: string;
  errorMessage: string;
  note: string;
}

const RETURNED: NotCollected = {
  errorCode: "rto",
  errorMessage: "The parcel was returned to its origin",
  note: "returned to origin",
};

/** Cash on delivery or a bank transfer that has not arrived. Null: prepaid, or settled. */
export const findUnsettledPayment = (
  orderId: Types.ObjectId,
  tx: ClientSession,
): Promise<PaymentDoc | null> =>
  Payment.findOne({ orderId, gateway: trusted({ $in: SETTLED_BY_HAND }), status: PENDING })
    .session(tx)
    .lean<PaymentDoc>();

const SETTLED_BY_HAND = [PAYMENT_GATEWAY.COD, PAYMENT_GATEWAY.MANUAL];

export interface LoweredPayment {
  /** As read in the transaction, like the payment. */
  order: OrderDoc;
  payment: PaymentDoc;
  /** At most what is left to collect. */
  cancelled: Paise;
  by: ChangedBy;
  at: Date;
  why: NotCollected;
}

/**
 * A part of a payment, or all of it, is not owed any more. One of which nothing is left to collect has failed, or is
 * captured where a part was collected before.
 */
export async function lowerPayment(lowered: LoweredPayment, tx: ClientSession): Promise<void> {
  const { order, payment, cancelled, by, at, why } = lowered;
  const { capturedAmount } = payment;
  const amount = subtractPaise(payment.amount, cancelled);
  if (amount === 0) await failPayment(payment, { by, why }, tx);
  else await changePayment(payment, { amount, capturedAmount, by, at }, tx);
  await changeOrderMoney({ order, cancelled, by, note: why.note }, tx);
}

interface CodChange {
  amount: Paise;
  capturedAmount: Paise;
  by: ChangedBy;
  at: Date;
}

const seenOf = ({ amount, capturedAmount, orderId }: PaymentDoc) => ({ amount, capturedAmount, orderId });

async function changePayment(payment: PaymentDoc, change: CodChange, tx: ClientSession): Promise<void> {
  const { amount, capturedAmount, by, at } = change;
  const guard = seenOf(payment);
  if (capturedAmount < amount) {
    const filter = { _id: payment._id, status: PENDING, ...guard };
    const written = await Payment.updateOne(filter, { $set: { amount, capturedAmount } }).session(tx);
    if (written.modifiedCount !== 1) throw paymentChanged(payment._id);
    return;
  }
  const { changed } = await applyTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: payment._id,
    from: PENDING,
    to: CAPTURED,
    guard,
    set: { amount, capturedAmount, capturedAt: at },
    by,
    note: "collected on delivery",
    tx,
  });
  if (!changed) throw paymentChanged(payment._id);
}

/** Its amount stays: what the customer was asked for. */
async function failPayment(
  payment: PaymentDoc,
  { by, why }: Pick<LoweredPayment, "by" | "why">,
  tx: ClientSession,
): Promise<void> {
  const { errorCode, errorMessage } = why;
  const { changed } = await applyTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: payment._id,
    from: PENDING,
    to: FAILED,
    guard: seenOf(payment),
    set: { errorCode, errorMessage },
    by,
    note: errorCode,
    tx,
  });
  if (!changed) throw paymentChanged(payment._id);
}
