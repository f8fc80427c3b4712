/**
 * The one place that knows what time it is, so that tests can move it. Never use it for a lease:
 * those go by the database's clock, because instances may disagree (reliability F49).
 */

let offsetMs = 0;

export function now(): Date {
  return new Date(Date.now() + offsetMs);
}

/** For tests: shifts every later `now()` by so many milliseconds; 0 goes back to the real time. */
export function setClock(shiftMs: number): void {
  offsetMs = shiftMs;
}

export function minutesFromNow(minutes: number): Date {
  return new Date(now().getTime() + minutes * 60_000);
}
