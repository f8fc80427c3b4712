import type { ClientSession, Types } from "mongoose";
import {
  type ChangedBy,
  type OrderDoc,
  Payment,
  type PaymentDoc,
  type ShipmentDoc,
} from "../../../models/index.js";
import { PAYMENT_GATEWAY, PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import { addPaise, minPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import { codPaymentMachine } from "../../../utils/state-machines.js";
import { applyTransition } from "../../platform/transition.service.js";
import { orderChanged } from "./order-lines.js";
import { changeOrderMoney } from "./receive-payment.js";

/** Cash that the carrier collects: parcel by parcel, each its `codAmount`. In the transaction of the parcel's move. */

const { PENDING, CAPTURED, FAILED } = PAYMENT_GATEWAY_STATUS;

/** The COD payment that is still open. Null: prepaid, or settled by hand. */
export const findOpenCod = (orderId: Types.ObjectId, tx: ClientSession): Promise<PaymentDoc | null> =>
  Payment.findOne({ orderId, gateway: PAYMENT_GATEWAY.COD, status: PENDING }).session(tx).lean<PaymentDoc>();

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
 * The parcel was returned to its origin: what it carries will not be collected. A payment of which nothing is left to
 * collect has failed, or is captured where other parcels were delivered.
 * @returns what is not owed any more
 */
export async function writeOffCod(
  { order, shipment, by, at }: ParcelMoney,
  tx: ClientSession,
): Promise<Paise> {
  const payment = shipment.codAmount > 0 ? await findOpenCod(order._id, tx) : null;
  if (!payment) return ZERO_PAISE;
  const { capturedAmount } = payment;
  const cancelled = minPaise(shipment.codAmount, subtractPaise(payment.amount, capturedAmount));
  if (cancelled <= 0) return ZERO_PAISE;
  const amount = subtractPaise(payment.amount, cancelled);
  if (amount === 0) await failPayment(payment, by, tx);
  else await changePayment(payment, { amount, capturedAmount, by, at }, tx);
  await changeOrderMoney({ order, cancelled, by, note: "returned to origin" }, tx);
  return cancelled;
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
    if (written.modifiedCount !== 1) throw orderChanged();
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
  if (!changed) throw orderChanged();
}

/** Its amount stays: what the customer was asked for. */
async function failPayment(payment: PaymentDoc, by: ChangedBy, tx: ClientSession): Promise<void> {
  const { changed } = await applyTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: payment._id,
    from: PENDING,
    to: FAILED,
    guard: seenOf(payment),
    set: { errorCode: "rto", errorMessage: "The parcel was returned to its origin" },
    by,
    note: "rto",
    tx,
  });
  if (!changed) throw orderChanged();
}
