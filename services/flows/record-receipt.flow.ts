import type { ClientSession, Types } from "mongoose";
import { Order, type OrderDoc, Payment, type PaymentDoc, type Receipt } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { ORDER_STATUS, PAYMENT_GATEWAY, PAYMENT_GATEWAY_STATUS } from "../../utils/constants.js";
import {
  ConflictError,
  InvalidStatusTransitionError,
  NotFoundError,
  RuleError,
  ValidationError,
} from "../../utils/errors.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { type Paise, subtractPaise, toRupees } from "../../utils/money.js";
import { codPaymentMachine } from "../../utils/state-machines.js";
import { changeOrderMoney } from "../aggregates/order/receive-payment.js";
import { inTransaction } from "../platform/transaction.service.js";
import { applyTransition } from "../platform/transition.service.js";

const { PENDING, CAPTURED } = PAYMENT_GATEWAY_STATUS;

export interface ReceiptRequest {
  paymentId: Types.ObjectId;
  amount: Paise;
  /** In the form of `receiptReference`; belongs to one payment only. */
  reference: string;
  receivedAt: Date;
  adminId: string;
}

/**
 * Records money that reached the shop without a gateway: cash on delivery that is settled by hand, or a bank transfer.
 * Payment, order, history and audit row are one transaction. Repeatable: the same receipt of the same payment is
 * recorded once.
 *
 * The amount is exactly what is due of the payment. A payment is captured or it is not; a part of it would have to be given back or
 * asked for again, which is for a person to settle first.
 * @throws NotFoundError PAYMENT_NOT_FOUND, ORDER_NOT_FOUND (there is none yet); RuleError METHOD_UNAVAILABLE (paid at
 *   the gateway), PAYMENT_SUPERSEDED, AMOUNT_MISMATCH, INVALID_STATUS_TRANSITION (not pending, or the order is
 *   cancelled); ValidationError for a reference of another payment; ConflictError VERSION_CONFLICT
 */
export async function recordReceipt(request: ReceiptRequest): Promise<PaymentDoc> {
  const payment = await Payment.findById(request.paymentId).lean<PaymentDoc>();
  if (!payment) throw new NotFoundError("PAYMENT_NOT_FOUND", "Payment not found");
  if (isRecorded(payment, request)) return payment;
  assertReceivable(payment, request);
  try {
    return await inTransaction((tx) => write(payment, request, tx));
  } catch (error) {
    if (!isDuplicateKey(error) && !(error instanceof ConflictError)) throw error;
    // The same request may have been faster. Otherwise the reference belongs to another payment.
    const current = await Payment.findById(payment._id).lean<PaymentDoc>();
    if (current && isRecorded(current, request)) return current;
    if (isDuplicateKey(error)) throw referenceTaken();
    throw error;
  }
}

const isRecorded = (
  { receipt, capturedAmount }: PaymentDoc,
  { reference, amount }: ReceiptRequest,
): boolean => receipt?.reference === reference && capturedAmount === amount;

const referenceTaken = () =>
  new ValidationError([
    { in: "body", path: "reference", message: '"reference" is already recorded for another payment' },
  ]);

function assertReceivable(payment: PaymentDoc, { amount }: ReceiptRequest): void {
  const { gateway, status, supersededAt } = payment;
  if (gateway !== PAYMENT_GATEWAY.COD && gateway !== PAYMENT_GATEWAY.MANUAL) {
    throw new RuleError("METHOD_UNAVAILABLE", "Only the gateway can report this payment", { gateway });
  }
  if (supersededAt) {
    throw new RuleError("PAYMENT_SUPERSEDED", "The checkout changed after this payment; it pays for nothing");
  }
  if (status !== PENDING) throw new InvalidStatusTransitionError(status, CAPTURED, []);
  // Parcels that were delivered have collected their part.
  const due = subtractPaise(payment.amount, payment.capturedAmount);
  if (amount !== due) {
    const details = { expected: toRupees(due), received: toRupees(amount) };
    throw new RuleError("AMOUNT_MISMATCH", "The amount is not that of the payment", details);
  }
}

async function write(payment: PaymentDoc, request: ReceiptRequest, tx: ClientSession): Promise<PaymentDoc> {
  const order = payment.orderId && (await Order.findById(payment.orderId).session(tx).lean<OrderDoc>());
  if (!order) throw new NotFoundError("ORDER_NOT_FOUND", "There is no order for this payment yet");
  if (order.status === ORDER_STATUS.CANCELLED) {
    const details = { from: order.status, to: CAPTURED, allowed: [] };
    throw new RuleError("INVALID_STATUS_TRANSITION", "The order is cancelled; return the money", details);
  }
  const captured = await capture(payment, request, tx);
  const { amount, reference, adminId } = request;
  const by = { type: "admin", id: adminId } as const;
  await changeOrderMoney({ order, received: amount, by, note: `received: ${reference}` }, tx);
  return captured;
}

async function capture(payment: PaymentDoc, request: ReceiptRequest, tx: ClientSession): Promise<PaymentDoc> {
  const { amount, reference, receivedAt, adminId } = request;
  const receipt: Receipt = { reference, receivedAt, recordedAt: now(), recordedById: adminId };
  const moved = await applyTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: payment._id,
    from: PENDING,
    to: CAPTURED,
    guard: {
      ...{ amount: payment.amount, capturedAmount: payment.capturedAmount },
      gateway: payment.gateway,
      orderId: payment.orderId,
      supersededAt: null,
    },
    set: { capturedAmount: payment.amount, capturedAt: receivedAt, receipt },
    by: { type: "admin", id: adminId },
    note: `received: ${reference}`,
    audit: {
      action: "payment.record-receipt",
      resourceType: "payment",
      before: { status: PENDING },
      after: { status: CAPTURED, amount: toRupees(amount), reference, receivedAt },
    },
    tx,
  });
  if (!moved.changed) {
    throw new ConflictError("VERSION_CONFLICT", "The payment changed in the meantime; read it and try again");
  }
  return moved.document;
}
