import type { ClientSession, Types } from "mongoose";
import { Payment, type PaymentDoc, type Receipt } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { PAYMENT_GATEWAY, PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import { addPaise, maxPaise, type Paise, subtractPaise, toRupees, ZERO_PAISE } from "../../../utils/money.js";
import { adminActor } from "../../../utils/principal.js";
import { codPaymentMachine } from "../../../utils/state-machines.js";
import { insertPayment } from "../../aggregates/payment/open-payment.js";
import { paymentChanged } from "../../platform/changed-meanwhile.js";
import { applyTransition, firstEntry } from "../../platform/transition.service.js";

const { PENDING, CAPTURED } = PAYMENT_GATEWAY_STATUS;

export interface ReceiptRequest {
  paymentId: Types.ObjectId;
  amount: Paise;
  /** In the form of `receiptReference`; belongs to one payment only. */
  reference: string;
  receivedAt: Date;
  adminId: string;
}

/** The customer decides how much arrives; a courier hands over exactly what it was to collect. */
export const isTransfer = ({ gateway }: PaymentDoc): boolean => gateway === PAYMENT_GATEWAY.MANUAL;

/** Parcels that were delivered may have collected a part already. */
export const leftToReceive = ({ amount, capturedAmount }: PaymentDoc): Paise =>
  subtractPaise(amount, capturedAmount);

/** What a transfer brings beyond what is due. */
export const surplusOf = (payment: PaymentDoc, received: Paise): Paise =>
  maxPaise(subtractPaise(received, leftToReceive(payment)), ZERO_PAISE);

/**
 * In the caller's transaction: the payment is captured with its receipt. Of a transfer that brings less than is due, it
 * becomes the payment of what came, and a new one waits for the rest: so each receipt has a payment of its own.
 * @throws ConflictError VERSION_CONFLICT when the payment has changed; the duplicate-key error for the reference of another
 */
export async function captureReceipt(
  payment: PaymentDoc,
  { amount: received, reference, receivedAt, adminId }: ReceiptRequest,
  tx: ClientSession,
): Promise<PaymentDoc> {
  const receipt: Receipt = {
    ...{ reference, amount: received, receivedAt },
    ...{ recordedAt: now(), recordedById: adminId },
  };
  const { amount, capturedAmount: before, gateway, orderId } = payment;
  const capturedAmount = addPaise(before, received);
  const moved = await applyTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: payment._id,
    from: PENDING,
    to: CAPTURED,
    guard: { ...{ amount, capturedAmount: before, gateway, orderId }, supersededAt: null },
    set: { amount: capturedAmount, capturedAmount, capturedAt: receivedAt, receipt },
    by: adminActor(adminId),
    note: `received: ${reference}`,
    audit: {
      action: "payment.record-receipt",
      resourceType: "payment",
      before: { status: PENDING, amount: toRupees(amount) },
      after: { status: CAPTURED, amount: toRupees(received), reference, receivedAt },
    },
    tx,
  });
  if (!moved.changed) throw paymentChanged(payment._id);
  const rest = subtractPaise(amount, capturedAmount);
  if (rest > 0) await waitForRest(payment, { rest, adminId }, tx);
  return moved.document;
}

async function waitForRest(
  payment: PaymentDoc,
  { rest, adminId }: { rest: Paise; adminId: string },
  tx: ClientSession,
): Promise<void> {
  const { checkoutSessionId, orderId, orderNumber, userId, gateway, method } = payment;
  await insertPayment(
    {
      ...{ checkoutSessionId, orderId, orderNumber, gateway, method, amount: rest },
      ...(userId ? { userId } : {}),
      statusHistory: [firstEntry(PENDING, adminActor(adminId), "the rest of a transfer")],
    },
    tx,
  );
}
