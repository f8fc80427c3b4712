import { type ClientSession, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { countPaymentMismatch } from "../../../config/metrics.config.js";
import { Payment, type PaymentDoc, type PaymentMismatch } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import { paymentMachine } from "../../../utils/state-machines.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { generateUniqueRefundNumber } from "../../platform/order-number.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { readGatewayRefunds, recordFailedRefunds, recordGatewayRefunds } from "../refund/gateway-refunds.js";
import { oweSystemRefund } from "../refund/system-refunds.js";
import type { Objection } from "./counts-as-paid.js";

const { PENDING, AUTHORIZED, CAPTURED, FAILED } = PAYMENT_GATEWAY_STATUS;

export interface Rejection {
  record: PaymentDoc;
  report: GatewayPayment;
  objection: Objection;
  /** The other reported facts that the record keeps. */
  facts: Partial<PaymentDoc>;
  /** For the status history. */
  note: string;
}

/**
 * Writes a capture that pays for no order: what the gateway took, what it has already refunded, and a refund
 * of the rest, in one transaction. After a mismatch the gateway order is closed and an operator is alerted.
 *
 * Also rejects a capture that was accepted before, as long as it has no order: the commit of a placement that is
 * in flight then fails, and its undo finds nothing left to refund.
 * @returns whether this call changed the payment
 * @throws the typed upstream errors when the gateway's own refunds cannot be read; nothing is written then
 */
export async function rejectCapture(rejection: Rejection): Promise<boolean> {
  const { record, report, objection } = rejection;
  const gatewayRefunds = await readGatewayRefunds(report);
  const refundNumber = await generateUniqueRefundNumber();
  const changed = await inTransaction(async (tx) => {
    const rejected = await writeRejected(rejection, tx);
    if (!rejected) return false;
    await recordFailedRefunds(gatewayRefunds.failed, tx);
    await recordGatewayRefunds(rejected, gatewayRefunds.alive, tx);
    await oweSystemRefund({ paymentId: record._id, reason: objection.reason, refundNumber }, tx);
    if (objection.mismatch) await closeGatewayOrder(record, tx);
    return true;
  });
  if (!changed) return false;
  if (objection.mismatch) alert(record, report, objection.mismatch);
  else {
    logger.warn(
      { ...idsOf(record, report), amount: report.amount, reason: objection.reason, refundNumber },
      "> A capture pays for no order; it is refunded",
    );
  }
  return true;
}

/** An authorisation that does not match is never captured; the gateway returns it when it expires. */
export async function rejectAuthorization(rejection: Rejection, mismatch: PaymentMismatch): Promise<boolean> {
  const { record, report, facts, note } = rejection;
  const changed = await inTransaction(async (tx) => {
    const moved = await tryTransition({
      machine: paymentMachine,
      model: Payment,
      id: record._id,
      seen: record,
      to: AUTHORIZED,
      set: { ...facts, ...closedBy(mismatch) },
      by: { type: "system" },
      note,
      tx,
    });
    if (moved.changed) await closeGatewayOrder(record, tx);
    return moved.changed;
  });
  if (changed) alert(record, report, mismatch);
  return changed;
}

const closedBy = (mismatch: PaymentMismatch): Partial<PaymentDoc> => ({
  mismatch,
  attention: true,
  supersededAt: mismatch.at,
});

async function writeRejected(rejection: Rejection, tx: ClientSession): Promise<PaymentDoc | null> {
  const { record, report, objection, facts, note } = rejection;
  const set: Partial<PaymentDoc> = {
    ...facts,
    amount: report.amount,
    currency: report.currency,
    capturedAmount: report.amount,
    accepted: false,
    surplus: true,
    ...(objection.mismatch ? closedBy(objection.mismatch) : {}),
  };
  if (record.status === CAPTURED) {
    return Payment.findOneAndUpdate(
      { _id: record._id, status: CAPTURED, accepted: true, surplus: false, orderId: null },
      { $set: set },
      { session: tx, returnDocument: "after" },
    ).lean<PaymentDoc>();
  }
  const moved = await tryTransition({
    machine: paymentMachine,
    model: Payment,
    id: record._id,
    seen: record,
    to: CAPTURED,
    set,
    by: { type: "system" },
    note,
    tx,
  });
  return moved.changed ? moved.document : null;
}

/**
 * The gateway order has been paid with a wrong amount, so it must not be offered again: every other attempt
 * on it ends here. The next choice of a payment method finds no open payment and creates a new gateway order.
 */
async function closeGatewayOrder({ gatewayOrderId }: PaymentDoc, tx: ClientSession): Promise<void> {
  if (!gatewayOrderId) return;
  const open = { gatewayOrderId, supersededAt: null, accepted: trusted({ $ne: true }) };
  const supersededAt = now();
  const pending = await Payment.find({ ...open, status: PENDING }, { _id: 1 })
    .session(tx)
    .lean();
  for (const { _id } of pending) {
    await tryTransition({
      machine: paymentMachine,
      model: Payment,
      id: _id,
      from: PENDING,
      to: FAILED,
      set: { supersededAt, errorCode: "mismatch", errorMessage: "Another payment did not match the amount" },
      by: { type: "system" },
      note: "mismatch",
      tx,
    });
  }
  await Payment.updateMany(open, { $set: { supersededAt } }).session(tx);
}

/** For operations: an offer, a fee setting or a refund in the dashboard of the gateway needs a look. */
function alert(record: PaymentDoc, report: GatewayPayment, mismatch: PaymentMismatch): void {
  countPaymentMismatch(mismatch.reason);
  const { amount, currency, amountRefunded, fee } = report;
  logger.error(
    { ...idsOf(record, report), ...mismatch, reported: { amount, currency, amountRefunded, fee } },
    "> A payment does not match what was asked for; no order is placed on it",
  );
}

const idsOf = (record: PaymentDoc, report: GatewayPayment) => ({
  paymentId: record._id.toHexString(),
  gatewayPaymentId: report.id,
  checkoutSessionId: record.checkoutSessionId?.toHexString() ?? null,
});
