import Joi from "joi";
import {
  type BreakSummary,
  type ComparedCounts,
  REPAIR_OUTCOMES,
  REPORT_STATES,
  type ReconciliationItemDoc,
  type ReconciliationReportDoc,
  type SettlementCounts,
} from "../../models/index.js";
import { BREAK_CLASSES, RECONCILIATION_ENTITIES, RECONCILIATION_ITEM_KINDS } from "../../utils/constants.js";
import { addPaise, type Paise, toDecimalRupees, toRupees, toRupeesOrNull } from "../../utils/money.js";
import { listView, moment, momentOrNull, nullable, rupees, rupeesOrNull } from "../../utils/view-schemas.js";
import { count, id, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

const toComparedView = ({ compared, matched, breaks, unresolved }: ComparedCounts) => ({
  ...{ compared, matched, breaks, unresolved },
});

const toSettlementsView = ({ amount, fees, tax, ...counts }: SettlementCounts) => ({
  settlements: counts.settlements,
  rows: counts.rows,
  matched: counts.matched,
  mismatched: counts.mismatched,
  listed: counts.listed,
  pending: counts.pending,
  wrongSums: counts.wrongSums,
  ...{ amount: toRupees(amount), fees: toRupees(fees), tax: toRupees(tax) },
});

const toBreakView = ({ kind, count, amountAtRisk, repaired, amountLeft }: BreakSummary) => ({
  ...{ class: kind, count, repaired },
  amountAtRisk: toRupees(amountAtRisk),
  amountLeft: toRupees(amountLeft),
});

export const toReportView = (report: ReconciliationReportDoc) => ({
  id: report._id.toHexString(),
  dateFrom: report.dateFrom,
  dateTo: report.dateTo,
  comparedUntil: report.comparedUntil,
  repair: report.repair,
  state: report.state,
  progress: { done: report.stepsDone, total: report.steps },
  payments: toComparedView(report.payments),
  refunds: toComparedView(report.refunds),
  settlements: toSettlementsView(report.settlements),
  breaks: report.breaks.map(toBreakView),
  amountAtRisk: toRupees(addPaise(...report.breaks.map(({ amountAtRisk }) => amountAtRisk))),
  amountLeft: toRupees(addPaise(...report.breaks.map(({ amountLeft }) => amountLeft))),
  startedBy: report.startedById,
  startedAt: report.startedAt,
  finishedAt: report.finishedAt,
  error: report.error,
});

export const toItemView = (item: ReconciliationItemDoc) => ({
  id: item._id.toHexString(),
  class: item.kind,
  entity: item.entity,
  gatewayId: item.gatewayId,
  gatewayOrderId: item.gatewayOrderId,
  settlementId: item.settlementId,
  disputeId: item.disputeId,
  paymentId: item.paymentId?.toHexString() ?? null,
  refundId: item.refundId?.toHexString() ?? null,
  orderNumber: item.orderNumber,
  localStatus: item.localStatus,
  gatewayStatus: item.gatewayStatus,
  localAmount: toRupeesOrNull(item.localAmount),
  gatewayAmount: toRupeesOrNull(item.gatewayAmount),
  amountAtRisk: toRupees(item.amountAtRisk),
  note: item.note,
  repair: item.repair && { outcome: item.repair.outcome, note: item.repair.note, at: item.repair.at },
});

const ComparedView = viewOf<ReturnType<typeof toComparedView>>("ReconciledList", {
  ...{ compared: count, matched: count, breaks: count, unresolved: count },
});

const SettlementsView = viewOf<ReturnType<typeof toSettlementsView>>("ReconciledSettlements", {
  ...{ settlements: count, rows: count, matched: count, mismatched: count, listed: count },
  ...{ pending: count, wrongSums: count, amount: rupees, fees: rupees, tax: rupees },
});

const BreakView = viewOf<ReturnType<typeof toBreakView>>("ReconciliationBreaks", {
  class: Joi.string().valid(...BREAK_CLASSES),
  ...{ count, repaired: count, amountAtRisk: rupees, amountLeft: rupees },
});

const reportFields = {
  ...{ id, dateFrom: moment, dateTo: moment, comparedUntil: moment, repair: Joi.boolean() },
  state: Joi.string().valid(...REPORT_STATES),
  progress: Joi.object({ done: count.required(), total: count.required() }),
  ...{ payments: ComparedView, refunds: ComparedView, settlements: SettlementsView },
  breaks: Joi.array().items(BreakView).description("Every class that has any; when the report is complete"),
  ...{ amountAtRisk: rupees, amountLeft: rupees, startedBy: textOrNull, startedAt: moment },
  finishedAt: momentOrNull,
  error: textOrNull,
};

export const ReportView = viewOf<ReturnType<typeof toReportView>>("ReconciliationReport", reportFields);
export const ReportListView = listView(ReportView);

const RepairView = Joi.object({
  outcome: Joi.string()
    .valid(...REPAIR_OUTCOMES)
    .required(),
  note: Joi.string().required(),
  at: moment.required(),
});

export const ItemView = viewOf<ReturnType<typeof toItemView>>("ReconciliationItem", {
  id,
  class: Joi.string().valid(...RECONCILIATION_ITEM_KINDS),
  entity: Joi.string().valid(...RECONCILIATION_ENTITIES),
  gatewayId: Joi.string(),
  ...{ gatewayOrderId: textOrNull, settlementId: textOrNull, disputeId: textOrNull },
  ...{ paymentId: id.allow(null), refundId: id.allow(null), orderNumber: textOrNull },
  ...{ localStatus: textOrNull, gatewayStatus: textOrNull },
  ...{ localAmount: rupeesOrNull, gatewayAmount: rupeesOrNull, amountAtRisk: rupees },
  note: textOrNull,
  repair: nullable(RepairView),
});

export const ReportDetailView = Joi.object({
  report: ReportView.required(),
  breaks: listView(ItemView),
}).required();

export const ITEM_COLUMNS = [
  ...["class", "entity", "gatewayId", "gatewayOrderId", "settlementId", "disputeId", "orderNumber"],
  ...["paymentId", "refundId", "localStatus", "gatewayStatus", "localAmount", "gatewayAmount"],
  ...["amountAtRisk", "note", "repairOutcome", "repairNote"],
];

const cell = (amount: Paise | null): string => (amount === null ? "" : toDecimalRupees(amount));

/** A row of the CSV file; amounts are in rupees. */
export function toItemRow(item: ReconciliationItemDoc): string[] {
  const { gatewayOrderId, settlementId, disputeId, orderNumber, localStatus, gatewayStatus } = item;
  const optional = [gatewayOrderId, settlementId, disputeId, orderNumber];
  const ids = [item.paymentId?.toHexString(), item.refundId?.toHexString()];
  return [
    ...[item.kind, item.entity, item.gatewayId],
    ...[...optional, ...ids, localStatus, gatewayStatus].map((text) => text ?? ""),
    ...[cell(item.localAmount), cell(item.gatewayAmount), cell(item.amountAtRisk)],
    ...[item.note ?? "", item.repair?.outcome ?? "", item.repair?.note ?? ""],
  ];
}
