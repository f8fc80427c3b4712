import type { ServerResponse } from "node:http";
import type { ServiceName } from "../environment.js";
import { headerOf, type Incoming, pathOf } from "./http.js";

/** One request that reached a stand-in. */
export interface CallEntry {
  service: ServiceName;
  method: string;
  path: string;
  /** `POST /api/reservations/:id`, with the parameters as the contract names them. */
  route: string;
  /** 0 when the connection was cut before an answer was sent. */
  status: number;
  requestId: string | undefined;
  traceparent: string | undefined;
  idempotencyKey: string | undefined;
  authorization: string | undefined;
  body: unknown;
  durationMs: number;
}

interface Watched {
  service: ServiceName;
  toRoute(method: string, path: string): string;
}

interface CallFilter {
  service?: ServiceName;
  route?: string;
}

export interface CallLog {
  /** The last `KEPT_ENTRIES` entries, oldest first. */
  list(filter?: CallFilter): CallEntry[];
  /** All calls since the last reset, including those that are no longer listed. */
  count(filter?: CallFilter): number;
  /** `{ inventory: { 'POST /api/reservations': 3 } }` */
  counts(): Record<string, Record<string, number>>;
  /** Resolves once there have been `count` such calls since the last reset. */
  waitFor(filter: CallFilter, count: number, timeoutMs?: number): Promise<void>;
  reset(): void;
  /** Records the call when its response closes. */
  watch(watched: Watched, req: Incoming, res: ServerResponse): void;
  close(): void;
}

/** Enough for any test; without a limit, a load run would keep every body in memory. */
const KEPT_ENTRIES = 5_000;
const WAIT_MS = 5_000;

interface Waiter {
  check(): void;
  fail(reason: Error): void;
}

const matches = (entry: CallEntry, filter: CallFilter): boolean =>
  (filter.service === undefined || entry.service === filter.service) &&
  (filter.route === undefined || entry.route === filter.route);

export function createCallLog(): CallLog {
  let entries: CallEntry[] = [];
  const totals = new Map<ServiceName, Map<string, number>>();
  const waiters = new Set<Waiter>();

  function record(entry: CallEntry): void {
    entries.push(entry);
    // Dropping half the entries at a time keeps the cost per call constant.
    if (entries.length > KEPT_ENTRIES * 2) entries = entries.slice(-KEPT_ENTRIES);
    const ofService = totals.get(entry.service) ?? new Map<string, number>();
    totals.set(entry.service, ofService);
    ofService.set(entry.route, (ofService.get(entry.route) ?? 0) + 1);
    for (const waiter of waiters) waiter.check();
  }

  function count(filter: CallFilter = {}): number {
    let sum = 0;
    for (const [service, routes] of totals) {
      if (filter.service !== undefined && filter.service !== service) continue;
      for (const [route, calls] of routes) {
        if (filter.route === undefined || filter.route === route) sum += calls;
      }
    }
    return sum;
  }

  return {
    list: (filter = {}) => entries.slice(-KEPT_ENTRIES).filter((entry) => matches(entry, filter)),
    count,
    counts: () =>
      Object.fromEntries([...totals].map(([service, routes]) => [service, Object.fromEntries(routes)])),
    waitFor: (filter, wanted, timeoutMs = WAIT_MS) =>
      waitUntil(waiters, () => count(filter) >= wanted, {
        timeoutMs,
        what: `${wanted} × ${filter.service ?? "any service"} ${filter.route ?? "any route"}`,
      }),
    reset: () => {
      entries = [];
      totals.clear();
    },
    watch: ({ service, toRoute }, req, res) => {
      const started = performance.now();
      const { method = "GET" } = req;
      const path = pathOf(req);
      res.once("close", () => {
        record({
          service,
          method,
          path,
          route: toRoute(method, path),
          status: res.headersSent ? res.statusCode : 0,
          requestId: headerOf(req, "x-request-id"),
          traceparent: headerOf(req, "traceparent"),
          idempotencyKey: headerOf(req, "idempotency-key"),
          authorization: req.headers.authorization,
          body: req.body,
          durationMs: performance.now() - started,
        });
      });
    },
    close: () => {
      for (const waiter of waiters) waiter.fail(new Error("the sandbox was stopped"));
    },
  };
}

function waitUntil(
  waiters: Set<Waiter>,
  isDone: () => boolean,
  options: { timeoutMs: number; what: string },
): Promise<void> {
  if (isDone()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      waiters.delete(waiter);
      settle();
    };
    const waiter: Waiter = {
      check: () => {
        if (isDone()) finish(resolve);
      },
      fail: (reason) => finish(() => reject(reason)),
    };
    const timer = setTimeout(
      () => waiter.fail(new Error(`waited ${options.timeoutMs} ms for ${options.what}`)),
      options.timeoutMs,
    );
    waiters.add(waiter);
  });
}
