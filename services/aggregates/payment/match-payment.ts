import { Payment, type PaymentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { ownerFieldsOf } from "../../../utils/principal.js";
import { paymentMachine } from "../../../utils/state-machines.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { reopenWebhooksAbout } from "../../platform/stored-webhooks.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { firstEntry } from "../../platform/transition.service.js";
import { insertPayment } from "./open-payment.js";

/**
 * Finds the record of a gateway payment: the one with its id; otherwise the newest of its gateway order that has
 * no gateway payment yet, which then gets the id; otherwise a new record, so that no money is without one.
 * The amount does not matter here: a wrong one must end the attempt that it was paid for.
 * @returns null when the gateway order is unknown here
 */
export async function findOrAdoptPayment(report: GatewayPayment): Promise<PaymentDoc | null> {
  const known = await findKnown(report);
  if (known) return known;
  if (!report.orderId) return null;
  try {
    const matched = (await adopt(report)) ?? (await findKnown(report)) ?? (await insertSibling(report));
    if (matched) await reopenWebhooksAbout([report.id, report.orderId]);
    return matched;
  } catch (error) {
    // A parallel report about the same payment won: the gateway's id is unique.
    if (!isDuplicateKey(error)) throw error;
    return findKnown(report);
  }
}

const findKnown = ({ gateway, id }: GatewayPayment): Promise<PaymentDoc | null> =>
  Payment.findOne({ gateway, gatewayPaymentId: id }).lean<PaymentDoc>();

function adopt(report: GatewayPayment): Promise<PaymentDoc | null> {
  return Payment.findOneAndUpdate(
    { gatewayOrderId: report.orderId, gatewayPaymentId: null },
    { $set: { gatewayPaymentId: report.id } },
    { sort: { createdAt: -1 }, returnDocument: "after" },
  ).lean<PaymentDoc>();
}

/**
 * A further payment on the same gateway order: paid in two tabs, or retried in the gateway's window. It is superseded if
 * the newest payment of that order is. Supersession at the same moment does not see the new payment, so the other one is
 * written too: then one of the two transactions starts again.
 */
function insertSibling(report: GatewayPayment): Promise<PaymentDoc | null> {
  return inTransaction(async (tx) => {
    const sibling = await Payment.findOne({ gatewayOrderId: report.orderId })
      .sort({ createdAt: -1 })
      .session(tx)
      .lean<PaymentDoc>();
    if (!sibling) return null;
    const unlessSuperseded = { _id: sibling._id, supersededAt: null };
    await Payment.updateOne(unlessSuperseded, { $set: { updatedAt: now() } }).session(tx);
    return insertPayment(
      {
        checkoutSessionId: sibling.checkoutSessionId,
        ...ownerFieldsOf(sibling),
        gateway: report.gateway,
        gatewayOrderId: report.orderId,
        gatewayPaymentId: report.id,
        method: report.method ?? sibling.method,
        methodDetails: report.methodDetails,
        currency: report.currency,
        amount: report.amount,
        supersededAt: sibling.supersededAt,
        statusHistory: [firstEntry(paymentMachine.initial, { type: "system" }, "reported by the gateway")],
      },
      tx,
    );
  });
}
