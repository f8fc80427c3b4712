import { randomUUID } from "node:crypto";
import { trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { ReconciliationReport, type ReconciliationReportDoc } from "../../../models/index.js";
import { databaseTime, isPast } from "../../../utils/clock.js";
import { toErrorText } from "../../../utils/errors.js";

/** After a crash, a report waits this long. Renewed with every page. */
const LEASE_MS = 60_000;
const RENEW_EVERY_MS = 5_000;
const MAX_ATTEMPTS = 5;
const RETRY_AFTER_MS = 60_000;
const AT_ONCE = new Date(0);

/** Another worker has taken the report over: write nothing more. */
class LeaseLostError extends Error {}
/** This process stops. */
class InterruptedError extends Error {}

/** A report that this worker holds. */
export interface Run {
  report: ReconciliationReportDoc;
  /** Call it between two steps, at least once a minute: it renews the lease. @throws when the run must stop */
  keepAlive(): Promise<void>;
  /** A write to the report, as the stages of a pipeline. @throws when another worker holds the report */
  write(fields: object): Promise<void>;
}

/** Claims the report that has been due the longest. */
export async function claimDueReport(signal: AbortSignal): Promise<Run | null> {
  const leaseToken = randomUUID();
  const report = await ReconciliationReport.findOneAndUpdate(
    { state: "running", $expr: trusted(isPast("dueAt")) },
    [{ $set: { leaseToken, dueAt: databaseTime(LEASE_MS), attempts: { $add: ["$attempts", 1] } } }],
    { sort: { dueAt: 1 }, returnDocument: "after", updatePipeline: true },
  ).lean<ReconciliationReportDoc>();
  return report && holdReport(report, signal);
}

function holdReport(report: ReconciliationReportDoc, signal: AbortSignal): Run {
  const { _id, leaseToken } = report;
  let renewedAt = performance.now();
  const write = async (fields: object) => {
    const written = await ReconciliationReport.updateOne({ _id, leaseToken }, [{ $set: fields }], {
      updatePipeline: true,
    });
    if (written.matchedCount === 0) throw new LeaseLostError("another worker runs this report");
    renewedAt = performance.now();
  };
  return {
    report,
    write,
    async keepAlive() {
      if (signal.aborted) throw new InterruptedError("interrupted");
      if (performance.now() - renewedAt > RENEW_EVERY_MS) await write({ dueAt: databaseTime(LEASE_MS) });
    },
  };
}

/** Does the work and gives the report back if it was not completed. @returns whether it was */
export async function tryRun(run: Run, work: (run: Run) => Promise<void>): Promise<boolean> {
  try {
    if (run.report.attempts > MAX_ATTEMPTS) throw new Error("every worker stopped during this report");
    await work(run);
    return true;
  } catch (error) {
    if (!(error instanceof LeaseLostError)) await giveBack(run, error).catch(ignoreLostLease);
    return false;
  }
}

async function giveBack({ report, write }: Run, error: unknown): Promise<void> {
  if (error instanceof InterruptedError) {
    // The next worker need not wait for the lease, and it was not the report's fault.
    return write({ dueAt: AT_ONCE, leaseToken: null, attempts: report.attempts - 1 });
  }
  const hasFailed = report.attempts >= MAX_ATTEMPTS;
  logger[hasFailed ? "error" : "warn"](
    { err: error, reportId: report._id.toHexString(), attempts: report.attempts },
    "> A reconciliation was interrupted",
  );
  const text = { $literal: toErrorText(error) };
  const next = hasFailed
    ? { state: "failed", finishedAt: databaseTime() }
    : { dueAt: databaseTime(RETRY_AFTER_MS) };
  return write({ ...next, leaseToken: null, error: text });
}

function ignoreLostLease(error: unknown): void {
  if (!(error instanceof LeaseLostError)) throw error;
}
