/**
 * The only clock of the service, so that tests can shift it.
 *
 * Instances may disagree about the time by minutes. Compare due times, ages and leases in the database, by its
 * own clock: `databaseTime` here, plain `$$NOW` for leases, which tests do not shift. Use `now` only for times that
 * are shown and never compared.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

let offsetMs = 0;

/** The time of this process. */
export function now(): Date {
  return new Date(Date.now() + offsetMs);
}

/** An aggregation expression: the database clock plus some milliseconds. */
export function databaseTime(plusMs = 0): "$$NOW" | { $add: ["$$NOW", number] } {
  const shift = Math.round(plusMs) + offsetMs;
  return shift === 0 ? "$$NOW" : { $add: ["$$NOW", shift] };
}

/** An aggregation expression: whether a field with a date lies in the past, or more than some milliseconds ago. */
export const isPast = (field: string, moreThanMs = 0) => ({ $lt: [`$${field}`, databaseTime(-moreThanMs)] });

/** For tests: shifts every later `now` and `databaseTime`; 0 returns to the real time. */
export function setClock(shiftMs: number): void {
  offsetMs = shiftMs;
}

export function minutesFromNow(minutes: number): Date {
  return new Date(now().getTime() + minutes * MINUTE_MS);
}
