import fc from "fast-check";
import { pagesOf, toAnswer } from "../../../services/flows/reconcile/ask-gateway.js";
import { daysOf, inBatches, isOfAnotherDay } from "../../../services/flows/reconcile/days.js";
import type { GatewayPage, ListRequest } from "../../../services/integrations/payment-gateway.js";
import type { Failure, Result } from "../../../utils/result.js";

const PAGE = 100;
const DAY = { from: new Date("2026-11-20"), to: new Date("2026-11-21") };

/** A list, newest first, that grows after every page. */
function growingList(ids: string[], growth: readonly number[]) {
  let calls = 0;
  return async ({ cursor = "0" }: ListRequest): Promise<Result<GatewayPage<string>>> => {
    const items = ids.slice(Number(cursor), Number(cursor) + PAGE);
    const added = growth[calls % Math.max(1, growth.length)] ?? 0;
    calls += 1;
    ids.unshift(...Array.from({ length: added }, (_unused, index) => `new-${calls}-${index}`));
    const next = items.length < PAGE ? null : String(Number(cursor) + PAGE);
    return { success: true, data: { items, count: items.length, next } };
  };
}

async function listAll(read: ReturnType<typeof growingList>): Promise<string[]> {
  const listed: string[] = [];
  for await (const { items } of pagesOf(DAY, { read, idOf: (id) => id, seen: new Set() })) {
    listed.push(...items);
  }
  return listed;
}

test("When a list grows while it is read, then no item is lost, and none is listed twice", async () => {
  const total = fc.integer({ min: 0, max: 450 });
  const growth = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(total, growth, async (length, added) => {
      const ids = Array.from({ length }, (_unused, index) => `id-${index}`);
      const listed = await listAll(growingList([...ids], added));
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed.filter((id) => id.startsWith("id-")).sort()).toEqual(ids.sort());
    }),
    { numRuns: 200 },
  );
});

const failure = (outcome: Failure["outcome"]): Failure => ({
  ...{ success: false, outcome, code: "C", error: "e", statusCode: 500, service: "razorpay" },
});

test("When the gateway does not answer, then nothing is missing; when it is away, then the run stops", () => {
  expect(toAnswer(failure("refused"))).toEqual({ isAnswered: true, data: null });
  expect(toAnswer(failure("unknown"))).toEqual({ isAnswered: false });
  expect(() => toAnswer(failure("unavailable"))).toThrow();
});

test("When a range is cut into days, then they are days in India and cover it exactly", () => {
  const range = {
    dateFrom: new Date("2026-11-20T20:00:00.000Z"),
    comparedUntil: new Date("2026-11-22T01:00:00.000Z"),
  };
  expect(daysOf(range).map(({ from, to }) => [from.toISOString(), to.toISOString()])).toEqual([
    ["2026-11-20T20:00:00.000Z", "2026-11-21T18:29:59.999Z"],
    ["2026-11-21T18:30:00.000Z", "2026-11-22T01:00:00.000Z"],
  ]);
  expect(daysOf({ dateFrom: range.comparedUntil, comparedUntil: range.dateFrom })).toEqual([]);
});

test("When the gateway created it on another day of the report, then it is compared there", () => {
  const range = {
    dateFrom: new Date("2026-11-20T18:30:00Z"),
    comparedUntil: new Date("2026-11-22T18:29:59Z"),
  };
  const [first] = daysOf(range);
  const at = (text: string) => ({ createdAt: new Date(text) });
  const isElsewhere = (text: string) => first && isOfAnotherDay(at(text), first, range);
  expect(isElsewhere("2026-11-21T20:00:00Z")).toBe(true);
  expect(isElsewhere("2026-11-21T10:00:00Z")).toBe(false);
  expect(isElsewhere("2026-11-19T10:00:00Z")).toBe(false);
  expect(first && isOfAnotherDay(null, first, range)).toBe(false);
});

test("When documents are read in batches, then the last one may be smaller", async () => {
  async function* numbers() {
    yield* [1, 2, 3, 4, 5];
  }
  const batches: number[][] = [];
  for await (const batch of inBatches(numbers(), 2)) batches.push(batch);
  expect(batches).toEqual([[1, 2], [3, 4], [5]]);
});
