import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { Buyer, done, PLACES, refused, useShop } from "../checkout/shop-world.js";

/** A cart is bought once, also when two of its checkouts are paid. */
const shop = useShop();
const control = () => shop().sandbox.control;

beforeEach(() => control().razorpay.configure({ webhooks: { drop: "all" } }));

interface Paid {
  buyer: Buyer;
  gatewayOrderId: string;
}

/** A second checkout of the same cart, up to an open payment. */
async function openAgain({ as }: Buyer): Promise<Paid> {
  const buyer = new Buyer(shop(), as);
  done(await buyer.start());
  done(await buyer.put("shipping-address", PLACES.bengaluru));
  done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
  return { buyer, gatewayOrderId: done(await buyer.choose()).gateway.orderId };
}

/** The first checkout has expired with its payment window open; the second one is paid. */
async function expiredAndPaid(): Promise<{ late: Paid; second: Paid }> {
  const buyer = shop().guest();
  const { gateway } = await buyer.open({ items: [[SEED.variants.ashwagandha, 2]] });
  await buyer.letExpire(20);
  await shop().runJob("checkout-cleanup");
  expect(await buyer.stored.session()).toMatchObject({ status: "failed", failureReason: "expired" });
  const second = await openAgain(buyer);
  expect(second.buyer.id).not.toBe(buyer.id);
  done(await second.buyer.verify(second.buyer.pay(second.gatewayOrderId)));
  return { late: { buyer, gatewayOrderId: gateway.orderId }, second };
}

/** Placing stops before the commit: inventory does not answer. */
async function beginPlacing({ buyer }: Paid): Promise<void> {
  control().faults.add({ service: "inventory", match: "convert", action: "status", status: 503 });
  expect((await buyer.order()).status).toBe(503);
  await shop().recover();
}

const captureLate = async ({ buyer, gatewayOrderId }: Paid) =>
  done(await buyer.verify(buyer.pay(gatewayOrderId)));

const sold = async ({ buyer }: Paid) =>
  (await control().inventory.ledger({ orderId: buyer.id, type: "converted" })).length;

test("When an expired checkout is captured while a second one is being placed, then it waits, and its payment is refunded", async () => {
  const { late, second } = await expiredAndPaid();
  await beginPlacing(second);
  await captureLate(late);
  refused(await late.buyer.order(), 409, "PLACEMENT_IN_PROGRESS");
  await shop().settle();
  expect([await sold(late), await late.buyer.stored.order()]).toEqual([0, null]);

  expect((await second.buyer.order()).status).toBe(201);
  refused(await late.buyer.order(), 409, "CHECKOUT_FAILED");
  expect(await late.buyer.stored.order()).toBeNull();
  expect(await late.buyer.stored.refunds()).toMatchObject([{ systemReason: "undo" }]);
  await shop().settle();
  expect([await sold(late), await sold(second)]).toEqual([0, 1]);
});

test("When no client returns, then recovery places one of the two and refunds the other", async () => {
  const { late, second } = await expiredAndPaid();
  await beginPlacing(second);
  await captureLate(late);
  refused(await late.buyer.order(), 409, "PLACEMENT_IN_PROGRESS");
  await shop().runJob("placement-recovery");
  await shop().runJob("placement-recovery");
  const orders = await Promise.all([late, second].map(({ buyer }) => buyer.stored.order()));
  expect(orders.map((order) => order !== null)).toEqual([false, true]);
  expect(await late.buyer.stored.refunds()).toHaveLength(1);
  expect(await second.buyer.stored.refunds()).toEqual([]);
});

test("When the expired checkout is being placed first, then the second one waits, and its payment is refunded", async () => {
  const { late, second } = await expiredAndPaid();
  await captureLate(late);
  await beginPlacing(late);
  refused(await second.buyer.order(), 409, "PLACEMENT_IN_PROGRESS");
  expect((await late.buyer.order()).status).toBe(201);
  refused(await second.buyer.order(), 409, "CHECKOUT_FAILED");
  expect(await second.buyer.stored.order()).toBeNull();
  expect(await second.buyer.stored.refunds()).toHaveLength(1);
});

test("When the second placement is undone, then the expired checkout gets its order after all", async () => {
  const { late, second } = await expiredAndPaid();
  await beginPlacing(second);
  await captureLate(late);
  refused(await late.buyer.order(), 409, "PLACEMENT_IN_PROGRESS");
  control().faults.add({
    service: "inventory",
    match: "convert",
    action: "status",
    status: 409,
    code: "INSUFFICIENT_STOCK",
    times: 1,
  });
  refused(await second.buyer.order(), 409, "OUT_OF_STOCK");
  await shop().settle();
  expect((await late.buyer.order()).status).toBe(201);
  expect(await late.buyer.stored.cart()).toMatchObject({ status: "converted", placing: null });
});
