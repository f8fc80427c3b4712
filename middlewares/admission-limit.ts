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
 * The share of the limit up to which a priority is admitted. What is left above it is for the more important ones, so
 * browsing is refused long before a payment is.
 */
const SHARES: Record<Priority, number> = { critical: 1, checkout: 0.9, cart: 0.75, read: 0.6, report: 0.4 };

/** More than the connections that the server accepts: no limit. */
const MOST = 10_000;
/**
 * A handful of requests never overload an instance. On a machine that others keep busy the loop is late without any, and
 * refusing them would not help.
 */
const LEAST = 8;
/** In one step the limit falls to half of what is in flight at most: the next reading shows whether that suffices. */
const LARGEST_CUT = 0.5;
const GROWTH = { factor: 1.1, plus: 1 };

export class AdmissionLimit {
  readonly #targetMs: number;
  #limit = MOST;
  #inFlight = 0;
  /** The most in flight since the last step. */
  #peak = 0;

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
    if (this.#inFlight >= this.#limit * SHARES[priority]) return false;
    this.#inFlight += 1;
    this.#peak = Math.max(this.#peak, this.#inFlight);
    return true;
  }

  release(): void {
    this.#inFlight -= 1;
  }

  /** One step, after each reading of how long work waits now. */
  adjust(waitMs: number): void {
    if (waitMs <= this.#targetMs) this.#raise();
    else if (this.#peak > LEAST) this.#lower(waitMs);
    this.#peak = this.#inFlight;
  }

  #lower(waitMs: number): void {
    const cut = Math.max(LARGEST_CUT, this.#targetMs / waitMs);
    this.#limit = Math.max(LEAST, Math.min(this.#limit, this.#peak) * cut);
  }

  #raise(): void {
    this.#limit = Math.min(MOST, this.#limit * GROWTH.factor + GROWTH.plus);
  }
}
