import { reconciliationGauges } from "../../../config/metrics.config.js";
import { ReconciliationReport, type ReconciliationReportDoc } from "../../../models/index.js";
import { BREAK_CLASSES } from "../../../utils/constants.js";
import { addPaise, toRupees } from "../../../utils/money.js";
import { QUERY_LIMIT, type Reading } from "./refresh-readings.js";

/** What the last reconciliation found and did not repair. */
export const reconciliationReading: Reading = {
  name: "reconciliation",
  everyMs: 60_000,
  async read() {
    const report = await ReconciliationReport.findOne({ state: "completed" })
      .sort({ createdAt: -1 })
      .setOptions(QUERY_LIMIT)
      .lean<ReconciliationReportDoc>();
    if (!report) return;
    const { finishedAt, breaks } = report;
    if (finishedAt) reconciliationGauges.lastCompleted.set(finishedAt.getTime() / 1_000);
    const left = new Map(breaks.map(({ kind, count, repaired }) => [kind, count - repaired]));
    for (const kind of BREAK_CLASSES)
      reconciliationGauges.breaksLeft.set({ class: kind }, left.get(kind) ?? 0);
    reconciliationGauges.amountAtRisk.set(toRupees(addPaise(...breaks.map(({ amountLeft }) => amountLeft))));
  },
};
