import { type ClientSession, Types } from "mongoose";
import {
  type CheckoutSessionDoc,
  type FrozenCheckout,
  Payment,
  type PaymentDoc,
} from "../../../models/index.js";
import { minutesFromNow, now } from "../../../utils/clock.js";
import { type CheckoutPaymentMethod, CURRENCY, PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { ownerFieldsOf } from "../../../utils/principal.js";
import { paymentMachine } from "../../../utils/state-machines.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { firstEntry } from "../../platform/transition.service.js";

/** What is to be paid, and how. */
export interface PaymentRequest {
  /** As it was before this choice: with the payment and the frozen cart of the previous one. */
  checkout: CheckoutSessionDoc;
  frozen: FrozenCheckout;
  /** Null when nothing is due. */
  method: CheckoutPaymentMethod | null;
}

/**
 * The payment of an earlier choice that this choice continues with: it has the same amount, is of the same kind, and
 * is still open. An attempt that failed, or that the gateway returned, passes its gateway order on to a new record.
 * @returns null when a new payment is needed
 */
export async function continuePayment(
  request: PaymentRequest,
  tx: ClientSession,
): Promise<PaymentDoc | null> {
  const { checkout, frozen, method } = request;
  if (!checkout.paymentId) return null;
  const last = await Payment.findById(checkout.paymentId).session(tx).lean<PaymentDoc>();
  if (!last) return null;
  const canContinue =
    last.amount === frozen.totals.amountDue &&
    last.supersededAt === null &&
    last.gateway === gatewayOf(method) &&
    checkout.frozen?.cartVersion === frozen.cartVersion;
  if (!canContinue) return null;
  const hasEnded =
    last.status === PAYMENT_GATEWAY_STATUS.FAILED || last.status === PAYMENT_GATEWAY_STATUS.REFUNDED;
  if (hasEnded) return openPayment(request, tx, last);
  // Once the gateway has the money, the method is what the gateway reported.
  if (last.accepted) return last;
  // The checkout lives on, so the customer may pay as late as after the first choice.
  const firstSweep = sweepOf(last.gateway);
  const sweep = firstSweep && { ...firstSweep, since: now() };
  await Payment.updateOne({ _id: last._id }, { $set: { method, sweep } }).session(tx);
  return { ...last, method, sweep };
}

/** The first question of the sweep about an online payment comes after this. */
const FIRST_SWEEP_MINUTES = 1;

const sweepOf = (gateway: PaymentDoc["gateway"]): PaymentDoc["sweep"] =>
  gateway === paymentGateway.name ? { nextAt: minutesFromNow(FIRST_SWEEP_MINUTES), attempts: 0 } : null;

/** Inserts the payment of a checkout. @param retryOf the failed attempt whose gateway order it shares */
export function openPayment(
  { checkout, frozen, method }: PaymentRequest,
  tx: ClientSession,
  retryOf: PaymentDoc | null = null,
): Promise<PaymentDoc> {
  const gateway = gatewayOf(method);
  return insertPayment(
    {
      checkoutSessionId: checkout._id,
      ...ownerFieldsOf(checkout),
      gateway,
      gatewayOrderId: retryOf?.gatewayOrderId ?? null,
      method,
      amount: frozen.totals.amountDue,
      retryOf: retryOf?._id ?? null,
      sweep: sweepOf(gateway),
      statusHistory: [firstEntry(paymentMachine.initial, { type: "customer" })],
    },
    tx,
  );
}

const gatewayOf = (method: CheckoutPaymentMethod | null): PaymentDoc["gateway"] =>
  method === "cod" ? "cod" : paymentGateway.name;

type NewPayment = Partial<PaymentDoc> &
  Pick<PaymentDoc, "checkoutSessionId" | "gateway" | "method" | "amount" | "statusHistory">;

/** Every payment is inserted here. @throws the duplicate-key error for a gateway payment that has a record already */
export async function insertPayment(fields: NewPayment, tx?: ClientSession): Promise<PaymentDoc> {
  const at = now();
  const payment: PaymentDoc = {
    _id: new Types.ObjectId(),
    ...{ orderId: null, orderNumber: null, idempotencyKey: null },
    ...{ gatewayOrderId: null, gatewayPaymentId: null, methodDetails: null },
    status: paymentMachine.initial,
    currency: CURRENCY,
    ...{ capturedAmount: ZERO_PAISE, refundedAmount: ZERO_PAISE, refundReserved: ZERO_PAISE },
    ...{ fee: null, tax: null, gatewayResponse: null, receipt: null },
    ...{ errorCode: null, errorReason: null, errorMessage: null, nextStep: null },
    ...{ authorizedAt: null, capturedAt: null, retryOf: null },
    ...{ accepted: false, surplus: false, supersededAt: null, mismatch: null, attention: false },
    ...{ reconciledAt: null, settlement: null, disputes: [], sweep: null },
    ...{ createdAt: at, updatedAt: at },
    ...fields,
  };
  await Payment.insertMany([payment], { lean: true, ...(tx ? { session: tx } : {}) });
  return payment;
}
