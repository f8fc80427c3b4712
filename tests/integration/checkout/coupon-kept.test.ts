import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { eventually } from "../../support/instances.js";
import { type Buyer, done, useShop } from "./shop-world.js";

/** A use that was released only to ask about the coupon again is claimed again, whatever happens in between. */
const shop = useShop({ UPSTREAM_TIMEOUT_MS: "5000" });
const control = () => shop().sandbox.control;
const { LASTONE } = SEED.coupons;
const usages = () => control().pricing.usages(LASTONE);
const CLAIM = { service: "pricing", match: "POST /api/coupons/usage" } as const;
const RELEASE = { service: "pricing", match: "POST /api/coupons/usage/reverse" } as const;

beforeEach(() => control().razorpay.configure({ webhooks: { drop: "all" } }));

/** Makes waiting outbox messages due now. */
async function deliverAll(): Promise<void> {
  const due = { $set: { dueAt: new Date(Date.now() - 1_000) } };
  await shop().db.collection("outboxMessages").updateMany({ state: "pending" }, due);
  await shop().settle();
}

/** Another tab changes the quantity of the only line. */
async function addUnits(buyer: Buyer): Promise<number> {
  const { items } = done(await buyer.get("/api/cart"));
  const path = `/api/cart/items/${items[0].id}`;
  return (await shop().call("put", path, { as: buyer.as, body: { quantity: 2 } })).status;
}

/** The call that hung is answered by the pricing service, long after its deadline. */
async function releaseAtLast({ id }: Buyer): Promise<void> {
  const { urls, env } = shop().sandbox;
  const answer = await fetch(`${urls.pricing}/api/coupons/usage/reverse`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${env.SERVICE_TOKEN ?? ""}` },
    body: JSON.stringify({ code: LASTONE, orderId: id }),
  });
  if (!answer.ok) throw new Error(`not released: ${answer.status}`);
}

async function buyWithCoupon(buyer: Buyer, gatewayOrderId: string): Promise<void> {
  done(await buyer.verify(buyer.pay(gatewayOrderId)));
  const placed = await buyer.order();
  expect([placed.status, placed.body.data?.totals.discountTotal]).toEqual([201, 50]);
}

test("When the response to the release is lost, then the open payment has its use again at once", async () => {
  const buyer = shop().guest();
  const { gateway } = await buyer.open({ coupon: LASTONE });
  control().faults.add({ ...RELEASE, action: "reset-after" });
  expect(await addUnits(buyer)).toBeGreaterThanOrEqual(500);
  await shop().recover();
  expect(usages()).toEqual([buyer.id]);
  await buyWithCoupon(buyer, gateway.orderId);
});

test("When the use cannot be claimed again either, then the outbox claims it for the open payment", async () => {
  const buyer = shop().guest();
  const { gateway } = await buyer.open({ coupon: LASTONE });
  control().faults.add({ ...RELEASE, action: "reset-after" });
  control().faults.add({ ...CLAIM, action: "status", status: 503 });
  expect(await addUnits(buyer)).toBeGreaterThanOrEqual(500);
  await shop().recover();
  expect(usages()).toEqual([]);
  await deliverAll();
  expect(usages()).toEqual([buyer.id]);
  await buyWithCoupon(buyer, gateway.orderId);
});

test("When the release takes effect after the order was placed, then the outbox claims it for the order", async () => {
  const buyer = shop().guest();
  const { gateway } = await buyer.open({ coupon: LASTONE });
  const { faults } = control();
  const { id } = faults.add({ ...RELEASE, action: "hang", times: 1 });
  const changing = addUnits(buyer);
  await eventually("the release waits", async () =>
    faults.list().some((row) => row.id === id && row.hits > 0),
  );
  await buyWithCoupon(buyer, gateway.orderId);
  expect(await changing).toBeGreaterThanOrEqual(500);
  await releaseAtLast(buyer);
  expect(usages()).toEqual([]);
  await deliverAll();
  expect(usages()).toEqual([buyer.id]);
});

test("When promotions are refreshed while a method is being chosen, then the payment has its use", async () => {
  const buyer = await shop().guest().prepare({ coupon: LASTONE });
  control().faults.add({ ...CLAIM, action: "slow-drip", delayMs: 800, times: 1 });
  const choosing = buyer.choose("cod");
  await eventually("the use is claimed", async () => usages().length > 0);
  await shop().runJob("promotion-refresh");
  expect(done(await choosing).session.totals.discountTotal).toBe(50);
  expect(usages()).toEqual([buyer.id]);
  await deliverAll();
  expect(usages()).toEqual([buyer.id]);
});

test("When the order is cancelled before its use is settled, then the use stays free", async () => {
  const buyer = shop().guest();
  const { orderNumber } = await buyer.buy({ coupon: LASTONE });
  done(await buyer.post(`/api/orders/${orderNumber}/cancel`, { reason: "changed_mind" }));
  await deliverAll();
  expect(usages()).toEqual([]);
  const { releaseOrReclaimCoupons } = await import(
    "../../../services/aggregates/checkout-session/coupon-uses.js"
  );
  await releaseOrReclaimCoupons(new Types.ObjectId(buyer.id), [LASTONE]);
  expect(usages()).toEqual([]);
});
