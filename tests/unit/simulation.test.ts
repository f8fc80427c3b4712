import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDefinite } from "../../scripts/simulate/caller.js";
import { readOptions } from "../../scripts/simulate/options.js";
import { Random } from "../../scripts/simulate/random.js";
import { idsIn, Recorder } from "../../scripts/simulate/recorder.js";

const draw = (random: Random): number[] => Array.from({ length: 5 }, () => random.between(1, 1_000_000));

describe("draws", () => {
  test("When two runs have one seed, then their forks draw the same, whatever else was drawn before", () => {
    const busy = new Random(3);
    draw(busy);
    expect(draw(busy.fork("customer 1"))).toEqual(draw(new Random(3).fork("customer 1")));
    expect(draw(new Random(3).fork("customer 2"))).not.toEqual(draw(new Random(3).fork("customer 1")));
    expect(draw(new Random(4).fork("customer 1"))).not.toEqual(draw(new Random(3).fork("customer 1")));
  });

  test("When rows have weights, then each is drawn about as often as its weight says, and none without one", () => {
    const random = new Random(1);
    const rows = [
      { name: "often", weight: 3 },
      { name: "seldom", weight: 1 },
      { name: "never", weight: 0 },
    ];
    const drawn = Array.from({ length: 2_000 }, () => random.weighted(rows).name);
    const often = drawn.filter((name) => name === "often").length;
    expect(often).toBeGreaterThan(1_350);
    expect(often).toBeLessThan(1_650);
    expect(drawn).not.toContain("never");
  });
});

test("When an answer asks to try again, or there is none, then it is not definite", () => {
  expect(isDefinite({ status: 201, code: null })).toBe(true);
  expect(isDefinite({ status: 400, code: "OUT_OF_STOCK" })).toBe(true);
  expect(isDefinite({ status: 409, code: "CHECKOUT_FAILED" })).toBe(true);
  expect(isDefinite({ status: 409, code: "REQUEST_IN_PROGRESS" })).toBe(false);
  expect(isDefinite({ status: 503, code: "OUTCOME_UNKNOWN" })).toBe(false);
  expect(isDefinite({ status: 0, code: null })).toBe(false);
});

test("When an entity is looked up, then its recorded lines are found by each of its ids", async () => {
  const folder = mkdtempSync(join(tmpdir(), "simulation-"));
  const recorder = new Recorder(join(folder, "history.jsonl"));
  const order = { id: "65f000000000000000000001", orderNumber: "ORD-2026-000007" };
  recorder.record({ who: "customer 1", what: "place order", ids: idsIn(order) });
  recorder.record({ who: "customer 2", what: "browse", ids: [] });
  await recorder.close();
  for (const id of [order.id, order.orderNumber]) {
    const lines = await recorder.linesAbout([id]);
    expect(lines.map((line) => JSON.parse(line).who)).toEqual(["customer 1"]);
  }
  rmSync(folder, { recursive: true });
});

test("When the arguments are not valid, then it says how to call it", () => {
  expect(
    readOptions(["--seed", "9", "--minutes", "0.5", "--mode", "safety", "--faults", "kill,freeze"]),
  ).toEqual({
    ...{ seed: 9, minutes: 0.5, mode: "safety", customers: 5_000, visitsPerSecond: 3 },
    faults: ["kill", "freeze"],
  });
  expect(readOptions([])).toMatchObject({ mode: "liveness", faults: null });
  expect(readOptions(["--faults", "none"]).faults).toEqual([]);
  expect(() => readOptions(["--mode", "quick"])).toThrow("npm run simulate");
  expect(() => readOptions(["--seed", "zero"])).toThrow("zero is not a positive number");
  expect(() => readOptions(["--sed", "9"])).toThrow("npm run simulate");
});
