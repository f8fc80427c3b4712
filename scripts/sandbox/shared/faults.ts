import type { IncomingMessage } from "node:http";
import type { Exchange } from "./fault-actions.js";
import { answerBadly, resetConnection } from "./fault-actions.js";
import { compileMatch } from "./fault-match.js";
import { pathOf } from "./http.js";
import type { ServiceName } from "./names.js";
import { createRandom } from "./random.js";
import { createTimers } from "./timers.js";

/**
 * `delay` and `hang` hold the request back (a delayed one is then served, a hanging one never);
 * `reset-before` cuts the connection without doing the work, `reset-after` when the work is done;
 * `status` answers an error without doing the work, or after it with `after: true`;
 * the others do the work and spoil the answer.
 */
export const FAULT_ACTIONS = [
  "delay",
  "hang",
  "reset-before",
  "reset-after",
  "status",
  "garbage",
  "html",
  "truncate",
  "slow-drip",
  "wrong-types",
  "huge",
] as const;
export type FaultAction = (typeof FAULT_ACTIONS)[number];

export interface FaultRule {
  /** Absent: every service. */
  service?: ServiceName;
  /** `POST /api/reservations/:id`, `/api/reservations/**`, or a part of the path such as `convert`. Absent: all. */
  match?: string;
  action: FaultAction;
  /** Of `status` (default 500) and of the spoilt answers (default 200). */
  status?: number;
  /** For `status`: the error code of the envelope; default `INJECTED_FAULT`, which no contract lists. */
  code?: string;
  /** `delay`: before the work (default 1000). `slow-drip`: between two pieces of 16 bytes (default 100). */
  delayMs?: number;
  /** How many requests it hits; absent: until it is deleted. */
  times?: number;
  /** Of each matching request (default 1), drawn from `seed`. */
  probability?: number;
  seed?: number;
  /** For `status`: do the work first. */
  after?: boolean;
  /** For `status`: the `Retry-After` header. */
  retryAfterSeconds?: number;
  /** Of `huge` (default 16 MB). */
  bytes?: number;
}

/** How a service behaves all the time, whatever rules there are. */
export interface ServiceBehaviour {
  latencyMs?: number;
  /** Share of the requests that answer 500 without any work. */
  errorRate?: number;
  seed?: number;
}

export interface ActiveFault extends FaultRule {
  id: number;
  hits: number;
}

export interface Faults {
  add(rule: FaultRule): ActiveFault;
  /** With how often each has hit, also those used up. */
  list(): ActiveFault[];
  setBehaviour(service: ServiceName, behaviour: ServiceBehaviour): void;
  /** Removes every rule and behaviour. Requests that hang go on hanging. */
  clear(): void;
  /** Calls `next` unless a fault has something else in mind for the request. */
  disturb(service: ServiceName, exchange: Pick<Exchange, "req" | "res">, next: () => void): void;
  close(): void;
}

interface LiveFault extends ActiveFault {
  matches(method: string, path: string): boolean;
  draw(): number;
}

interface LiveBehaviour {
  latencyMs: number;
  errorRate: number;
  draw(): number;
}

const DEFAULT_DELAY_MS = 1_000;

const toActive = ({ matches: _matches, draw: _draw, ...fault }: LiveFault): ActiveFault => fault;

function findFault(rules: LiveFault[], service: ServiceName, req: IncomingMessage): LiveFault | undefined {
  const { method = "GET" } = req;
  const path = pathOf(req);
  return rules.find(
    (rule) =>
      (rule.service === undefined || rule.service === service) &&
      (rule.times === undefined || rule.hits < rule.times) &&
      rule.matches(method, path) &&
      (rule.probability === undefined || rule.draw() < rule.probability),
  );
}

/** The switches for trouble, shared by all stand-ins. */
export function createFaults(): Faults {
  const timers = createTimers();
  const behaviours = new Map<ServiceName, LiveBehaviour>();
  let rules: LiveFault[] = [];
  let lastId = 0;

  function apply(fault: FaultRule, exchange: Exchange): void {
    const { req, next } = exchange;
    if (fault.action === "reset-before") resetConnection(req);
    else if (fault.action === "delay") timers.after(fault.delayMs ?? DEFAULT_DELAY_MS, next);
    // A hanging request is simply left alone.
    else if (fault.action !== "hang") answerBadly(fault, exchange);
  }

  function serve(service: ServiceName, exchange: Exchange): void {
    const fault = rules.length > 0 ? findFault(rules, service, exchange.req) : undefined;
    if (!fault) {
      exchange.next();
      return;
    }
    fault.hits += 1;
    apply(fault, exchange);
  }

  return {
    add: (rule) => {
      lastId += 1;
      const draw = createRandom(rule.seed ?? lastId);
      const live = { ...rule, id: lastId, hits: 0, matches: compileMatch(rule.match), draw };
      rules.push(live);
      return toActive(live);
    },
    list: () => rules.map(toActive),
    setBehaviour: (service, { latencyMs = 0, errorRate = 0, seed = 1 }) => {
      behaviours.set(service, { latencyMs, errorRate, draw: createRandom(seed) });
    },
    clear: () => {
      rules = [];
      behaviours.clear();
    },
    disturb: (service, { req, res }, next) => {
      const exchange = { req, res, next, timers };
      const behaviour = behaviours.get(service);
      if (!behaviour) {
        serve(service, exchange);
        return;
      }
      const isError = behaviour.errorRate > 0 && behaviour.draw() < behaviour.errorRate;
      const work = isError
        ? () => apply({ action: "status", status: 500 }, exchange)
        : () => serve(service, exchange);
      if (behaviour.latencyMs > 0) timers.after(behaviour.latencyMs, work);
      else work();
    },
    close: () => timers.stop(),
  };
}
