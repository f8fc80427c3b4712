import type { SettlementRow } from "../../../../services/integrations/payment-gateway.js";
import { unwrap } from "../../../../utils/result.js";
import { AMOUNT, refusedWith, type Stage } from "./world.js";

const DAY_MS = 86_400_000;

/** What the gateway reports besides payments and refunds. Without the capability, the calls are refused. */
export function describeReports(stage: Stage): void {
  describe("disputes", () => {
    test("When a dispute is opened and lost, then list and look-up show amount, deadline and status", async () => {
      const { gateway, world } = stage;
      if (!gateway.capabilities.disputes) {
        expect(await gateway.listDisputes(stage.lately())).toEqual(refusedWith("NOT_SUPPORTED"));
        expect(await gateway.getDispute("any")).toEqual(refusedWith("NOT_SUPPORTED"));
        return;
      }
      const paymentId = await stage.captured();
      const id = world.openDispute(paymentId);
      const open = {
        id,
        paymentId,
        amount: AMOUNT,
        status: "open",
        respondBy: expect.any(Date),
        amountDeducted: 0,
      };
      expect(unwrap(await gateway.listDisputes(stage.lately()))).toMatchObject({ items: [open], next: null });
      world.loseDispute(id);
      expect(unwrap(await gateway.getDispute(id))).toMatchObject({ status: "lost", amountDeducted: AMOUNT });
      const { from, to } = stage.lately();
      expect(
        unwrap(await gateway.listDisputes({ from: new Date(from.getTime() - DAY_MS), to: from })).items,
      ).toEqual([]);
      expect(
        unwrap(await gateway.listDisputes({ from: to, to: new Date(to.getTime() + DAY_MS) })).items,
      ).toEqual([]);
    });

    test("When a dispute's id is malformed, then nothing is sent", async () => {
      const code = stage.gateway.capabilities.disputes ? "INVALID_ID" : "NOT_SUPPORTED";
      expect(await stage.gateway.getDispute("../payments")).toEqual(refusedWith(code));
    });
  });

  describe("settlements", () => {
    async function readRows(from: Date, to: Date): Promise<SettlementRow[]> {
      const rows: SettlementRow[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = unwrap(await stage.gateway.settlementRows({ from, to, ...(cursor && { cursor }) }));
        rows.push(...page.items);
        cursor = page.next;
      }
      return rows;
    }

    test("When payments and refunds are paid out, then each row has its type, fee, tax and reference", async () => {
      const { gateway, world } = stage;
      if (!gateway.capabilities.settlements) {
        expect(await gateway.settlementRows(stage.lately())).toEqual(refusedWith("NOT_SUPPORTED"));
        expect(await gateway.getSettlement("any")).toEqual(refusedWith("NOT_SUPPORTED"));
        return;
      }
      const order = await stage.order();
      const { paymentId } = world.pay(order.id, "upi");
      const refund = unwrap(await gateway.createRefund(stage.refund(paymentId)));
      const { fee, tax } = unwrap(await gateway.getGatewayPayment(paymentId));
      const settlementId = world.payOut();
      const { from, to } = stage.lately();
      const rows = await readRows(from, to);
      const payout = unwrap(await gateway.getSettlement(settlementId));
      expect(payout).toMatchObject({
        id: settlementId,
        amount: AMOUNT - (fee ?? 0) - refund.amount,
        fees: fee,
        tax,
      });
      expect(rows.map((row) => [row.settlementId, row.settlementUtr])).toEqual([
        [settlementId, payout.utr],
        [settlementId, payout.utr],
      ]);
      const settled = { currency: "INR", settled: true, settlementUtr: expect.any(String) };
      const payment = {
        ...settled,
        type: "payment",
        entityId: paymentId,
        fee,
        tax,
        debit: 0,
        amount: AMOUNT,
      };
      expect(rows.find(({ type }) => type === "payment")).toMatchObject({
        ...payment,
        credit: AMOUNT - (fee ?? 0),
      });
      const back = {
        ...settled,
        type: "refund",
        entityId: refund.id,
        paymentId,
        debit: refund.amount,
        credit: 0,
      };
      expect(rows.find(({ type }) => type === "refund")).toMatchObject(back);
      expect(rows).toHaveLength(2);
    });

    test("When payouts are on different days, then a range has those from its start up to its end", async () => {
      const { gateway, world } = stage;
      if (!gateway.capabilities.settlements) return;
      const times: Date[] = [];
      for (let day = 0; day < 40; day += 13) {
        await stage.captured();
        world.payOut();
        times.push(world.now());
        world.advance((13 * DAY_MS) / 1_000);
      }
      const [first = new Date(0), second = first, , last = first] = times;
      const later = (moment: Date, seconds: number) => new Date(moment.getTime() + seconds * 1_000);
      const count = async (from: Date, to: Date) => (await readRows(from, to)).length;
      expect(await count(later(first, -60), later(last, 60))).toBe(4);
      expect(await count(later(first, 60), later(last, -60))).toBe(2);
      expect(await count(later(second, -60), later(second, 60))).toBe(1);
      expect(await count(later(second, 60), later(second, 120))).toBe(0);
      expect(await count(second, second)).toBe(0);
    });

    test("When a cursor is not one of this list, then it is refused", async () => {
      const code = stage.gateway.capabilities.settlements ? "INVALID_CURSOR" : "NOT_SUPPORTED";
      const result = await stage.gateway.settlementRows({ ...stage.lately(), cursor: "1999-01/x" });
      expect(result).toEqual(refusedWith(code));
    });
  });

  describe("downtimes", () => {
    test("When a method is down, then it is listed with its severity", async () => {
      expect(unwrap(await stage.gateway.listDowntimes())).toEqual([]);
      stage.world.startDowntime("upi");
      const downtimes = unwrap(await stage.world.connect().listDowntimes());
      expect(downtimes).toMatchObject([
        { method: "upi", status: "started", begin: expect.any(Date), end: null },
      ]);
    });
  });
}
