import { paise } from "../../../../utils/money.js";
import { unwrap } from "../../../../utils/result.js";
import { AMOUNT, refusedWith, type Stage, UNKNOWN } from "./world.js";

/** Refunds: each is made once, whatever happens to the answers. */
export function describeRefunds(stage: Stage): void {
  describe("refunds", () => {
    test("When a part is refunded, then the refund is found by id and receipt, and the payment shows it", async () => {
      const paymentId = await stage.captured();
      const request = stage.refund(paymentId, { notes: { reason: "वापसी ".repeat(100) } });
      const refund = unwrap(await stage.gateway.createRefund(request));
      expect(refund).toMatchObject({ paymentId, amount: request.amount, receipt: request.receipt });
      expect(unwrap(await stage.gateway.getRefund(refund.id)).id).toBe(refund.id);
      expect(unwrap(await stage.gateway.findRefundByReceipt(paymentId, request.receipt))?.id).toBe(refund.id);
      expect(unwrap(await stage.gateway.findRefundByReceipt(paymentId, "another"))).toBeNull();
      expect(unwrap(await stage.gateway.getGatewayPayment(paymentId))).toMatchObject({
        amountRefunded: request.amount,
        refundStatus: "partial",
      });
    });

    test("When a refund is repeated with its key, then there is one", async () => {
      const request = stage.refund(await stage.captured());
      const first = unwrap(await stage.gateway.createRefund(request));
      expect(unwrap(await stage.gateway.createRefund(request)).id).toBe(first.id);
      expect(stage.world.done().refunds).toBe(1);
    });

    test("When five equal refunds overlap, then one is made and none is refused", async () => {
      const request = stage.refund(await stage.captured());
      stage.world.setWriteLatency(30);
      const results = await Promise.all(Array.from({ length: 5 }, () => stage.gateway.createRefund(request)));
      expect(results.some(({ success }) => success)).toBe(true);
      expect(results).not.toContainEqual(expect.objectContaining({ outcome: "refused" }));
      expect(stage.world.done().refunds).toBe(1);
    });

    test("When a key is used with another amount, then its outcome is unknown and nothing more is refunded", async () => {
      const request = stage.refund(await stage.captured());
      unwrap(await stage.gateway.createRefund(request));
      expect(await stage.gateway.createRefund({ ...request, amount: paise(20_000) })).toEqual(UNKNOWN);
      expect(stage.world.done().refunds).toBe(1);
    });

    test("When the key is forgotten but the receipt is known, then the earlier refund is ours", async () => {
      const request = stage.refund(await stage.captured());
      const first = unwrap(await stage.gateway.createRefund(request));
      const again = await stage.gateway.createRefund({ ...request, idempotencyKey: "another-key-0001" });
      expect(again).toMatchObject({ success: true, data: { id: first.id } });
      expect(stage.world.done().refunds).toBe(1);
    });

    test("When a key has characters that the gateway does not take, then it still refunds once", async () => {
      const request = stage.refund(await stage.captured(), { idempotencyKey: "o:1" });
      const first = unwrap(await stage.gateway.createRefund(request));
      expect(unwrap(await stage.gateway.createRefund(request)).id).toBe(first.id);
      expect(stage.world.done().refunds).toBe(1);
    });

    test("When the answer is lost after the refund, then its receipt finds it, and repeating makes no second one", async () => {
      const request = stage.refund(await stage.captured());
      stage.world.break({ call: "createRefund", fault: "reset", when: "after", times: 1 });
      expect(await stage.gateway.createRefund(request)).toEqual(UNKNOWN);
      const found = unwrap(await stage.gateway.findRefundByReceipt(request.paymentId, request.receipt));
      expect(found).toMatchObject({ amount: request.amount });
      expect(unwrap(await stage.gateway.createRefund(request)).id).toBe(found?.id);
      expect(stage.world.done().refunds).toBe(1);
    });

    test("When more than is left is refunded, then it is refused, and so is anything after the last paisa", async () => {
      const paymentId = await stage.captured();
      unwrap(await stage.gateway.createRefund(stage.refund(paymentId, { amount: paise(30_000) })));
      const create = (amount: number) =>
        stage.gateway.createRefund(stage.refund(paymentId, { amount: paise(amount) }));
      expect(await create(20_001)).toEqual(refusedWith("REFUND_EXCEEDS_CAPTURE"));
      expect(await create(20_000)).toMatchObject({ success: true });
      expect(await create(100)).toEqual(refusedWith("FULLY_REFUNDED"));
      expect(stage.world.done().refunds).toBe(2);
    });

    test("When the payment is not captured, the balance is low or a dispute is open, then the code says so", async () => {
      const create = (paymentId: string) => stage.gateway.createRefund(stage.refund(paymentId));
      expect(await create(await stage.authorized())).toEqual(refusedWith("NOT_REFUNDABLE"));
      const disputed = await stage.captured();
      stage.world.openDispute(disputed);
      expect(await create(disputed)).toEqual(refusedWith("PAYMENT_DISPUTED"));
      const paymentId = await stage.captured();
      stage.world.setBalance(0);
      expect(await create(paymentId)).toEqual(refusedWith("INSUFFICIENT_BALANCE"));
    });

    test("When more than a page was refunded, elsewhere too, then all refunds are listed", async () => {
      const paymentId = await stage.captured();
      const ours = stage.refund(paymentId);
      unwrap(await stage.gateway.createRefund(ours));
      for (let more = 0; more < 129; more += 1) stage.world.refundElsewhere(paymentId, 100);
      const listed = unwrap(await stage.gateway.listRefunds(paymentId));
      expect(new Set(listed.map(({ id }) => id)).size).toBe(130);
      expect(listed.filter(({ receipt }) => receipt === null)).toHaveLength(129);
      // The oldest is on the last page.
      expect(unwrap(await stage.gateway.findRefundByReceipt(paymentId, ours.receipt))).not.toBeNull();
    });

    test("When refunds of several payments are listed by time, then all are there, each once, page by page", async () => {
      const made = new Set<string>();
      for (let payment = 0; payment < 2; payment += 1) {
        const paymentId = await stage.captured();
        made.add(unwrap(await stage.gateway.createRefund(stage.refund(paymentId))).id);
        for (let more = 0; more < 60; more += 1) stage.world.refundElsewhere(paymentId, 100);
      }
      const listed = new Set<string>();
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const request = { ...stage.lately(), ...(cursor && { cursor }) };
        const page = unwrap(await stage.gateway.listRefundsBetween(request));
        for (const { id } of page.items) listed.add(id);
        cursor = page.next;
      }
      expect(listed.size).toBe(122);
      for (const id of made) expect(listed).toContain(id);
      const { from } = stage.lately();
      const earlier = { from: new Date(from.getTime() - 3_600_000), to: from };
      expect(unwrap(await stage.gateway.listRefundsBetween(earlier)).items).toEqual([]);
    });

    test("When all is refunded, then the payment was captured all the same", async () => {
      const paymentId = await stage.captured();
      unwrap(await stage.gateway.createRefund(stage.refund(paymentId, { amount: AMOUNT })));
      expect(unwrap(await stage.gateway.getGatewayPayment(paymentId))).toMatchObject({
        captured: true,
        amountRefunded: AMOUNT,
        refundStatus: "full",
      });
    });
  });
}
