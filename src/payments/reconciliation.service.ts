import type { Types } from "mongoose";
import {
  ReconciliationItem,
  type ReconciliationItemDoc,
  ReconciliationReport,
  type ReconciliationReportDoc,
  type ReportState,
} from "../../models/index.js";
import { dateRange, type Page, paginate } from "../../services/platform/paginate.service.js";
import type { ReconciliationItemKind } from "../../utils/constants.js";
import { NotFoundError } from "../../utils/errors.js";
import type { ListQuery, PageQuery } from "../../utils/request-schemas.js";

export { startReconciliation } from "../../services/flows/reconcile/reconcile.flow.js";

export interface ReportListQuery extends ListQuery<"createdAt"> {
  state?: ReportState;
}

/** Reports by date of creation, newest first by default. */
export function listReconciliations({
  state,
  ...query
}: ReportListQuery): Promise<Page<ReconciliationReportDoc>> {
  const filter = () => {
    const createdAt = dateRange(query) ?? dateRange({ dateFrom: new Date(0) });
    return { ...(state ? { state } : {}), ...(createdAt ? { createdAt } : {}) };
  };
  return paginate({ model: ReconciliationReport, filter, sortBy: "createdAt" }, query);
}

/** @throws NotFoundError NOT_FOUND */
export async function getReconciliation(reportId: Types.ObjectId): Promise<ReconciliationReportDoc> {
  const report = await ReconciliationReport.findById(reportId).lean<ReconciliationReportDoc>();
  if (!report) throw new NotFoundError("NOT_FOUND", "There is no such reconciliation");
  return report;
}

export type ItemQuery = PageQuery<"amountAtRisk"> & { class?: ReconciliationItemKind };

const ofReport = (reportId: Types.ObjectId, kind: ReconciliationItemKind | undefined) => ({
  reportId,
  ...(kind ? { kind } : {}),
});

/** What a report found, that with the most money at risk first by default. */
export const listItems = (
  reportId: Types.ObjectId,
  { class: kind, ...query }: ItemQuery,
): Promise<Page<ReconciliationItemDoc>> =>
  paginate(
    { model: ReconciliationItem, filter: () => ofReport(reportId, kind), sortBy: "amountAtRisk" },
    query,
  );

/** All of it, however much: read from the database as it is consumed. */
export const readItems = (
  reportId: Types.ObjectId,
  kind: ReconciliationItemKind | undefined,
): AsyncIterable<ReconciliationItemDoc> =>
  ReconciliationItem.find(ofReport(reportId, kind))
    .sort({ amountAtRisk: -1 })
    .lean<ReconciliationItemDoc>()
    .cursor({ batchSize: 200 });
