import { trusted } from "mongoose";
import { Refund, type RefundDoc } from "../../../models/index.js";
import { REFUND_DESTINATION } from "../../../utils/constants.js";
import type { Span } from "../../../utils/periods.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { checkRefund, findRecords, findRefundFault, toRefundItem } from "./check-refund.js";
import type { ListedCounts } from "./days.js";
import { type CheckedEntity, reconcileListed } from "./reconcile-listed.js";
import type { Run } from "./report-run.js";

/** Compares the refunds of one day. */
export const reconcileRefunds = (run: Run, day: Span): Promise<ListedCounts> =>
  reconcileListed<GatewayRefund>(run, day, {
    list: (request) => paymentGateway.listRefundsBetween(request),
    findSuspects,
    check,
    ours: idsOfOurs,
  });

/** The refunds of a page that differ from our records. */
async function findSuspects(listed: readonly GatewayRefund[]): Promise<string[]> {
  const records = await findRecords(listed);
  const differs = (gateway: GatewayRefund) =>
    findRefundFault(records.get(gateway.id) ?? { local: null, payment: null }, gateway) !== null;
  return listed.filter(differs).map(({ id }) => id);
}

async function check(id: string): Promise<CheckedEntity> {
  const checked = await checkRefund(id);
  if (!checked.isAnswered) return checked;
  const { gateway, finding } = checked;
  return { isAnswered: true, gateway, item: finding && toRefundItem(id, checked, finding) };
}

/** One whose id at the gateway is not known yet is looked up by the sweep. */
async function* idsOfOurs(day: Span): AsyncGenerator<string> {
  const ours = Refund.find(
    {
      createdAt: trusted({ $gte: day.from, $lte: day.to }),
      gatewayRefundId: trusted({ $gt: "" }),
      destination: REFUND_DESTINATION.ORIGINAL,
    },
    { gatewayRefundId: 1 },
  )
    .lean<Pick<RefundDoc, "_id" | "gatewayRefundId">>()
    .cursor({ batchSize: 100 });
  for await (const { gatewayRefundId } of ours) if (gatewayRefundId) yield gatewayRefundId;
}
