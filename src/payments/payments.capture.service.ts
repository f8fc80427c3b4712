import { type Types, trusted } from "mongoose";
import { Payment, type PaymentDoc } from "../../models/index.js";
import { findObjection } from "../../services/aggregates/payment/counts-as-paid.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import type { GatewayPayment } from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { recordAuditAlone } from "../../services/platform/audit.service.js";
import { PAYMENT_GATEWAY_STATUS } from "../../utils/constants.js";
import { InvalidStatusTransitionError, OutcomeUnknownError, RuleError } from "../../utils/errors.js";
import { toRupees } from "../../utils/money.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";
import { isRefused, unwrap } from "../../utils/result.js";
import { paymentMachine } from "../../utils/state-machines.js";
import { getPayment } from "./payments.admin.service.js";

const { CAPTURED } = PAYMENT_GATEWAY_STATUS;

/**
 * Captures an authorised payment at the gateway, because an administrator asks for it. The gateway is read first and
 * its report is settled like any other, so a payment that is captured already is a success, and after an unknown
 * outcome the repeated request finds the capture instead of sending it again.
 * @throws NotFoundError PAYMENT_NOT_FOUND; RuleError METHOD_UNAVAILABLE (not paid at the gateway),
 *   INVALID_STATUS_TRANSITION (not authorised), PAYMENT_SUPERSEDED, AMOUNT_MISMATCH: the money would only go back;
 *   OutcomeUnknownError; the typed upstream errors
 */
export async function capturePayment(paymentId: Types.ObjectId, by: AdminPrincipal): Promise<PaymentDoc> {
  const payment = await getPayment(paymentId);
  if (payment.gateway !== paymentGateway.name) {
    const details = { gateway: payment.gateway };
    throw new RuleError("METHOD_UNAVAILABLE", "Only payments at the gateway are captured", details);
  }
  if (!payment.gatewayPaymentId) throw notCapturable(payment.status);
  const report = unwrap(await paymentGateway.getGatewayPayment(payment.gatewayPaymentId));
  const settled = await settle(payment, report);
  if (settled.status === CAPTURED) return settled;
  if (report.status !== "authorized") throw notCapturable(settled.status);
  await assertWanted(settled, report);
  await audit(settled, report, by);
  return settle(settled, await capture(report));
}

const notCapturable = (status: PaymentDoc["status"]) =>
  new InvalidStatusTransitionError(status, CAPTURED, paymentMachine.next[status]);

async function settle(payment: PaymentDoc, report: GatewayPayment): Promise<PaymentDoc> {
  return (await settlePayment(report, "admin"))?.payment ?? payment;
}

/** Once it is captured, the gateway keeps its fee even if the money goes back at once. */
async function assertWanted(payment: PaymentDoc, report: GatewayPayment): Promise<void> {
  const objection = await findObjection(payment, report);
  if (objection?.mismatch) {
    const details = { reason: objection.mismatch.reason };
    throw new RuleError("AMOUNT_MISMATCH", "The payment does not match what was asked for", details);
  }
  if (objection?.reason === "superseded") {
    throw new RuleError("PAYMENT_SUPERSEDED", "The checkout changed after this payment; it pays for nothing");
  }
  const others = { checkoutSessionId: payment.checkoutSessionId, _id: trusted({ $ne: payment._id }) };
  if (objection || (await Payment.exists({ ...others, accepted: true }))) throw notCapturable(payment.status);
}

/** Before the call: whatever becomes of it, the log shows who asked for it. */
async function audit(payment: PaymentDoc, report: GatewayPayment, by: AdminPrincipal): Promise<void> {
  await recordAuditAlone({
    actor: actorOf(by),
    action: "payment.capture",
    resourceType: "payment",
    resourceId: payment._id.toHexString(),
    before: { status: payment.status },
    after: { requested: CAPTURED, amount: toRupees(report.amount), gatewayPaymentId: report.id },
  });
}

/** The gateway's wrapper reads the payment again after a lost or negative answer. */
async function capture({ id, amount }: GatewayPayment): Promise<GatewayPayment> {
  const result = await paymentGateway.capturePayment({ paymentId: id, amount });
  if (result.success) return result.data;
  if (result.outcome === "unknown") throw new OutcomeUnknownError(result.service);
  if (!isRefused(result)) return unwrap(result);
  throw new RuleError("INVALID_STATUS_TRANSITION", "The gateway does not capture this payment", {
    ...{ from: "authorized", to: CAPTURED, allowed: [] },
    reason: result.code,
  });
}
