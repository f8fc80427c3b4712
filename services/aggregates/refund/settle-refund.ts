import { trusted } from "mongoose";
import { Refund, type RefundDoc } from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { completeRefund } from "./complete-refund.js";
import { failRefund, flagRefund } from "./fail-refund.js";
import { attemptOf, isInFlight, noNewerAttempt } from "./refund-attempt.js";
import { unwrapLookUp } from "./refund-look-up.js";
import { REFUND_TROUBLE } from "./refund-trouble.js";

/** Why a refund contradicts the gateway, whose report is about an attempt before the last. */
export const REFUNDED_AFTER_ALL = "an attempt that had failed was refunded after all";

/**
 * Applies what the gateway reports about the last attempt of a refund. Repeatable and forward only: a report
 * that the state table does not allow, or that a newer attempt has overtaken, changes nothing. A refund
 * that is `pending` at the gateway stays `processing` here.
 * @throws RefundLimitError as `completeRefund`; the typed upstream error when the gateway must be asked and does not answer
 */
export async function settleRefund(refund: RefundDoc, report: GatewayRefund): Promise<void> {
  await apply(refund, reverses(refund, report) ? await readPresent(refund, report) : report);
  // Another report may have been faster, and then this one reverses it.
  const current = await Refund.findById(refund._id).orFail().lean<RefundDoc>();
  const attempt = attemptOf(current, report);
  const hasMoved = current.status !== refund.status && attempt === "last";
  if (hasMoved && reverses(current, report)) await settleRefund(current, report);
  // The next attempt has begun meanwhile: the gateway may refund twice.
  if (attempt === "earlier" && report.status === "processed") await flagRefund(current, REFUNDED_AFTER_ALL);
}

const readPresent = async (refund: RefundDoc, { id }: GatewayRefund): Promise<GatewayRefund> =>
  unwrapLookUp(refund, await paymentGateway.getRefund(id));

/**
 * Completed and failed are both final at the gateway, and yet a completed refund may fail and a failed one be repeated.
 * Events come in any order, so such a report may be an old one: the gateway's present state decides.
 */
function reverses(refund: RefundDoc, report: GatewayRefund): boolean {
  if (report.status === "failed") return refund.status === REFUND_STATUS.COMPLETED;
  const hasFailed = refund.status === REFUND_STATUS.FAILED || awaitsNextAttempt(refund);
  return report.status === "processed" && hasFailed;
}

/** Its last attempt has failed, staff have approved another, and that has not begun. */
const awaitsNextAttempt = (refund: RefundDoc): boolean =>
  refund.status === REFUND_STATUS.PROCESSING && !isInFlight(refund);

async function apply(refund: RefundDoc, report: GatewayRefund): Promise<void> {
  const { id: gatewayRefundId, status } = report;
  // Only that the attempt was refunded after all is news.
  if (status !== "processed" && awaitsNextAttempt(refund)) return;
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
