import type { RequestHandler } from "express";
import { logger } from "../config/logger.config.js";
import { countRejection, takePoolWaits, watchAdmission } from "../config/metrics.config.js";
import { OverloadedError } from "../utils/errors.js";
import { onTick } from "../utils/event-loop.js";
import { medianOf } from "../utils/helpers.js";
import { AdmissionLimit, PRIORITIES, type Priority } from "./admission-limit.js";
import { localsOf, type RateClass, type RouteDescription } from "./route.types.js";

/** The priority of a route that declares none. Null: never refused, so that monitoring sees what happens. */
const PRIORITY_OF: Record<RateClass, Priority | null> = {
  none: null,
  webhook: "critical",
  place: "critical",
  payment: "checkout",
  write: "checkout",
  cart: "cart",
  coupon: "cart",
  upload: "cart",
  read: "read",
  search: "report",
  export: "report",
};

/** Seconds after which a refused client may try again: the less urgent, the later. */
const RETRY_AFTER: Record<Priority, number> = { critical: 1, checkout: 1, cart: 2, read: 2, report: 10 };

/** Long enough for a median, short enough that a burst is noticed before it has filled the instance. */
const READING_MS = 100;
/** One block alone, such as a garbage collection, is no overload. */
const READING_TICKS = 3;
/** In a millisecond. */
const MICROSECONDS = 1_000;
/**
 * Of one core. A process that computes less than this is not overloaded: its loop is late because other processes have the
 * machine, and refusing requests would not help.
 */
const BUSY = 0.25;
const LOGGED_EVERY_MS = 5_000;

export const priorityOf = ({ priority, rateClass }: RouteDescription): Priority | null =>
  priority ?? PRIORITY_OF[rateClass];

/** What was refused, in one line every few seconds: a line for each would cost more than the answers. */
class RefusalLog {
  readonly #refused = new Map<Priority, number>();
  #nextAt = 0;

  count(priority: Priority): void {
    this.#refused.set(priority, (this.#refused.get(priority) ?? 0) + 1);
  }

  write(at: number, facts: object): void {
    if (this.#refused.size === 0 || at < this.#nextAt) return;
    logger.warn(
      { refused: Object.fromEntries(this.#refused), ...facts },
      "> Overloaded: requests were refused",
    );
    this.#refused.clear();
    this.#nextAt = at + LOGGED_EVERY_MS;
  }
}

/** What tells how late the event loop is, and how much this process computes. */
export interface Machine {
  onTick: typeof onTick;
  cpuUsage: (since?: NodeJS.CpuUsage) => NodeJS.CpuUsage;
}

/** Reads how long work waits, and adjusts the limit to it. */
function keepAdjusted(limit: AdmissionLimit, log: RefusalLog, machine: Machine): void {
  let late: number[] = [];
  let readAt = performance.now();
  let used = machine.cpuUsage();
  machine.onTick((lateMs, at) => {
    late.push(lateMs);
    if (at - readAt < READING_MS || late.length < READING_TICKS) return;
    const spent = machine.cpuUsage(used);
    const isBusy = (spent.user + spent.system) / MICROSECONDS > BUSY * (at - readAt);
    const waitMs = Math.max(isBusy ? medianOf(late) : 0, medianOf(takePoolWaits()));
    limit.adjust(waitMs, at - readAt);
    log.write(at, { waitMs: Math.round(waitMs), limit: Math.floor(limit.limit), inFlight: limit.inFlight });
    late = [];
    readAt = at;
    used = machine.cpuUsage();
  });
}

export type Admission = (route: RouteDescription) => readonly RequestHandler[];

/**
 * Refuses requests above what the instance can do, by priority and before anything else is done for them. One limit for
 * all routes of an application.
 * @param targetMs OVERLOAD_DELAY_MS; 0 refuses nothing
 */
export function createAdmission(
  targetMs: number,
  machine: Machine = { onTick, cpuUsage: process.cpuUsage },
): Admission {
  if (targetMs === 0) return () => [];
  const limit = new AdmissionLimit(targetMs);
  const log = new RefusalLog();
  keepAdjusted(limit, log, machine);
  watchAdmission(PRIORITIES, () => limit.limit);
  return admissionBy(limit, log);
}

export function admissionBy(limit: AdmissionLimit, log = new RefusalLog()): Admission {
  return (route) => {
    const priority = priorityOf(route);
    return priority ? [admissionStep(limit, priority, log)] : [];
  };
}

const admissionStep =
  (limit: AdmissionLimit, priority: Priority, log: RefusalLog): RequestHandler =>
  (_request, res, next) => {
    if (limit.admit(priority)) {
      res.once("close", () => limit.release());
      next();
      return;
    }
    countRejection(priority);
    log.count(priority);
    localsOf(res).isRejected = true;
    next(new OverloadedError(RETRY_AFTER[priority]));
  };
