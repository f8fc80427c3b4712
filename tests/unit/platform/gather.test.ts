import { setImmediate as turn } from "node:timers/promises";
import { gather, gatherFinds } from "../../../services/platform/gather.service.js";

/** Work whose ends the test decides about, and which remembers what it was given. */
function heldWork() {
  const batches: number[][] = [];
  const ends: (() => void)[] = [];
  const work = (items: readonly number[]) => {
    batches.push([...items]);
    return new Promise<number[]>((resolve) => {
      ends.push(() => resolve(items.map((item) => item * 10)));
    });
  };
  return { batches, ends, work };
}

const FOREVER_MS = 60_000;

describe("gather", () => {
  test("When several ask in one turn, then they are worked on together and each gets its own answer", async () => {
    const { batches, ends, work } = heldWork();
    const ask = gather(work, { maxBatch: 10, maxWaitMs: FOREVER_MS });
    const answers = Promise.all([ask(1), ask(2), ask(3)]);
    await turn();
    await turn();
    ends[0]?.();
    expect(await answers).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  test("When others come while work is under way, then they wait for its end and go together", async () => {
    const { batches, ends, work } = heldWork();
    const ask = gather(work, { maxBatch: 10, maxWaitMs: FOREVER_MS });
    const first = ask(1);
    await turn();
    await turn();
    const others = Promise.all([ask(2), turn().then(() => ask(3))]);
    await turn();
    await turn();
    expect(batches).toEqual([[1]]);
    ends[0]?.();
    await first;
    await turn();
    ends[1]?.();
    expect(await others).toEqual([20, 30]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  test("When the work before hangs, then the next ones wait no longer than their patience", async () => {
    const { batches, ends, work } = heldWork();
    const ask = gather(work, { maxBatch: 10, maxWaitMs: 5 });
    const hanging = ask(1);
    await turn();
    await turn();
    const next = ask(2);
    while (batches.length < 2) await turn();
    ends[1]?.();
    expect(await next).toBe(20);
    ends[0]?.();
    expect(await hanging).toBe(10);
  });

  test("When more ask than may go together, then they go in several pieces", async () => {
    const batches: number[][] = [];
    const ask = gather(
      async (items: readonly number[]) => {
        batches.push([...items]);
        return [...items];
      },
      { maxBatch: 2, maxWaitMs: 0 },
    );
    expect(await Promise.all([1, 2, 3].map(ask))).toEqual([1, 2, 3]);
    expect(batches).toEqual([[1, 2], [3]]);
  });

  test("When the answer of one takes longer, then the others and the next ones do not wait for it", async () => {
    let answer = (_value: number): void => undefined;
    const slow = new Promise<number>((resolve) => {
      answer = resolve;
    });
    const ask = gather(async (items: readonly number[]) => items.map((item) => (item === 1 ? slow : item)), {
      maxBatch: 10,
      maxWaitMs: FOREVER_MS,
    });
    const first = ask(1);
    expect(await ask(2)).toBe(2);
    expect(await ask(3)).toBe(3);
    answer(100);
    expect(await first).toBe(100);
  });

  test("When the work throws, then all calls of the batch are rejected and the next batch runs", async () => {
    let isBroken = true;
    const ask = gather(
      async (items: readonly number[]) => {
        if (isBroken) throw new Error("away");
        return [...items];
      },
      { maxBatch: 10, maxWaitMs: FOREVER_MS },
    );
    const results = await Promise.allSettled([ask(1), ask(2)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isBroken = false;
    expect(await ask(3)).toBe(3);
  });
});

describe("gatherFinds", () => {
  const rows = ["a1", "b1", "a2"].map((name) => ({ name, owner: name[0] }));

  test("When several keys are requested in one turn, then one query answers each with its own documents", async () => {
    const asked: string[][] = [];
    const ask = gatherFinds(
      async (keys) => {
        asked.push(keys);
        return rows.filter(({ owner }) => owner !== undefined && keys.includes(owner));
      },
      ({ owner }) => owner,
    );
    const answers = await Promise.all(["a", "b", "nobody", "a"].map(ask));
    const names = answers.map((found) => found.map(({ name }) => name));
    expect(names).toEqual([["a1", "a2"], ["b1"], [], ["a1", "a2"]]);
    expect(asked).toEqual([["a", "b", "nobody"]]);
  });

  test("When the query finds more than was requested, then no caller gets it", async () => {
    const ask = gatherFinds(
      async () => [...rows, { name: "without an owner", owner: undefined }],
      ({ owner }) => owner,
    );
    expect(await Promise.all(["b", "nobody"].map(ask))).toEqual([[{ name: "b1", owner: "b" }], []]);
  });
});
