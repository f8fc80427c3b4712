import { Counter, Gauge, Histogram } from "prom-client";
import { metrics } from "./registry.js";

/**
 * The calls to each neighbour, the payment gateway among them. The label is `upstream`: Prometheus in Kubernetes gives
 * every target a label `service`.
 */

const callDuration = new Histogram({
  name: "upstream_call_duration_seconds",
  help: "How long calls to a neighbour took with their retries, by outcome: succeeded, refused (the contract lists it), unknown, unavailable, own_delay (no answer because this instance was late), not_sent (breaker open or too many calls in flight)",
  labelNames: ["upstream", "outcome"] as const,
  // From a local answer to the longest time-out, with some room.
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [metrics],
});

export interface ObservedCall {
  service: string;
  outcome: "succeeded" | "refused" | "unknown" | "unavailable" | "own_delay" | "not_sent";
  seconds: number;
}

export function observeUpstreamCall({ service, outcome, seconds }: ObservedCall): void {
  callDuration.observe({ upstream: service, outcome }, seconds);
}

const retries = new Counter({
  name: "upstream_retries_total",
  help: "Second tries of calls to a neighbour",
  labelNames: ["upstream"] as const,
  registers: [metrics],
});

export const countRetry = (service: string): void => retries.inc({ upstream: service });

const contractFaults = new Counter({
  name: "upstream_contract_faults_total",
  help: "Responses outside a neighbour's contract: a wrong key, an unknown route, an unlisted 4xx. Alert on any increase",
  labelNames: ["upstream", "status"] as const,
  registers: [metrics],
});

export function countContractFault({ service, status }: { service: string; status: number }): void {
  contractFaults.inc({ upstream: service, status });
}

const isUp = new Gauge({
  name: "upstream_up",
  help: "Whether a neighbour's health page answered: 1 or 0. The gateway has none; watch its breaker",
  labelNames: ["upstream"] as const,
  registers: [metrics],
});

export const showNeighbourHealth = (service: string, up: boolean): void =>
  isUp.set({ upstream: service }, up ? 1 : 0);

interface NeighbourState {
  inFlight: number;
  breaker: "closed" | "open" | "half-open";
}

const watched = new Map<string, () => NeighbourState>();

/** Shows the state of the calls to a neighbour with every scrape. */
export function watchNeighbour(service: string, read: () => NeighbourState): void {
  watched.set(service, read);
  retries.inc({ upstream: service }, 0);
}

new Gauge({
  name: "upstream_calls_in_flight",
  help: "Calls to a neighbour that have not been answered yet",
  labelNames: ["upstream"] as const,
  registers: [metrics],
  collect() {
    for (const [service, read] of watched) this.set({ upstream: service }, read().inFlight);
  },
});

new Gauge({
  name: "upstream_breaker_open",
  help: "Whether the circuit breaker refuses calls to a neighbour: 1 while open or probing, otherwise 0",
  labelNames: ["upstream"] as const,
  registers: [metrics],
  collect() {
    for (const [service, read] of watched)
      this.set({ upstream: service }, read().breaker === "closed" ? 0 : 1);
  },
});
