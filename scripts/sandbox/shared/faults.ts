import type { IncomingMessage } from "node:http";
import type { ServiceName } from "../environment.js";
import { createTimers } from "./clock.js";
import { answerBadly, type Exchange, resetConnection } from "./fault-actions.js";
import { pathOf } from "./http.js";
import { createRandom } from "./random.js";

/**
 * `delay` and `hang` hold the request back: a delayed request is served later, a hanging one never.
 * `reset-before` cuts the connection before the work, `reset-after` when the work is done.
 * `status` answers an error instead of the work, or after it with `after: true`.
 * All others do the work and spoil the answer.
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

export interface FaultRule {
  /** Absent: every service. */
  service?: ServiceName;
  /** `POST /api/reservations/:id`, `/api/reservations/**`, or part of a path such as `convert`. Absent: all. */
  match?: string;
  action: (typeof FAULT_ACTIONS)[number];
  /** Of `status` (default 500) and of spoilt answers (default 200). */
  status?: number;
  /** For `status`: the error code of the envelope; default `INJECTED_FAULT`, which no contract lists. */
  code?: string;
  /** `delay`: before the work (default 1000). `slow-drip`: between two pieces of 16 bytes (default 100). */
  delayMs?: number;
  /** How many requests the rule hits; absent: until it is removed. */
  times?: number;
  /** Share of the matching requests (default 1), drawn from `seed`. */
  probability?: number;
  seed?: number;
  /** For `status`: do the work first. */
  after?: boolean;
  /** For `status`: the `Retry-After` header. */
  retryAfterSeconds?: number;
  /** Size of a `huge` answer (default 16 MB). */
  bytes?: number;
}

/** How a service behaves all the time, in addition to the rules. */
export interface ServiceBehaviour {
  latencyMs?: number;
  /** Share of the requests that get 500 without any work. */
  errorRate?: number;
  seed?: number;
}

interface ActiveFault extends FaultRule {
  id: number;
  hits: number;
}

export interface Faults {
  add(rule: FaultRule): ActiveFault;
  /** All rules with their hits, including those that are used up. */
  list(): ActiveFault[];
  setBehaviour(service: ServiceName, behaviour: ServiceBehaviour): void;
  /** Removes all rules and behaviours. Requests that already hang stay open. */
  clear(): void;
  /** Calls `next`, unless a fault applies to the request. */
  disturb(service: ServiceName, exchange: Pick<Exchange, "req" | "res">, next: () => void): void;
  close(): void;
}

interface LiveFault extends ActiveFault {
  matches(method: string, path: string): boolean;
  draw(): number;
}

type LiveBehaviour = Required<Omit<ServiceBehaviour, "seed">> & { draw(): number };

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

/** The faults of all stand-ins. */
export function createFaults(): Faults {
  const timers = createTimers();
  const behaviours = new Map<ServiceName, LiveBehaviour>();
  let rules: LiveFault[] = [];
  let lastId = 0;

  function apply(fault: FaultRule, exchange: Exchange): void {
    const { req, next } = exchange;
    if (fault.action === "reset-before") resetConnection(req);
    else if (fault.action === "delay") timers.after(fault.delayMs ?? DEFAULT_DELAY_MS, next);
    // `hang` does nothing: the request stays open.
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
      const { latencyMs = 0, errorRate = 0, draw } = behaviours.get(service) ?? {};
      const isError = errorRate > 0 && draw !== undefined && draw() < errorRate;
      const work = isError
        ? () => apply({ action: "status", status: 500 }, exchange)
        : () => serve(service, exchange);
      if (latencyMs > 0) timers.after(latencyMs, work);
      else work();
    },
    close: () => timers.stop(),
  };
}

const SEGMENT = "[^/]+";
const escapeRegExp = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

/**
 * `/api/users/:userId` as an expression for whole paths, with a group per parameter; `*` is one segment,
 * `**` any number.
 */
export function compilePath(pattern: string): RegExp {
  const source = pattern
    .split("/")
    .map((segment) => {
      if (segment === "**") return ".*";
      if (segment === "*") return SEGMENT;
      if (segment.startsWith(":")) return `(${SEGMENT})`;
      return escapeRegExp(segment).replaceAll("*", "[^/]*");
    })
    .join("/");
  return new RegExp(`^${source}/?$`);
}

/** The `match` of a rule as a predicate. A pattern without a leading `/` is part of the path. */
function compileMatch(match: string | undefined): LiveFault["matches"] {
  if (!match) return () => true;
  const [, method, pattern = ""] = /^(?:(GET|POST|PUT|PATCH|DELETE) )?(.*)$/.exec(match) ?? [];
  const expression = pattern.startsWith("/") ? compilePath(pattern) : null;
  return (actualMethod, path) =>
    (method === undefined || method === actualMethod) &&
    (expression ? expression.test(path) : path.includes(pattern));
}
