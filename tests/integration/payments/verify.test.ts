import { randomUUID } from "node:crypto";
import { done, refused, unknownId, useShop } from "../checkout/shop-world.js";

const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;

/** Only the client's callback reports, unless a test changes that. */
beforeEach(() => gateway().configure({ webhooks: { drop: "all" } }));

describe("the client's callback", () => {
  test("When the payment was captured, then it is verified on every call, and moved once", async () => {
    const buyer = shop().guest();
    const { payment, gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId, { method: "card" });
    const first = done(await buyer.verify(paid));
    expect(first).toMatchObject({
      id: payment.id,
      checkoutSessionId: buyer.id,
      gateway: "razorpay",
      method: "card",
      status: "captured",
      amount: 365.42,
      capturedAmount: 365.42,
      refundedAmount: 0,
      methodDetails: { last4: expect.stringMatching(/^\d{4}$/), network: expect.any(String) },
    });
    for (const again of await Promise.all([buyer.verify(paid), buyer.verify(paid), buyer.verify(paid)])) {
      expect(done(again)).toEqual(first);
    }
    const [stored] = await buyer.stored.payments();
    expect(stored).toMatchObject({ accepted: true, surplus: false, gatewayPaymentId: paid.paymentId });
    expect(stored?.statusHistory.filter(({ to }: { to: string }) => to === "captured")).toHaveLength(1);
    expect(JSON.stringify(first)).not.toContain(paid.paymentId);
  });

  test("When it pays by UPI, then the address is stored and shown only masked", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    done(await buyer.verify(buyer.pay(window.orderId, { details: { vpa: "meera.nair@okbank" } })));
    const [stored] = await buyer.stored.payments();
    expect(JSON.stringify(stored)).not.toContain("meera.nair@okbank");
    expect(done(await buyer.get(`/api/payments/${stored?._id}`)).methodDetails.vpa).toMatch(/\*.*@okbank$/);
  });

  test.each([
    ["nonsense", () => "nonsense"],
    ["in capitals", (signature: string) => signature.toUpperCase()],
    ["cut", (signature: string) => signature.slice(0, -1)],
    [
      "changed in one place",
      (signature: string) => (signature.startsWith("0") ? "1" : "0") + signature.slice(1),
    ],
  ])("When the signature is %s, then SIGNATURE_INVALID and nothing moves", async (_what, spoil) => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId);
    refused(
      await buyer.verify({ ...paid, signature: spoil(paid.signature ?? "") }),
      400,
      "SIGNATURE_INVALID",
    );
    expect(await buyer.stored.payments()).toMatchObject([{ status: "pending", gatewayPaymentId: null }]);
  });

  test("When the payment belongs to another order, although its signature is valid, then SIGNATURE_INVALID", async () => {
    const [buyer, other] = [shop().guest(), shop().guest()];
    const { gateway: window } = await buyer.open();
    const { gateway: theirs } = await other.open();
    const paid = other.pay(theirs.orderId);
    const signature = gateway().signCheckout(window.orderId, paid.paymentId);
    const answer = await buyer.verify({ ...paid, orderId: window.orderId, signature });
    refused(answer, 400, "SIGNATURE_INVALID");
    expect(await buyer.stored.payments()).toMatchObject([{ status: "pending" }]);
    expect(await other.stored.payments()).toMatchObject([{ status: "pending" }]);
  });

  test("When the payment belongs to another caller or does not exist, then 404", async () => {
    const [buyer, other] = [shop().guest(), shop().guest()];
    const { payment, gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId);
    refused(await other.verify(paid), 404, "PAYMENT_NOT_FOUND");
    refused(await shop().customer().verify(paid), 404, "PAYMENT_NOT_FOUND");
    refused(await buyer.verify({ ...paid, orderId: "order_AAAAAAAAAAAAAA" }), 404, "PAYMENT_NOT_FOUND");
    refused(await other.get(`/api/payments/${payment.id}`), 404, "PAYMENT_NOT_FOUND");
    refused(await other.post(`/api/payments/${payment.id}/retry`), 404, "PAYMENT_NOT_FOUND");
    refused(await buyer.get(`/api/payments/${unknownId()}`), 404, "PAYMENT_NOT_FOUND");
    expect(await buyer.stored.payments()).toMatchObject([{ status: "pending" }]);
  });

  test("When it is only authorised, then the status says so and there is no order; the capture places it", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId, { outcome: "authorize_only" });
    expect(done(await buyer.verify(paid))).toMatchObject({ status: "authorized", capturedAmount: 0 });
    refused(await buyer.order(), 400, "PAYMENT_REQUIRED");
    gateway().configure({ webhooks: { drop: "none" } });
    gateway().autoCapture(paid.paymentId);
    await shop().settle();
    expect(await buyer.stored.order()).toMatchObject({ status: "confirmed", paymentStatus: "paid" });
    expect(done(await buyer.verify(paid))).toMatchObject({ status: "captured" });
    const [stored] = await buyer.stored.payments();
    expect(stored?.statusHistory.map(({ to }: { to: string }) => to)).toEqual([
      "pending",
      "authorized",
      "captured",
    ]);
  });

  test("When the gateway cannot be asked, then nothing changes; a repeat works", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId);
    gateway().setFault({ match: "GET /payments/:id", action: "status500", times: "always" });
    expect((await buyer.verify(paid)).status).toBe(502);
    expect(await buyer.stored.payments()).toMatchObject([{ status: "pending" }]);
    await shop().recover();
    expect(done(await buyer.verify(paid)).status).toBe("captured");
  });
});

describe("POST /api/payments", () => {
  test("When a method is chosen here, then it is the same as with the checkout", async () => {
    const buyer = await shop().guest().prepare();
    const body = { checkoutSessionId: buyer.id, method: "card", termsAccepted: true };
    const chosen = done(await buyer.post("/api/payments", body));
    const again = done(await buyer.choose("card"));
    expect([again.payment.id, again.gateway.orderId]).toEqual([chosen.payment.id, chosen.gateway.orderId]);
    expect(chosen.session.termsAccepted).toBe(true);
  });

  test("When the key is repeated, then the response is repeated; with another body it is refused", async () => {
    const buyer = await shop().guest().prepare();
    const key = randomUUID();
    const body = { checkoutSessionId: buyer.id, method: "card" };
    const first = await buyer.post("/api/payments", body, key);
    const replayed = await buyer.post("/api/payments", body, key);
    expect(replayed.headers["idempotency-replayed"]).toBe("true");
    expect(replayed.body.data).toEqual(first.body.data);
    refused(
      await buyer.post("/api/payments", { ...body, method: "upi" }, key),
      422,
      "IDEMPOTENCY_KEY_REUSED",
    );
  });

  test.each(["/api/payments", "/api/payments/cod"])(
    "When %s comes without a key, then it is refused",
    async (path) => {
      const buyer = await shop().guest().prepare();
      const body = { checkoutSessionId: buyer.id, ...(path.endsWith("cod") ? {} : { method: "upi" }) };
      const answer = await shop().call("post", path, { as: buyer.as, body });
      refused(answer, 400, "IDEMPOTENCY_KEY_REQUIRED");
      expect(await buyer.stored.payments()).toEqual([]);
    },
  );
});
