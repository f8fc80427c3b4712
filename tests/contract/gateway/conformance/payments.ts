import { unwrap } from "../../../../utils/result.js";
import { AMOUNT, refusedWith, type Stage, UNKNOWN } from "./world.js";

/** Payments as the gateway reports them. */
export function describePayments(stage: Stage): void {
  describe("payments", () => {
    test("When one is captured, then amount, order, fee and tax are reported, and no error", async () => {
      const order = await stage.order();
      const { paymentId } = stage.world.pay(order.id, "card");
      const payment = unwrap(await stage.gateway.getGatewayPayment(paymentId));
      expect(payment).toMatchObject({ gateway: stage.gateway.name, id: paymentId, orderId: order.id });
      expect(payment).toMatchObject({ amount: AMOUNT, currency: "INR", status: "captured", captured: true });
      expect(payment).toMatchObject({ amountRefunded: 0, refundStatus: null, nextStep: null });
      expect(payment.fee).toBeGreaterThan(payment.tax ?? Number.POSITIVE_INFINITY);
      expect(unwrap(await stage.gateway.getGatewayOrder(order.id))).toMatchObject({
        status: "paid",
        amountDue: 0,
      });
    });

    test.each([
      ["upi", "vpa", /\*/],
      ["card", "last4", /^\d{4}$/],
      ["netbanking", "bank", /./],
      ["wallet", "wallet", /./],
    ] as const)(
      "When it is paid by %s, then the method and a masked %s are reported",
      async (method, part, shape) => {
        const paymentId = await stage.captured(method);
        const payment = unwrap(await stage.gateway.getGatewayPayment(paymentId));
        expect(payment).toMatchObject({ method, methodDetails: { [part]: expect.stringMatching(shape) } });
        expect(JSON.stringify(payment)).not.toMatch(/(?<![A-Za-z\d])\d{13,19}(?![A-Za-z\d])|[a-z]{5,}@[a-z]/);
      },
    );

    test.each([
      ["declined", "contact_bank"],
      ["abandoned", "try_again"],
    ] as const)(
      "When it is %s, then the next step is %s, beside the gateway's own words",
      async (outcome, nextStep) => {
        const order = await stage.order();
        const { paymentId } = stage.world.pay(order.id, "netbanking", outcome);
        const payment = unwrap(await stage.gateway.getGatewayPayment(paymentId));
        expect(["failed", "cancelled"]).toContain(payment.status);
        expect(payment).toMatchObject({ captured: false, nextStep, errorDescription: expect.any(String) });
        expect(payment.errorCode ?? payment.errorReason).toEqual(expect.any(String));
      },
    );

    test("When the customer has not confirmed, then nothing has happened yet", async () => {
      const { paymentId } = stage.world.pay((await stage.order()).id, "upi", "unfinished");
      const { status, nextStep } = unwrap(await stage.gateway.getGatewayPayment(paymentId));
      expect(["created", "requires_action"]).toContain(status);
      expect(nextStep).toBeNull();
    });

    test("When an order has several attempts, then all are listed, failed ones too", async () => {
      const order = await stage.order();
      const failed = stage.world.pay(order.id, "upi", "declined");
      const paid = stage.world.pay(order.id, "card");
      const listed = unwrap(await stage.gateway.listPaymentsOfOrder(order.id));
      expect(new Set(listed.map(({ id }) => id))).toEqual(new Set([failed.paymentId, paid.paymentId]));
    });

    test.each(["", "x/../../orders", "nothing"])("When an id is %j, then nothing is sent", async (id) => {
      const results = await Promise.all([
        stage.gateway.getGatewayOrder(id),
        stage.gateway.getGatewayPayment(id),
        stage.gateway.listPaymentsOfOrder(id),
        stage.gateway.capturePayment({ paymentId: id, amount: AMOUNT }),
        stage.gateway.createRefund(stage.refund(id)),
        stage.gateway.listRefunds(id),
        stage.gateway.getRefund(id),
      ]);
      for (const result of results) expect(result).toEqual(refusedWith("INVALID_ID"));
    });

    test("When more than a page was created in one second, then the pages have each payment, and then end", async () => {
      const order = await stage.order();
      stage.world.pay(order.id, "card");
      for (let more = 1; more < 130; more += 1) stage.world.payTwice(order.id);
      const ids = new Set<string>();
      let cursor: string | null | undefined;
      let count = 0;
      while (cursor !== null) {
        const request = { ...stage.lately(), ...(cursor && { cursor }) };
        const page = unwrap(await stage.gateway.listPayments(request));
        for (const { id } of page.items) ids.add(id);
        count += page.count;
        cursor = page.next;
      }
      expect(ids.size).toBe(130);
      expect(count).toBeGreaterThanOrEqual(130);
    });

    test("When a range is given, then its start counts and its end does not", async () => {
      const paymentId = await stage.captured();
      const { createdAt } = unwrap(await stage.gateway.getGatewayPayment(paymentId));
      const at = createdAt ?? new Date(Number.NaN);
      const second = (offset: number) => new Date(at.getTime() + offset * 1_000);
      const idsOf = async (from: Date, to: Date) =>
        unwrap(await stage.gateway.listPayments({ from, to })).items.map(({ id }) => id);
      expect(await idsOf(at, second(1))).toEqual([paymentId]);
      expect(await idsOf(second(-1), at)).toEqual([]);
      expect(await idsOf(second(1), second(2))).toEqual([]);
    });

    test("When a cursor is not one of this list, then it is refused", async () => {
      const cursor = "../payments";
      expect(await stage.gateway.listPayments({ ...stage.lately(), cursor })).toEqual(
        refusedWith("INVALID_CURSOR"),
      );
    });
  });

  describe("capturing and voiding", () => {
    const statusOf = async (paymentId: string) =>
      unwrap(await stage.gateway.getGatewayPayment(paymentId)).status;

    test("When an authorised payment is captured, then it is captured once, however often it is asked for", async () => {
      const paymentId = await stage.authorized();
      expect(await statusOf(paymentId)).toBe("authorized");
      for (let times = 0; times < 2; times += 1) {
        const captured = await stage.gateway.capturePayment({ paymentId, amount: AMOUNT });
        expect(captured).toMatchObject({ success: true, data: { status: "captured", amount: AMOUNT } });
      }
      expect(stage.world.done().captures).toBe(1);
    });

    test("When two captures overlap, then one is done and neither is refused", async () => {
      const paymentId = await stage.authorized();
      stage.world.setWriteLatency(30);
      const capture = () => stage.gateway.capturePayment({ paymentId, amount: AMOUNT });
      const results = await Promise.all([capture(), capture()]);
      expect(results.some(({ success }) => success)).toBe(true);
      expect(results).not.toContainEqual(expect.objectContaining({ outcome: "refused" }));
      expect(stage.world.done().captures).toBe(1);
    });

    test("When the amount is wrong, then it is refused and the payment stays authorised", async () => {
      const paymentId = await stage.authorized();
      const wrong = { paymentId, amount: stage.refund(paymentId).amount };
      expect(await stage.gateway.capturePayment(wrong)).toEqual(refusedWith("CAPTURE_AMOUNT_MISMATCH"));
      expect(await statusOf(paymentId)).toBe("authorized");
    });

    test("When the payment failed, then it cannot be captured", async () => {
      const { paymentId } = stage.world.pay((await stage.order()).id, "card", "declined");
      expect(await stage.gateway.capturePayment({ paymentId, amount: AMOUNT })).toEqual(
        refusedWith("NOT_CAPTURABLE"),
      );
    });

    test("When the answer is lost after the capture, then the payment itself shows the success", async () => {
      const paymentId = await stage.authorized();
      stage.world.break({ call: "capturePayment", fault: "reset", when: "after", times: 1 });
      expect(await stage.gateway.capturePayment({ paymentId, amount: AMOUNT })).toMatchObject({
        success: true,
      });
      expect(stage.world.done().captures).toBe(1);
    });

    test("When the call is lost before the capture, then the outcome is unknown, and it can be repeated", async () => {
      const paymentId = await stage.authorized();
      stage.world.break({ call: "capturePayment", fault: "error", when: "before", times: 1 });
      expect(await stage.gateway.capturePayment({ paymentId, amount: AMOUNT })).toEqual(UNKNOWN);
      expect(await stage.gateway.capturePayment({ paymentId, amount: AMOUNT })).toMatchObject({
        success: true,
      });
    });

    test("When an authorisation is voided, then it is cancelled where the gateway can, and else unchanged", async () => {
      const paymentId = await stage.authorized();
      const result = await stage.gateway.voidAuthorization(paymentId);
      if (stage.gateway.capabilities.voids) expect(result).toMatchObject({ data: { status: "cancelled" } });
      else expect(result).toEqual(refusedWith("NOT_SUPPORTED"));
      expect(await statusOf(paymentId)).toBe(stage.gateway.capabilities.voids ? "cancelled" : "authorized");
    });
  });
}
