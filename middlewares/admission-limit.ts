/**
 * How many requests an instance works on at a time. Without overload there is no limit in effect. When work has to wait
 * for the event loop or for a database connection for longer than the target, the limit falls to a part of what is in
 * flight, and rises again in small steps, so that it stays near the load at which nothing waits for long. Both waits are
 * our own: a slow neighbour holds many requests, and none of them is a reason to refuse another.
 *
 * It holds no clock and no timer: see `admission.middleware.ts`.
 */

/** By falling importance. */
export const PRIORITIES = ["critical", "checkout", "cart", "read", "report"] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * Up to how many times the limit each priority is admitted. The limit is what ordinary requests may fill; payments have as
 * much again to themselves, and browsing is refused before the carts that it leads to.
 */
const ROOM: Record<Priority, number> = { critical: 2, checkout: 1.5, cart: 1, read: 0.8, report: 0.5 };
/**
 * Webhooks and placements come in bursts, such as 500 webhooks in five seconds, and each is money: while fewer than these
 * are in flight, they wait for a second or two instead of being refused.
 */
const LEAST_CRITICAL = 128;

/** As many as the connections that the server accepts: nothing is refused. */
const MOST = 10_000;
/** So few requests at a time use what the instance has; fewer would leave it idle while they wait for a neighbour. */
const LEAST = 8;
/** In one step the limit falls to half of what is in flight at most: the next reading shows whether that suffices. */
const LARGEST_CUT = 0.5;
/** With ten steps a second, from the lowest limit to a hundred in flight in about four seconds. */
const GROWTH = { factor: 1.05, plus: 0.5 };
/**
 * For how long work may be late, less the time in which it was not: a burst that is worked off in a second is no overload.
 * Time counts as many times as work is later than the target, since a longer wait means that more has piled up.
 */
const PATIENCE_MS = 1_000;
const MOST_WEIGHT = 5;

export class AdmissionLimit {
  readonly #targetMs: number;
  #limit = MOST;
  #inFlight = 0;
  /** The most in flight since the last step. */
  #peak = 0;
  #lateForMs = 0;

  /** @param targetMs the longest wait that is not an overload */
  constructor(targetMs: number) {
    this.#targetMs = targetMs;
  }

  get limit(): number {
    return this.#limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes a place if there is one for this priority; the caller gives it back with `release`. */
  admit(priority: Priority): boolean {
    const room = this.#limit * ROOM[priority];
    if (this.#inFlight >= (priority === "critical" ? Math.max(room, LEAST_CRITICAL) : room)) return false;
    this.#inFlight += 1;
    this.#peak = Math.max(this.#peak, this.#inFlight);
    return true;
  }

  release(): void {
    this.#inFlight -= 1;
  }

  /**
   * One step, after each reading of how long work waits now.
   * @param lastedMs the time since the reading before it
   */
  adjust(waitMs: number, lastedMs: number): void {
    const isLate = waitMs > this.#targetMs;
    const weight = isLate ? Math.min(MOST_WEIGHT, waitMs / this.#targetMs) : -1;
    const lateForMs = this.#lateForMs + lastedMs * weight;
    this.#lateForMs = Math.max(0, Math.min(2 * PATIENCE_MS, lateForMs));
    if (!isLate) this.#limit = Math.min(MOST, this.#limit * GROWTH.factor + GROWTH.plus);
    else if (this.#lateForMs > PATIENCE_MS && this.#peak > LEAST) this.#lower(waitMs);
    this.#peak = this.#inFlight;
  }

  #lower(waitMs: number): void {
    const used = Math.min(this.#limit, this.#peak);
    this.#limit = Math.max(LEAST, used * Math.max(LARGEST_CUT, this.#targetMs / waitMs));
  }
}
