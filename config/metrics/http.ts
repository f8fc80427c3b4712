import { Counter, Gauge, Histogram } from "prom-client";
import { metrics } from "./registry.js";

/** By route pattern, not by path: one series per route. */
const requestDuration = new Histogram({
  name: "http_request_duration_seconds",
  help: "How long requests took, by method, route pattern and status; 499: the client left before the answer",
  labelNames: ["method", "route", "status"] as const,
  // From a cached read to the longest placement that a client waits for.
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30],
  registers: [metrics],
});

const requestsInFlight = new Gauge({
  name: "http_requests_in_flight",
  help: "Requests that are being answered now",
  registers: [metrics],
});

export const countRequestStart = (): void => requestsInFlight.inc();

const rejections = new Counter({
  name: "requests_rejected_total",
  help: "Requests that were refused with OVERLOADED before any work was done, by priority",
  labelNames: ["priority"] as const,
  registers: [metrics],
});

export const countRejection = (priority: string): void => rejections.inc({ priority });

let admissionLimit: (() => number) | undefined;

/** Shows the limit with every scrape, and no rejection of each priority, so that the first one is an increase. */
export function watchAdmission(priorities: readonly string[], readLimit: () => number): void {
  for (const priority of priorities) rejections.inc({ priority }, 0);
  admissionLimit = readLimit;
}

new Gauge({
  name: "http_requests_in_flight_limit",
  help: "Requests that may be in flight before the most important ones are refused; 10000 without overload",
  registers: [metrics],
  collect() {
    if (admissionLimit) this.set(admissionLimit());
  },
});

export interface ObservedRequest {
  method: string;
  route: string;
  status: number;
  seconds: number;
}

/** At the end of a request that `countRequestStart` has counted. */
export function observeRequest({ method, route, status, seconds }: ObservedRequest): void {
  requestsInFlight.dec();
  requestDuration.observe({ method, route, status }, seconds);
}
