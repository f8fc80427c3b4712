import { logger } from "../../../config/logger.config.js";
import { countReconciliationBreaks } from "../../../config/metrics.config.js";
import type { BreakSummary, ComparedCounts, ReconciliationReportDoc } from "../../../models/index.js";
import { DAY_MS, databaseTime, now } from "../../../utils/clock.js";
import { addPaise } from "../../../utils/money.js";
import { dayNumberOf, type Span, spanOfDays } from "../../../utils/periods.js";
import { runBackgroundTasks } from "../../platform/background-tasks.service.js";
import { daysOf } from "./days.js";
import { reconcilePayments } from "./reconcile-payments.js";
import { reconcileRefunds } from "./reconcile-refunds.js";
import { addSettlements, reconcileSettlements } from "./reconcile-settlements.js";
import { type Repairs, repairBreaks } from "./repair-breaks.js";
import { sumUpBreaks } from "./report-items.js";
import { REPORTS, type Run } from "./report-run.js";
import { startReconciliation } from "./start-reconciliation.js";

export type { Repairs } from "./repair-breaks.js";
export { type ReconciliationRequest, startReconciliation } from "./start-reconciliation.js";

/** The gateway may authorise a payment up to three days after it was made, so each day is compared four times. */
const NIGHTLY_DAYS = 4;

/** Orders the nightly reconciliation: the last complete days in India, report only. */
export async function startNightlyReconciliation(): Promise<void> {
  const yesterday = dayNumberOf(new Date(now().getTime() - DAY_MS));
  const { from, to } = spanOfDays(yesterday - NIGHTLY_DAYS + 1, yesterday);
  await startReconciliation({ dateFrom: from, dateTo: to, repair: false, startedById: null });
}

/**
 * Runs every reconciliation that was ordered, one after the other. One that was interrupted goes on with its first
 * unfinished step.
 */
export const runReconciliations = (
  repairs: Repairs,
  signal: AbortSignal,
): Promise<{ completed: number; unfinished: number }> =>
  runBackgroundTasks(REPORTS, (run) => reconcile(run, repairs), signal);

async function reconcile(run: Run, repairs: Repairs): Promise<void> {
  const days = daysOf(run.task);
  const steps = [
    ...days.map((day) => () => reconcileDay(run, day)),
    ...days.map((day) => () => settleDay(run, day)),
  ];
  for (const step of steps.slice(run.task.stepsDone)) {
    await step();
    run.task.stepsDone += 1;
    const { payments, refunds, settlements, stepsDone } = run.task;
    await run.write({ payments, refunds, settlements, stepsDone });
  }
  if (run.task.repair) await repairBreaks(run, repairs);
  await complete(run);
}

async function reconcileDay(run: Run, day: Span): Promise<void> {
  const payments = await reconcilePayments(run, day);
  const refunds = await reconcileRefunds(run, day);
  add(run.task.payments, payments);
  add(run.task.refunds, refunds);
}

async function settleDay(run: Run, day: Span): Promise<void> {
  const settled = await reconcileSettlements(run, day);
  run.task.settlements = addSettlements(run.task.settlements, settled);
}

function add(total: ComparedCounts, part: Pick<ComparedCounts, "compared" | "unresolved">): void {
  total.compared += part.compared;
  total.unresolved += part.unresolved;
}

async function complete(run: Run): Promise<void> {
  const report = run.task;
  const totals = await sumUpBreaks(report._id);
  await run.complete({
    breaks: { $literal: totals.breaks },
    payments: withBreaks(report.payments, totals.payments),
    refunds: withBreaks(report.refunds, totals.refunds),
    finishedAt: databaseTime(),
  });
  announce({ ...report, breaks: totals.breaks });
}

const withBreaks = (counts: ComparedCounts, breaks: number): ComparedCounts => ({
  ...counts,
  breaks,
  matched: counts.compared - counts.unresolved - breaks,
});

/** Money at risk is an alarm: a line at error, and the metric. */
function announce({
  _id,
  dateFrom,
  dateTo,
  breaks,
  payments,
  refunds,
  settlements,
}: ReconciliationReportDoc): void {
  const left = ({ count, repaired }: BreakSummary) => count - repaired;
  for (const part of breaks) countReconciliationBreaks(part.kind, left(part));
  const amountAtRisk = addPaise(...breaks.map(({ amountLeft }) => amountLeft));
  const compared = { payments: payments.compared, refunds: refunds.compared, rows: settlements.rows };
  const about = { reportId: _id.toHexString(), dateFrom, dateTo, compared, amountAtRisk };
  if (breaks.every((part) => left(part) === 0)) logger.info(about, "> Reconciled: no breaks are left");
  else logger.error({ ...about, breaks }, "> Reconciled: the gateway's books and ours disagree");
}
