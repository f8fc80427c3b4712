import type { ClientSession } from "mongoose";
import { ReconciliationReport, type ReconciliationReportDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { adminActor } from "../../../utils/principal.js";
import { recordAudit } from "../../platform/audit.service.js";
import { AT_ONCE } from "../../platform/background-tasks.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { daysOf, settledBefore } from "./days.js";

export interface ReconciliationRequest {
  dateFrom: Date;
  dateTo: Date;
  repair: boolean;
  /** The admin; null: the nightly run. */
  startedById: string | null;
}

export interface StartedReconciliation {
  report: ReconciliationReportDoc;
  /** False: the same range is being reconciled already. */
  created: boolean;
}

/** Orders a reconciliation, which the jobs run. While the same range is reconciled, that report is the answer. */
export async function startReconciliation(request: ReconciliationRequest): Promise<StartedReconciliation> {
  try {
    return { report: await inTransaction((tx) => insertReport(request, tx)), created: true };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const { dateFrom, dateTo, repair } = request;
    const report = await ReconciliationReport.findOne({
      ...{ dateFrom, dateTo, repair, state: "running" },
    }).lean<ReconciliationReportDoc>();
    // It may have ended since.
    return report ? { report, created: false } : startReconciliation(request);
  }
}

async function insertReport(
  request: ReconciliationRequest,
  tx: ClientSession,
): Promise<ReconciliationReportDoc> {
  const { dateFrom, dateTo, repair, startedById } = request;
  const at = now();
  const settled = settledBefore({ startedAt: at });
  const comparedUntil = new Date(Math.min(dateTo.getTime(), settled.getTime()));
  // Each day of payments and refunds, then each day of settlements.
  const steps = 2 * daysOf({ dateFrom, comparedUntil }).length;
  const fields = { ...request, comparedUntil, steps, startedAt: at, dueAt: AT_ONCE };
  const [report] = await ReconciliationReport.create([fields], { session: tx });
  if (!report) throw new Error("MongoDB returned no report");
  if (startedById) {
    await recordAudit(
      {
        actor: adminActor(startedById),
        action: "payment.reconcile",
        resourceType: "reconciliationReport",
        resourceId: report._id.toHexString(),
        after: { dateFrom, dateTo, repair },
      },
      tx,
    );
  }
  return report.toObject<ReconciliationReportDoc>();
}
