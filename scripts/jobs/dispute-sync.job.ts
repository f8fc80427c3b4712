import { logger } from "../../config/logger.config.js";
import type { Dispute } from "../../models/index.js";
import { findDisputed } from "../../services/aggregates/payment/dispute.js";
import { readUncountedLoss } from "../../services/aggregates/refund/disputed-refunds.js";
import { reportDispute } from "../../services/flows/report-dispute.flow.js";
import { gatewayPages } from "../../services/integrations/gateway-pages.js";
import type { GatewayDispute } from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { DAY_MS, now } from "../../utils/clock.js";

/** The gateway lists disputes by the day on which they were opened, and with appeals one may take four months. */
const LIST_DAYS = 120;

/**
 * Learns of disputes whose events were lost: their deadlines, and what a lost one took. An event says when something
 * happened; here it is the time at which the list was read.
 */
export const disputeSync: Job = {
  name: "dispute-sync",
  description: "Reads the gateway's list of disputes, so that none of them depends on a webhook",
  schedule: "0 25 * * * *",
  async run(context) {
    const counts = { listed: 0, changed: 0, ignored: 0, failed: 0 };
    const reportedAt = now();
    const to = new Date(reportedAt.getTime() + 1_000);
    const range = { from: new Date(to.getTime() - LIST_DAYS * DAY_MS), to };
    for await (const page of gatewayPages((list) => paymentGateway.listDisputes(list), range)) {
      const known = await readKnown(page.items);
      for (const dispute of page.items.filter((listed) => isNews(listed, known.get(listed.id)))) {
        counts[await follow({ ...dispute, reportedAt })] += 1;
      }
      counts.listed += page.count;
      if (context.signal.aborted) break;
    }
    return counts;
  },
};

interface Known {
  dispute: Dispute;
  /** Lost, and not counted yet: a refund was in its way, which may have failed since. */
  isOwed: boolean;
}

/** By the dispute's id. */
async function readKnown(listed: readonly GatewayDispute[]): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const payment of await findDisputed(listed.map(({ paymentId }) => paymentId))) {
    const isLost = payment.disputes.some(({ status }) => status === "lost");
    const isOwed = isLost && (await readUncountedLoss(payment)) > 0;
    for (const dispute of payment.disputes)
      known.set(dispute.id, { dispute, isOwed: isOwed && dispute.status === "lost" });
  }
  return known;
}

const isNews = ({ status, phase }: GatewayDispute, known: Known | undefined): boolean =>
  known === undefined || known.isOwed || known.dispute.status !== status || known.dispute.phase !== phase;

const COUNTED_AS = {
  recorded: "changed",
  // More was deducted than is left of the payment. A refund of ours may be in flight.
  exceeds: "failed",
  // Of a payment of another system on the same account, or one that is not known here yet.
  unknown: "ignored",
  stale: "ignored",
} as const;

async function follow(report: Parameters<typeof reportDispute>[0]) {
  try {
    return COUNTED_AS[await reportDispute(report)];
  } catch (error) {
    logger.warn({ err: error, disputeId: report.id }, "> A listed dispute could not be recorded");
    return "failed" as const;
  }
}
