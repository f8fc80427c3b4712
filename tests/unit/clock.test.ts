import { databaseTime, followDatabase, HOUR_MS, minutesFromNow, now, setClock } from "../../utils/clock.js";

/** What the database's clock shows. */
const TRUE_TIME = Date.parse("2026-11-30T10:00:00.000Z");

/** This process's clock is ahead of the database's by so much. */
const setProcessClock = (fastByMs: number) => jest.spyOn(Date, "now").mockReturnValue(TRUE_TIME + fastByMs);

/** Answers of the database that were read so many milliseconds after they were sent. */
const read = (...lateBy: number[]) => {
  for (const late of lateBy) followDatabase(new Date(TRUE_TIME - late));
};

const errorMs = () => now().getTime() - TRUE_TIME;

beforeEach(() => {
  setProcessClock(0);
  read(0, 0, 0, 0, 0);
});
afterEach(() => setClock(0));

describe("The service's clock", () => {
  test.each([
    ["an hour fast", HOUR_MS],
    ["an hour slow", -HOUR_MS],
  ])("When the process's clock is %s, then the first answer corrects it", (_how, fastByMs) => {
    setProcessClock(fastByMs);
    read(3, 3, 3, 3, 3);
    expect(errorMs()).toBe(-3);
    expect(minutesFromNow(30).getTime()).toBe(TRUE_TIME - 3 + 30 * 60_000);
  });

  test("When the clocks differ by less than two seconds, then that is the error of the measurement", () => {
    setProcessClock(1_990);
    read(5, 0, 9, 9, 9);
    expect(errorMs()).toBe(1_990);
  });

  test("When answers are read late, then they do not count beside one that was read at once", () => {
    read(60_000, 3_000, 8_000, 2_500);
    expect(errorMs()).toBe(0);
    setProcessClock(HOUR_MS);
    read(4_000, 7, 30_000, 12_000, 5_000);
    expect(errorMs()).toBe(-7);
  });

  test("When the process's clock is put right, then five answers later nothing is corrected any more", () => {
    setProcessClock(-HOUR_MS);
    read(2, 2, 2, 2, 2);
    expect(errorMs()).toBe(-2);
    setProcessClock(0);
    read(2, 2, 2, 2);
    expect(errorMs()).toBe(HOUR_MS - 2);
    read(2);
    expect(errorMs()).toBe(0);
  });

  test("When a test shifts the clock, then both clocks are shifted, and the database's is not corrected", () => {
    setProcessClock(HOUR_MS);
    read(0, 0, 0, 0, 0);
    expect(databaseTime()).toBe("$$NOW");
    setClock(5_000);
    expect(errorMs()).toBe(5_000);
    expect(databaseTime(1)).toEqual({ $add: ["$$NOW", 5_001] });
  });
});
