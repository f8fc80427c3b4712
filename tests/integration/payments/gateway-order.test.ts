import { done, useShop } from "../checkout/shop-world.js";

/** The gateway order of a payment is created once, even if the process crashes before it is stored. */
const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;

beforeEach(() => gateway().configure({ webhooks: { drop: "all" } }));

test("When the process crashed before the gateway order was stored, then it is found and none is created", async () => {
  const buyer = shop().guest();
  const { payment, gateway: window } = await buyer.open();
  const [stored] = await buyer.stored.payments();
  // As the crash leaves it: inserted, and not written since.
  await shop()
    .db.collection("payments")
    .updateOne({ _id: stored?._id }, { $set: { gatewayOrderId: null, updatedAt: stored?.createdAt } });
  gateway().setFault({ match: "POST /orders", action: "status500", times: "always" });
  const again = done(await buyer.choose());
  expect([again.payment.id, again.gateway.orderId]).toEqual([payment.id, window.orderId]);
  await shop().recover();
  done(await buyer.verify(buyer.pay(window.orderId)));
  expect((await buyer.order()).status).toBe(201);
});

test("When the process crashed before the gateway was asked, then choosing again creates the order", async () => {
  const buyer = await shop().guest().prepare();
  gateway().setFault({ match: "POST /orders", action: "status500", times: "always" });
  expect((await buyer.choose()).status).toBe(502);
  await shop().recover();
  const chosen = done(await buyer.choose());
  expect(await buyer.stored.payments()).toMatchObject([{ gatewayOrderId: chosen.gateway.orderId }]);
});
