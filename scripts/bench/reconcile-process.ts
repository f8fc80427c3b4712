import { setTimeout as sleep } from "node:timers/promises";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "../../config/database.config.js";
import { config } from "../../config/env.config.js";
import { ReconciliationReport, type ReconciliationReportDoc } from "../../models/index.js";
import { runReconciliations, startReconciliation } from "../../services/flows/reconcile/reconcile.flow.js";
import { now, setClock } from "../../utils/clock.js";

/** From the bench to this process: reconcile everything since then (Unix ms). */
export interface ReconcileOrder {
  from: number;
}

export interface ReconcileMeasure {
  seconds: number;
  /** Of this process alone: on a busy machine the rest of the time is waiting. */
  cpuSeconds: number;
  idleBytes: number;
  peakBytes: number;
  report: Pick<ReconciliationReportDoc, "state" | "payments" | "refunds" | "settlements" | "breaks">;
}

const HOUR_MS = 3_600_000;
const SAMPLE_MS = 20;
const rss = () => process.memoryUsage.rss();

/** Reconciles in a process of its own, so that only its memory is measured. */
async function reconcile({ from }: ReconcileOrder): Promise<ReconcileMeasure> {
  await connectDatabase(config.mongodbUri);
  await prepareDatabase();
  // An hour later, so that nothing is too young to be compared.
  setClock(HOUR_MS);
  const request = { dateFrom: new Date(from), dateTo: now(), repair: false, startedById: null };
  const { report } = await startReconciliation(request);
  globalThis.gc?.();
  await sleep(500);
  const idleBytes = rss();
  let peakBytes = idleBytes;
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, rss());
  }, SAMPLE_MS);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const nothing = () => Promise.resolve();
  const noRepairs = { settle: nothing, settleRefund: nothing, resolveCapture: nothing };
  await runReconciliations(noRepairs, new AbortController().signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  clearInterval(sampler);
  const done = await ReconciliationReport.findById(report._id).lean<ReconciliationReportDoc>();
  if (done?.state !== "completed") throw new Error(`the report is ${done?.state}: ${done?.error}`);
  const { state, payments, refunds, settlements, breaks } = done;
  await disconnectDatabase();
  return {
    seconds,
    cpuSeconds,
    idleBytes,
    peakBytes,
    report: { state, payments, refunds, settlements, breaks },
  };
}

process.once("message", (order: ReconcileOrder) => {
  reconcile(order).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
