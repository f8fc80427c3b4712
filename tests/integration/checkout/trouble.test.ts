import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { FaultRule } from "../../../scripts/sandbox/shared/faults.js";
import { type Buyer, done, PLACES, useShop } from "./shop-world.js";

const { variants } = SEED;
/** Short, so that a hanging neighbour does not slow down the tests. */
const shop = useShop({ UPSTREAM_TIMEOUT_MS: "1200" });

/** What a failed step must not change. */
async function picture(buyer: Buyer) {
  const { db } = shop();
  const ofGuest = "sessionId" in buyer.as ? { sessionId: buyer.as.sessionId } : {};
  const without = { projection: { updatedAt: 0, lease: 0, couponClaims: 0, expiresAt: 0 } };
  return {
    sessions: await db.collection("checkoutSessions").find(ofGuest, without).toArray(),
    payments: await db
      .collection("payments")
      .find(ofGuest, { projection: { updatedAt: 0 } })
      .toArray(),
    carts: await db.collection("carts").find(ofGuest, without).toArray(),
  };
}

interface Case {
  /** What is down, and how. */
  fault: FaultRule;
  status: number;
  code: string;
  before: (buyer: Buyer) => Promise<unknown>;
  step: (buyer: Buyer) => Promise<Response>;
}

const filled = (buyer: Buyer) => buyer.add(variants.hairOil);
const begun = (buyer: Buyer) => buyer.begin();
const ready = (buyer: Buyer) => buyer.prepare();
async function almostLapsed(buyer: Buyer): Promise<void> {
  await ready(buyer);
  const soon = new Date(Date.now() + 60_000);
  await shop()
    .db.collection("cartItems")
    .updateMany({}, { $set: { reservationExpiresAt: soon } });
}
const enterAddress = (buyer: Buyer) => buyer.put("shipping-address", PLACES.bengaluru);
const withSavedAddress = (buyer: Buyer) =>
  buyer.put("shipping-address", { ...PLACES.bengaluru, addressId: `addr-${SEED.users.asha}-home` });
const chooseShipping = (buyer: Buyer) => buyer.put("shipping-method", { shippingMethodId: "express" });
const listMethods = (buyer: Buyer) => buyer.checkout("/shipping-methods");
const start = (buyer: Buyer) => buyer.start();
const choose = (buyer: Buyer) => buyer.choose();

const BAD = { status: 502, code: "UPSTREAM_BAD_RESPONSE" };
const DOWN = { status: 503, code: "UPSTREAM_UNAVAILABLE" };
const SLOW = { status: 504, code: "UPSTREAM_TIMEOUT" };

const CASES: [string, Case][] = [
  [
    "starting, the catalog talks nonsense",
    { fault: { service: "catalog", action: "wrong-types" }, ...BAD, before: filled, step: start },
  ],
  [
    "starting, the catalog is away",
    { fault: { service: "catalog", action: "status", status: 503 }, ...DOWN, before: filled, step: start },
  ],
  [
    "starting, inventory hangs",
    { fault: { service: "inventory", action: "hang" }, ...SLOW, before: filled, step: start },
  ],
  [
    "an address is entered, shipping answers an error",
    {
      fault: { service: "shipping", action: "status", status: 500 },
      ...BAD,
      before: begun,
      step: enterAddress,
    },
  ],
  [
    "an address is entered, shipping is away",
    {
      fault: { service: "shipping", action: "status", status: 503 },
      ...DOWN,
      before: begun,
      step: enterAddress,
    },
  ],
  [
    "an address is entered, shipping hangs",
    { fault: { service: "shipping", action: "hang" }, ...SLOW, before: begun, step: enterAddress },
  ],
  [
    "a saved address is named, auth is away",
    {
      fault: { service: "auth", action: "status", status: 503 },
      ...DOWN,
      before: begun,
      step: withSavedAddress,
    },
  ],
  [
    "methods are listed, shipping talks nonsense",
    { fault: { service: "shipping", action: "garbage" }, ...BAD, before: ready, step: listMethods },
  ],
  [
    "a method is chosen, shipping hangs",
    {
      fault: { service: "shipping", match: "calculate", action: "hang" },
      ...SLOW,
      before: ready,
      step: chooseShipping,
    },
  ],
  [
    "a payment is chosen, shipping is away",
    {
      fault: { service: "shipping", match: "calculate", action: "status", status: 503 },
      ...DOWN,
      before: ready,
      step: choose,
    },
  ],
  [
    "a payment is chosen, pricing hangs",
    { fault: { service: "pricing", action: "hang" }, ...SLOW, before: ready, step: choose },
  ],
  [
    "a payment is chosen with stock that would lapse meanwhile, inventory answers an error",
    {
      fault: { service: "inventory", action: "status", status: 500 },
      ...BAD,
      before: almostLapsed,
      step: choose,
    },
  ],
];

test("When inventory is away and the stock is reserved for longer than the checkout lasts, then a payment can be chosen", async () => {
  const buyer = shop().guest();
  await ready(buyer);
  shop().sandbox.control.faults.add({ service: "inventory", action: "status", status: 503 });
  expect((await choose(buyer)).status).toBe(200);
});

test.each(CASES)(
  "When %s, then the error is returned, nothing has changed, and it works after the outage",
  async (what, { fault, status, code, before, step }) => {
    const buyer = what.includes("saved") ? shop().customer("asha") : shop().guest();
    await before(buyer);
    const untouched = await picture(buyer);
    shop().sandbox.control.faults.add(fault);
    const answer = await step(buyer);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    if (status === 503) expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(await picture(buyer)).toEqual(untouched);
    await shop().recover();
    expect((await step(buyer)).status).toBeLessThan(300);
  },
);

describe("the gateway", () => {
  const gateway = () => shop().sandbox.control.razorpay;

  test.each([
    ["answers an error", "status500"],
    ["is away", "status503"],
    ["cuts the connection", "reset"],
  ] as const)(
    "When it %s, then choosing fails, and choosing again continues with the same payment",
    async (_what, action) => {
      const buyer = await shop().guest().prepare();
      gateway().setFault({ match: "POST /orders", action, times: "always" });
      const answer = await buyer.choose();
      expect([answer.status === 502 || answer.status === 503, answer.body.error.code]).toEqual([
        true,
        expect.stringMatching(/^UPSTREAM_|OUTCOME/),
      ]);
      expect(await buyer.stored.payments()).toMatchObject([{ status: "pending", gatewayOrderId: null }]);
      const pending = done(await buyer.checkout());
      expect(pending).toMatchObject({ status: "payment_pending", payment: { status: "pending" } });
      await shop().recover();
      const again = done(await buyer.choose());
      expect(again.payment.id).toBe(pending.payment.id);
      expect(again.gateway.orderId).toMatch(/^order_/);
      expect(await buyer.stored.payments()).toHaveLength(1);
    },
  );

  test("When it is down, then cash on delivery can still be chosen", async () => {
    const buyer = await shop().guest().prepare();
    gateway().setFault({ match: "* /*", action: "status503", times: "always" });
    expect((await buyer.choose("cod")).status).toBe(200);
    await shop().recover();
    expect((await buyer.order()).status).toBe(201);
  });
});

test("When pricing refuses to record the use with an unlisted reason, then choosing fails and nothing is frozen", async () => {
  const buyer = await shop().guest().prepare({ coupon: SEED.coupons.WELCOME10 });
  shop().sandbox.control.faults.add({
    service: "pricing",
    match: "POST /api/coupons/usage",
    action: "status",
    status: 500,
  });
  const answer = await buyer.choose();
  expect(answer.status).toBe(502);
  expect(await buyer.stored.session()).toMatchObject({ status: "address_entered", frozen: null });
  await shop().recover();
  expect(done(await buyer.choose()).session.totals.discountTotal).toBe(29.9);
});
