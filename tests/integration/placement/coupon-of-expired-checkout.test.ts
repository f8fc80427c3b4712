import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { eventually } from "../../support/instances.js";
import { type Buyer, done, refused, useShop } from "../checkout/shop-world.js";

/** An expired checkout releases its coupon use, while a late capture may still place its order. */
const shop = useShop();
const control = () => shop().sandbox.control;
const { LASTONE } = SEED.coupons;
const usages = () => control().pricing.usages(LASTONE);
const SLOW_MS = 1_500;

/** The session has expired, its release is not delivered yet, and its payment has been captured now. */
async function capturedLate(): Promise<Buyer> {
  control().razorpay.configure({ webhooks: { drop: "all" } });
  const buyer = shop().guest();
  const { gateway } = await buyer.open({ coupon: LASTONE });
  await buyer.letExpire(20);
  await shop().runJob("checkout-cleanup");
  done(await buyer.verify(buyer.pay(gateway.orderId)));
  return buyer;
}

async function whileSlow<T>(
  fault: { service: "inventory" | "pricing"; match: string },
  call: () => Promise<T>,
  meanwhile: () => Promise<unknown>,
): Promise<T> {
  const { faults } = control();
  const { id } = faults.add({ ...fault, action: "delay", delayMs: SLOW_MS, times: 1 });
  const answer = call();
  await eventually("the call waits", async () => faults.list().some((row) => row.id === id && row.hits > 0));
  await meanwhile();
  return answer;
}

/** Makes waiting outbox messages due now. */
async function deliverAll(): Promise<void> {
  const due = { $set: { dueAt: new Date(Date.now() - 1_000) } };
  await shop().db.collection("outboxMessages").updateMany({ state: "pending" }, due);
  await shop().settle();
}

test("When the release is delivered while the late capture is being placed, then the order keeps its coupon use", async () => {
  const buyer = await capturedLate();
  const placed = await whileSlow(
    { service: "inventory", match: "convert" },
    () => buyer.order(),
    () => shop().settle(),
  );
  expect(placed.status).toBe(201);
  expect(done(placed).totals.discountTotal).toBe(50);
  expect(usages()).toEqual([buyer.id]);
  await deliverAll();
  expect(usages()).toEqual([buyer.id]);
});

test("When the order is placed while the release is in flight, then it waits, and claims the use again", async () => {
  const buyer = await capturedLate();
  const early: number[] = [];
  await whileSlow(
    { service: "pricing", match: "POST /api/coupons/usage/reverse" },
    () => shop().settle(),
    async () => {
      const answer = await buyer.order();
      refused(answer, 409, "PLACEMENT_IN_PROGRESS");
      early.push(answer.status);
    },
  );
  expect(early).toEqual([409]);
  expect(usages()).toEqual([]);
  expect((await buyer.order()).status).toBe(201);
  expect(usages()).toEqual([buyer.id]);
  await deliverAll();
  expect(usages()).toEqual([buyer.id]);
});

test("When a placement that met the release is undone, then the use is released", async () => {
  const buyer = await capturedLate();
  const { faults } = control();
  faults.add({ service: "inventory", match: "convert", action: "status", status: 503, times: 5 });
  expect((await buyer.order()).status).toBe(503);
  await shop().settle();
  expect(usages()).toEqual([buyer.id]);
  await shop().recover();
  faults.add({
    service: "inventory",
    match: "convert",
    action: "status",
    status: 409,
    code: "INSUFFICIENT_STOCK",
    times: 1,
  });
  refused(await buyer.order(), 409, "OUT_OF_STOCK");
  await deliverAll();
  await deliverAll();
  expect(usages()).toEqual([]);
});
