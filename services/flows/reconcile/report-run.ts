import { ReconciliationReport, type ReconciliationReportDoc } from "../../../models/index.js";
import { databaseTime } from "../../../utils/clock.js";
import type { HeldTask, TaskKind } from "../../platform/background-tasks.service.js";

export const REPORTS: TaskKind<ReconciliationReportDoc> = {
  model: ReconciliationReport,
  openState: "running",
  atFailure: () => ({ finishedAt: databaseTime() }),
  failureMessage: "> A reconciliation was interrupted",
};

/** A report that this worker holds. */
export type Run = HeldTask<ReconciliationReportDoc>;
