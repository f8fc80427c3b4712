import { performance } from "node:perf_hooks";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** What Prometheus collects at GET /metrics. docs/observability.md lists every metric; a test compares the two. */
export const metrics = new Registry();

// Process, memory, garbage collection and the delay of the event loop.
collectDefaultMetrics({ register: metrics });

let usedSince = performance.eventLoopUtilization();

new Gauge({
  name: "nodejs_eventloop_utilization_ratio",
  help: "Share of the time since the last scrape in which the event loop was busy",
  registers: [metrics],
  collect() {
    const used = performance.eventLoopUtilization();
    this.set(performance.eventLoopUtilization(used, usedSince).utilization);
    usedSince = used;
  },
});
