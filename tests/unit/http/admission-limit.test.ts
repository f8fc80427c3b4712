import fc from "fast-check";
import { AdmissionLimit, PRIORITIES, type Priority } from "../../../middlewares/admission-limit.js";

const TARGET_MS = 10;
const IN_TIME = 1;
const FAR_TOO_LATE = 1_000;
const LEAST = 8;
/** Steps of a tenth of a second in which work that is far too late may wait: each counts five times. */
const PATIENCE = 2;

function fill(limit: AdmissionLimit, priority: Priority, most = 100_000): number {
  let admitted = 0;
  while (admitted < most && limit.admit(priority)) admitted += 1;
  return admitted;
}

/** A limit with many requests in flight whose work waits, adjusted until it falls no further. */
function overloaded(): AdmissionLimit {
  const limit = new AdmissionLimit(TARGET_MS);
  const inFlight = fill(limit, "critical", 200);
  for (let step = 0; step < PATIENCE + 20; step += 1) {
    limit.adjust(FAR_TOO_LATE, 100);
    while (limit.inFlight > limit.limit) limit.release();
  }
  expect(inFlight).toBe(200);
  return limit;
}

function empty(limit: AdmissionLimit): void {
  while (limit.inFlight > 0) limit.release();
}

describe("without overload", () => {
  test("When nothing waits, then a slow neighbour may hold thousands of requests, and others are still admitted", () => {
    const limit = new AdmissionLimit(TARGET_MS);
    expect(fill(limit, "report", 3_000)).toBe(3_000);
    limit.adjust(IN_TIME, 100);
    expect(limit.admit("report")).toBe(true);
  });

  test("When work waits exactly as long as it may, then nothing is refused", () => {
    const limit = new AdmissionLimit(TARGET_MS);
    fill(limit, "read", 500);
    limit.adjust(TARGET_MS, 100);
    expect(limit.admit("report")).toBe(true);
  });

  test("When the loop is late although hardly anything is in flight, then refusing would not help and the limit stays", () => {
    const limit = new AdmissionLimit(TARGET_MS);
    fill(limit, "read", LEAST);
    for (let step = 0; step < 20; step += 1) limit.adjust(FAR_TOO_LATE, 100);
    expect(fill(limit, "read", 100)).toBe(100);
  });
});

describe("an overload", () => {
  test("When work waits far too long, then nothing is refused for a fifth of a second; then each step takes at most half, in proportion to the wait", () => {
    for (const [waitMs, left] of [
      [12.5, 80],
      [20, 50],
      [FAR_TOO_LATE, 50],
    ] as const) {
      const limit = new AdmissionLimit(TARGET_MS);
      fill(limit, "read", 99);
      for (let step = 0; step < PATIENCE; step += 1) limit.adjust(FAR_TOO_LATE, 100);
      expect(limit.admit("report")).toBe(true);
      limit.release();
      limit.adjust(waitMs, 100);
      expect(limit.limit).toBeCloseTo(left);
    }
  });

  test("When work waits a little too long, then nothing is refused for a second", () => {
    const limit = new AdmissionLimit(TARGET_MS);
    fill(limit, "read", 99);
    const slightly = TARGET_MS + 0.1;
    for (let step = 0; step < 9; step += 1) limit.adjust(slightly, 100);
    expect(limit.admit("report")).toBe(true);
    limit.release();
    limit.adjust(slightly, 100);
    expect(limit.limit).toBeLessThan(100);
  });

  const filledBy = (start: () => AdmissionLimit): number[] =>
    PRIORITIES.map((priority) => {
      const limit = start();
      empty(limit);
      return fill(limit, priority);
    });

  test("When it begins, then each priority has its room: payments twice that of carts, reports half", () => {
    const begun = () => {
      const limit = new AdmissionLimit(TARGET_MS);
      fill(limit, "cart", 400);
      for (let step = 0; step <= PATIENCE; step += 1) limit.adjust(FAR_TOO_LATE, 100);
      return limit;
    };
    expect(filledBy(begun)).toEqual([400, 300, 200, 160, 100]);
  });

  test("When it lasts, then a handful of requests is still admitted, by importance, and a burst of payments", () => {
    expect(filledBy(overloaded)).toEqual([128, 12, 8, 7, 4]);
  });

  test("When browsing fills its share, then carts and payments are admitted, and no more reads and reports", () => {
    const limit = overloaded();
    empty(limit);
    fill(limit, "read");
    expect(limit.admit("report")).toBe(false);
    expect(limit.admit("read")).toBe(false);
    expect(limit.admit("cart")).toBe(true);
    fill(limit, "checkout");
    expect(PRIORITIES.map((priority) => limit.admit(priority))).toEqual([true, false, false, false, false]);
  });

  test("When a request ends, then its place is free", () => {
    const limit = overloaded();
    empty(limit);
    fill(limit, "critical");
    expect(limit.admit("critical")).toBe(false);
    limit.release();
    expect(limit.admit("critical")).toBe(true);
  });

  test("When it ends, then five seconds later a usual load is admitted again, and after ten any", () => {
    const limit = overloaded();
    empty(limit);
    const steps = (seconds: number) => {
      for (let step = 0; step < seconds * 10; step += 1) limit.adjust(IN_TIME, 100);
    };
    steps(5);
    expect(limit.limit).toBeGreaterThan(80);
    steps(5);
    expect(limit.limit).toBeGreaterThan(1_000);
  });
});

describe("always", () => {
  const anyStep = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...PRIORITIES) },
    { weight: 4, arbitrary: fc.constant("release" as const) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 5_000, noNaN: true }) },
  );

  /** @returns the change of what is in flight */
  function take(limit: AdmissionLimit, step: Priority | "release" | number): number {
    if (typeof step === "number") limit.adjust(step, 100);
    else if (step !== "release") return Number(limit.admit(step));
    else if (limit.inFlight > 0) limit.release();
    else return 0;
    return step === "release" ? -1 : 0;
  }

  test("When anything happens in any order, then no request is admitted above the limit or ahead of a more important one", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 400 }), fc.nat(200), (steps, before) => {
        const limit = new AdmissionLimit(TARGET_MS);
        let inFlight = fill(limit, "critical", before);
        for (const step of steps) {
          const change = take(limit, step);
          inFlight += change;
          expect(limit.inFlight).toBe(inFlight);
          expect(limit.limit).toBeGreaterThanOrEqual(LEAST);
          if (change > 0) expect(inFlight).toBeLessThan(Math.max(128, limit.limit * 2) + 1);
          if (change > 0 && step === "cart") expect(inFlight).toBeLessThan(limit.limit + 1);
          if (change > 0 || typeof step === "number" || step === "release") continue;
          const lesser = PRIORITIES.slice(PRIORITIES.indexOf(step));
          expect(lesser.map((priority) => limit.admit(priority))).not.toContain(true);
        }
      }),
    );
  });

  test("When work waits again and again, then the limit never rises", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 10.1, max: 5_000, noNaN: true })),
        fc.nat(500),
        (waits, before) => {
          const limit = new AdmissionLimit(TARGET_MS);
          fill(limit, "critical", before);
          for (const waitMs of waits) {
            const earlier = limit.limit;
            limit.adjust(waitMs, 100);
            expect(limit.limit).toBeLessThanOrEqual(earlier);
          }
        },
      ),
    );
  });
});
