import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toCsvStream } from "../../utils/csv.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendFile, sendResponse } from "../../utils/http.js";
import { indianDayOf } from "../../utils/periods.js";
import { toListView } from "../../utils/views/list.view.js";
import * as reconciliationService from "./reconciliation.service.js";
import type * as schemas from "./reconciliation.validation.js";
import { ITEM_COLUMNS, toItemRow, toItemView, toReportView } from "./reconciliation.view.js";

export async function reconcile(
  { body, principal }: AdminInput<typeof schemas.reconcileSchema>,
  res: Response,
): Promise<void> {
  const { report, created } = await reconciliationService.startReconciliation({
    ...body,
    startedById: principal.adminId,
  });
  const status = created ? HTTP_STATUS.ACCEPTED : HTTP_STATUS.OK;
  const message = created ? "The reconciliation will run" : "This range is being reconciled already";
  sendResponse(res, status, message, toReportView(report));
}

export async function listReconciliations(
  { query }: AdminInput<typeof schemas.listReconciliationsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await reconciliationService.listReconciliations(query);
  const list = toListView(items.map(toReportView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Reconciliations", list);
}

export async function getReconciliation(
  { params, query }: AdminInput<typeof schemas.getReconciliationSchema>,
  res: Response,
): Promise<void> {
  const reportId = toObjectId(params.reportId);
  const report = await reconciliationService.getReconciliation(reportId);
  if (query.format === "json") {
    const { items, total } = await reconciliationService.listItems(reportId, query);
    const breaks = toListView(items.map(toItemView), { ...query, total });
    return sendResponse(res, HTTP_STATUS.OK, "The reconciliation", { report: toReportView(report), breaks });
  }
  await sendFile(res, {
    name: `reconciliation_${indianDayOf(report.dateFrom)}_${indianDayOf(report.dateTo)}.csv`,
    contentType: "text/csv; charset=utf-8",
    body: async () =>
      toCsvStream(ITEM_COLUMNS, rowsOf(reconciliationService.readItems(reportId, query.class))),
  });
}

async function* rowsOf(items: ReturnType<typeof reconciliationService.readItems>) {
  for await (const item of items) yield toItemRow(item);
}
