import type { CheckoutAnswer } from "../../../../services/integrations/payment-gateway.js";
import { unwrap } from "../../../../utils/result.js";
import { AMOUNT, type Stage } from "./world.js";

/** What reaches the adapter from outside: the browser's answer and the webhooks. */
export function describeBrowserAndWebhooks(stage: Stage): void {
  describe("the browser", () => {
    async function pay(): Promise<{ orderId: string; paymentId: string; answer: CheckoutAnswer }> {
      const order = await stage.order();
      const { paymentId, answer } = stage.world.pay(order.id, "upi");
      if (!answer) throw new Error("the payment was not made");
      return { orderId: order.id, paymentId, answer };
    }

    test("When the window is to be opened, then its options are as described, and have no secret", async () => {
      const options = stage.gateway.checkoutOptions({
        gatewayOrderId: (await stage.order()).id,
        amount: AMOUNT,
        prefill: { name: "मीरा नायर ".repeat(60), email: null, contact: "+919000000001" },
        method: "upi",
      });
      expect(
        stage.gateway.checkoutSchemas.options.validate(options, { convert: false }).error,
      ).toBeUndefined();
      for (const secret of stage.world.secrets) expect(JSON.stringify(options)).not.toContain(secret);
    });

    test("When the customer has paid, then the answer is as described, genuine, and names the payment", async () => {
      const { orderId, paymentId, answer } = await pay();
      expect(stage.gateway.checkoutSchemas.answer.validate(answer, { convert: false }).error).toBeUndefined();
      const claimed = { gatewayOrderId: orderId, gatewayPaymentId: paymentId };
      expect(stage.gateway.readCheckoutAnswer(answer)).toEqual(claimed);
      expect(stage.gateway.isCheckoutAnswerGenuine(answer, orderId)).toBe(true);
    });

    test("When the answer is of another order, forged or empty, then it is not genuine", async () => {
      const [ours, other] = [await pay(), await pay()];
      const isGenuine = (answer: CheckoutAnswer) =>
        stage.gateway.isCheckoutAnswerGenuine(answer, ours.orderId);
      expect(isGenuine(other.answer)).toBe(false);
      expect(isGenuine({})).toBe(false);
      const names = Object.keys(ours.answer);
      expect(names.some((name) => isGenuine({ ...ours.answer, [name]: other.answer[name] }))).toBe(
        // Only the order's id may be wrong: the one stored here counts.
        names.some((name) => ours.answer[name] === ours.orderId),
      );
      const blank = Object.fromEntries(names.map((name) => [name, ""]));
      expect(isGenuine(blank)).toBe(false);
      for (const value of [null, 5, ["x"], { a: 1 }]) {
        expect(isGenuine(Object.fromEntries(names.map((name) => [name, value])))).toBe(false);
      }
    });
  });

  describe("webhooks", () => {
    test("When the gateway sends events, then each is authentic, has an id of its own, and is read", async () => {
      const paymentId = await stage.captured();
      unwrap(await stage.gateway.createRefund(stage.refund(paymentId)));
      const sent = stage.world.webhooks();
      const { webhookVerifier } = stage.gateway;
      const ids = sent.map(({ headers, rawBody }) => {
        expect(webhookVerifier.canBeSigned(headers)).toBe(true);
        expect(webhookVerifier.isAuthentic(rawBody, headers)).toBe(true);
        const payload: unknown = JSON.parse(rawBody.toString());
        const identity = stage.gateway.identifyWebhook({ headers, payload });
        const { eventId, type } = identity;
        // Every event of this scene is about the one payment, or about none (a gateway order).
        expect([paymentId, null]).toContain(identity.paymentId);
        expect(stage.gateway.parseWebhook(payload)).toMatchObject({
          type,
          isForeignAccount: false,
          unreadable: [],
        });
        return eventId;
      });
      expect(ids.every((id) => id !== null && /^[\w-]{1,100}$/.test(id))).toBe(true);
      expect(new Set(ids).size).toBe(sent.length);
      const events = sent.map(({ rawBody }) => stage.gateway.parseWebhook(JSON.parse(rawBody.toString())));
      expect(events).toContainEqual(
        expect.objectContaining({ payment: expect.objectContaining({ id: paymentId, status: "captured" }) }),
      );
      expect(events).toContainEqual(
        expect.objectContaining({ subject: "refund", refund: expect.objectContaining({ paymentId }) }),
      );
    });

    test("When the bytes changed or the headers are missing, then it is not authentic", async () => {
      await stage.captured();
      const [event] = stage.world.webhooks();
      if (!event) throw new Error("no webhook was sent");
      const { webhookVerifier } = stage.gateway;
      expect(
        webhookVerifier.isAuthentic(Buffer.concat([event.rawBody, Buffer.from(" ")]), event.headers),
      ).toBe(false);
      expect(webhookVerifier.isAuthentic(event.rawBody, {})).toBe(false);
      expect(webhookVerifier.canBeSigned({})).toBe(false);
      const twice = Object.fromEntries(
        Object.entries(event.headers).map(([name, value]) => [name, `${value}, ${value}`]),
      );
      expect(webhookVerifier.isAuthentic(event.rawBody, twice)).toBe(false);
    });

    test.each([null, "text", [], {}, { event: 5 }, { id: { $ne: null } }])(
      "When the body is %j, then it is no event, and has no name or id that could be stored by mistake",
      (payload) => {
        expect(stage.gateway.parseWebhook(payload)).toBeNull();
        expect(stage.gateway.identifyWebhook({ headers: {}, payload })).toEqual({
          eventId: null,
          type: "unknown",
          paymentId: null,
        });
      },
    );
  });
}
