import { metrics } from "../../config/metrics.config.js";
import { moneyReading } from "../../services/aggregates/payment/money.reading.js";
import {
  invoiceReading,
  outboxReading,
  webhookReading,
} from "../../services/platform/metrics/backlog.readings.js";
import { jobsReading } from "../../services/platform/metrics/jobs.reading.js";
import { reconciliationReading } from "../../services/platform/metrics/reconciliation.reading.js";
import { refreshReadings } from "../../services/platform/metrics/refresh-readings.js";
import { shopReading } from "../../services/platform/metrics/shop.reading.js";
import { databaseReading, neighboursReading } from "../../services/platform/metrics/upstreams.readings.js";

const READINGS = [
  ...[databaseReading, neighboursReading],
  ...[outboxReading, webhookReading, invoiceReading, jobsReading],
  ...[moneyReading, reconciliationReading, shopReading],
];

export interface MetricsPage {
  contentType: string;
  text: string;
}

/** All metrics in Prometheus's text format, with readings that are at most a minute old. */
export async function readMetrics(): Promise<MetricsPage> {
  await refreshReadings(READINGS);
  return { contentType: metrics.contentType, text: await metrics.metrics() };
}
