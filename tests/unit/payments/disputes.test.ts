import { findMainDispute } from "../../../models/index.js";
import { assertNotDisputed } from "../../../services/aggregates/refund/refund-terms.js";
import { type DisputeStanding, isNewerReport } from "../../../services/calculations/dispute-order.js";
import { RuleError } from "../../../utils/errors.js";
import { paise } from "../../../utils/money.js";

const report = (
  status: DisputeStanding["status"],
  second: number,
  phase = "chargeback",
): DisputeStanding => ({
  status,
  phase,
  reportedAt: new Date(second * 1000),
});

function permutationsOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutationsOf([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

const lastOf = (reports: readonly DisputeStanding[]) =>
  reports.reduce((known, next) => (isNewerReport(next, known) ? next : known));

describe("The order of reports about a dispute", () => {
  test.each([
    ["contested and won", [report("open", 1), report("under_review", 2), report("won", 3)], "won"],
    [
      "lost after more evidence",
      [report("open", 1), report("under_review", 2), report("open", 3), report("lost", 4)],
      "lost",
    ],
    ["more evidence wanted", [report("open", 1), report("under_review", 2), report("open", 3)], "open"],
    ["reviewed in the same second", [report("open", 1), report("under_review", 1)], "under_review"],
    [
      "won and disputed again",
      [report("open", 1), report("won", 2), report("open", 3, "pre_arbitration")],
      "open",
    ],
    ["lost, then a late report", [report("lost", 2), report("open", 3, "arbitration")], "lost"],
    ["closed", [report("open", 1, "fraud"), report("closed", 2, "fraud")], "closed"],
  ])("When it is %s, then every order of arrival ends the same", (_what, reports, status) => {
    for (const order of permutationsOf(reports)) expect(lastOf(order).status).toBe(status);
  });

  test("When a report is repeated, then it says nothing newer", () => {
    expect(isNewerReport(report("open", 1), report("open", 1))).toBe(false);
  });
});

describe("Refunds of a disputed payment", () => {
  const dispute = (status: DisputeStanding["status"], day = 1) => ({
    ...{ id: `disp_${status}_${day}`, status, phase: "chargeback", reason: null, amount: paise(100) },
    ...{ amountDeducted: paise(0), respondBy: null, openedAt: new Date(day * 86_400_000), closedAt: null },
    reportedAt: new Date(day * 86_400_000),
  });

  test.each(["open", "under_review"] as const)("When a dispute is %s, then PAYMENT_DISPUTED", (status) => {
    const payment = { disputes: [dispute("won"), dispute(status)] };
    expect(() => assertNotDisputed(payment)).toThrow(RuleError);
    expect(() => assertNotDisputed(payment)).toThrow(expect.objectContaining({ code: "PAYMENT_DISPUTED" }));
  });

  test.each(["won", "lost", "closed"] as const)("When it is %s, then refunds are possible", (status) => {
    expect(() => assertNotDisputed({ disputes: [dispute(status)] })).not.toThrow();
  });

  test("When there are several, then an open one is shown, otherwise the newest", () => {
    expect(findMainDispute([dispute("open", 1), dispute("won", 2)])?.status).toBe("open");
    expect(findMainDispute([dispute("won", 1), dispute("lost", 2)])?.status).toBe("lost");
    expect(findMainDispute([])).toBeNull();
  });
});
