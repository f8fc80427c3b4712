import { trusted } from "mongoose";
import { Refund, type RefundDoc } from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import { completeRefund } from "./complete-refund.js";
import { failRefund } from "./fail-refund.js";
import { noNewerAttempt } from "./refund-attempt.js";
import { REFUND_TROUBLE } from "./refund-trouble.js";

/**
 * Applies what the gateway reports about the last attempt of a refund. Repeatable and forward only: a report
 * that the state table does not allow, or that a newer attempt has overtaken, changes nothing. A refund
 * that is `pending` at the gateway stays `processing` here.
 */
export async function settleRefund(refund: RefundDoc, report: GatewayRefund): Promise<void> {
  const { id: gatewayRefundId, status } = report;
  if (status === "failed") return failRefund(refund, { ...REFUND_TROUBLE.FAILED_AT_BANK, gatewayRefundId });
  await keepSpeed(refund, report);
  if (status === "processed") return completeRefund(refund, { gatewayRefundId });
  await Refund.updateOne(
    { _id: refund._id, status: REFUND_STATUS.PROCESSING, gatewayRefundId: null, ...noNewerAttempt(refund) },
    { $set: { gatewayRefundId } },
  );
}

/** For support. An instant refund may become a normal one; reports from before that change nothing. */
async function keepSpeed(refund: RefundDoc, { speed }: GatewayRefund): Promise<void> {
  if (speed === null || speed === refund.speed) return;
  const { _id } = refund;
  const notNormal = { speed: trusted({ $ne: "normal" }) };
  await Refund.updateOne({ _id, ...notNormal, ...noNewerAttempt(refund) }, { $set: { speed } });
}
