/**
 * The only clock of the service, so that tests can shift it. It is the database's: an instance whose own clock is wrong by
 * an hour stores and compares the same times as the others.
 *
 * `now` agrees with the database to two seconds, and not for some seconds after the process's clock was set. So compare due
 * times, ages and leases in the database: by `databaseTime` here, or by plain `$$NOW` where tests need no shift.
 * `now` is for times that are stored or shown, and for what may be decided two seconds early or late.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** How far tests have shifted both clocks. */
let shiftMs = 0;

/** How far the database's clock is ahead of this process's; negative when it is behind. */
let aheadMs = 0;

/** The newest differences between the two clocks, as they were measured. */
let differences: number[] = [];
const DIFFERENCES_KEPT = 5;
/** Less than this may be the time that an answer took, or waited to be read: it counts as none. */
const LEAST_DIFFERENCE_MS = 2_000;

/** The time of the database, as this process knows it. */
export function now(): Date {
  return new Date(Date.now() + aheadMs + shiftMs);
}

/**
 * Lets `now` follow the database. An answer that is read late makes the difference too small, and never too large: so the
 * greatest of the newest ones is the right one.
 * @param sentAt what the database's clock showed when it sent the answer that has just been read
 */
export function followDatabase(sentAt: Date): void {
  differences = [...differences, sentAt.getTime() - Date.now()].slice(-DIFFERENCES_KEPT);
  const greatest = Math.max(...differences);
  aheadMs = Math.abs(greatest) < LEAST_DIFFERENCE_MS ? 0 : greatest;
}

/** An aggregation expression: the database clock plus some milliseconds. */
export function databaseTime(plusMs = 0): "$$NOW" | { $add: ["$$NOW", number] } {
  const shift = Math.round(plusMs) + shiftMs;
  return shift === 0 ? "$$NOW" : { $add: ["$$NOW", shift] };
}

/** An aggregation expression: whether a field with a date lies in the past, or more than some milliseconds ago. */
export const isPast = (field: string, moreThanMs = 0) => ({ $lt: [`$${field}`, databaseTime(-moreThanMs)] });

/** For tests: shifts every later `now` and `databaseTime`; 0 returns to the real time. */
export function setClock(byMs: number): void {
  shiftMs = byMs;
}

export function minutesFromNow(minutes: number): Date {
  return new Date(now().getTime() + minutes * MINUTE_MS);
}
