import { trusted } from "mongoose";
import { Payment } from "../../../models/index.js";
import type { Span } from "../../../utils/periods.js";
import { comparePayment } from "../../calculations/reconciliation/compare-payments.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { COMPARED_FIELDS, type ComparedPayment, checkPayment, toPaymentItem } from "./check-payment.js";
import { type ListedCounts, settledBefore } from "./days.js";
import { type CheckedEntity, reconcileListed } from "./reconcile-listed.js";
import type { Run } from "./report-run.js";

/** Compares the payments of one day. */
export function reconcilePayments(run: Run, day: Span): Promise<ListedCounts> {
  const before = settledBefore(run.task);
  return reconcileListed<GatewayPayment>(run, day, {
    list: (request) => paymentGateway.listPayments(request),
    findSuspects: (listed) => findSuspects(listed, before),
    check: (id) => check(id, before),
    ours: idsOfOurs,
  });
}

/** The payments of a page that differ from our records. */
async function findSuspects(listed: readonly GatewayPayment[], before: Date): Promise<string[]> {
  const records = await Payment.find(
    { gateway: paymentGateway.name, gatewayPaymentId: trusted({ $in: listed.map(({ id }) => id) }) },
    COMPARED_FIELDS,
  ).lean<ComparedPayment[]>();
  const byId = new Map(records.map((record) => [record.gatewayPaymentId, record]));
  const differs = (gateway: GatewayPayment) =>
    comparePayment({ local: byId.get(gateway.id) ?? null, gateway, settledBefore: before }) !== null;
  return listed.filter(differs).map(({ id }) => id);
}

async function check(id: string, before: Date): Promise<CheckedEntity> {
  const checked = await checkPayment(id, before);
  if (!checked.isAnswered) return checked;
  const { gateway, finding } = checked;
  return { isAnswered: true, gateway, item: finding && toPaymentItem(id, checked, finding) };
}

async function* idsOfOurs(day: Span): AsyncGenerator<string> {
  const ours = Payment.find(
    {
      createdAt: trusted({ $gte: day.from, $lte: day.to }),
      gatewayPaymentId: trusted({ $gt: "" }),
      gateway: paymentGateway.name,
    },
    { gatewayPaymentId: 1 },
  )
    .lean<Pick<ComparedPayment, "_id" | "gatewayPaymentId">>()
    .cursor({ batchSize: 100 });
  for await (const { gatewayPaymentId } of ours) if (gatewayPaymentId) yield gatewayPaymentId;
}
