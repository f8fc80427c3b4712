import { BATCH, workThrough } from "../../../scripts/jobs/batches.js";
import type { JobContext } from "../../../services/platform/job-runs.service.js";

const context: JobContext = { signal: new AbortController().signal, slot: "test", fencing: 1 };

/** A list of numbers, oldest first; what is taken off it is done. */
function listOf(length: number, stays: (item: number) => boolean) {
  const list = Array.from({ length }, (_, index) => index);
  const handled: number[] = [];
  return {
    handled,
    work: {
      find: async (limit: number) => list.slice(0, limit),
      handle: async (item: number) => {
        handled.push(item);
        if (stays(item)) return true;
        list.splice(list.indexOf(item), 1);
        return true;
      },
      idOf: String,
    },
  };
}

test.each([
  ["every item leaves the list", () => false],
  ["every item stays in the list", () => true],
  ["the oldest items stay in the list", (item: number) => item < 2 * BATCH],
  ["every third item stays in the list", (item: number) => item % 3 === 0],
])("When %s, then every item is handled once", async (_kind, stays) => {
  const { handled, work } = listOf(5 * BATCH + 7, stays);
  expect(await workThrough(work, context)).toEqual({ done: 5 * BATCH + 7, failed: 0 });
  expect(new Set(handled).size).toBe(5 * BATCH + 7);
  expect(handled).toHaveLength(5 * BATCH + 7);
});

test("When a finder returns claims, then it is never called for more than a batch", async () => {
  const limits: number[] = [];
  const claims = Array.from({ length: 3 * BATCH }, (_, index) => index);
  const find = async (limit: number) => {
    limits.push(limit);
    return claims.splice(0, limit);
  };
  await workThrough({ find, handle: async () => true, idOf: String }, context);
  expect(limits).toEqual([BATCH, BATCH, BATCH, BATCH]);
});

test("When an item fails, then it is counted and the others are handled", async () => {
  const { work } = listOf(5, () => false);
  const handle = async (item: number) => {
    if (item === 2) throw new Error("broken");
    return work.handle(item);
  };
  expect(await workThrough({ ...work, handle }, context)).toEqual({ done: 4, failed: 1 });
});

test("When several are handled at once, then never more than that", async () => {
  const { work } = listOf(40, () => false);
  const inFlight = { now: 0, most: 0 };
  const handle = async (item: number) => {
    inFlight.now += 1;
    inFlight.most = Math.max(inFlight.most, inFlight.now);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight.now -= 1;
    return work.handle(item);
  };
  await workThrough({ ...work, handle, atOnce: 8 }, context);
  expect(inFlight.most).toBe(8);
});
