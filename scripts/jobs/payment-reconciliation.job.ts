import {
  type Repairs,
  runReconciliations,
  startNightlyReconciliation,
} from "../../services/flows/reconcile/reconcile.flow.js";
import { reportRefund, reportRefundMadeElsewhere } from "../../services/flows/report-refund.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { settleAndPlace } from "./payment-list.job.js";
import { resolveCapture } from "./payment-sweep.job.js";

/** A repair is what the sweep does about the same payment, and a webhook about the same refund. */
const repairs: Repairs = {
  settle: (report) => settleAndPlace(report, "reconciliation"),
  resolveCapture,
  settleRefund: async (report) => {
    const { kind } = await reportRefund(report);
    if (kind === "unknown") await reportRefundMadeElsewhere(report);
  },
};

/** Compares the last days with the gateway's books. It only reports; an admin orders repairs. */
export const paymentReconciliation: Job = {
  name: "payment-reconciliation",
  description: "Compares payments, refunds and settlements of the last four days with the gateway's books",
  schedule: "0 0 2 * * *",
  async run({ signal }) {
    await startNightlyReconciliation();
    return runReconciliations(repairs, signal);
  },
};

/** Not the outbox: a reconciliation takes minutes, longer than the lease of a message. */
export const reconciliationRequests: Job = {
  name: "reconciliation-requests",
  description: "Runs the reconciliations that admins order, and those that a crash interrupted",
  schedule: "*/10 * * * * *",
  run: ({ signal }) => runReconciliations(repairs, signal),
};
