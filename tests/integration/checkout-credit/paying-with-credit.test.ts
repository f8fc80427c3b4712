import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { ITEMS } from "../../support/purchase.js";
import { unknownId } from "../cart/cart-world.js";
import { type CreditWorld, startCreditWorld } from "./credit-world.js";

let world: CreditWorld;
beforeAll(async () => {
  world = await startCreditWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const { users } = SEED;
const storedSession = (id: string) =>
  world.db.collection("checkoutSessions").findOne({ _id: new Types.ObjectId(id) });
const paymentsOf = (id: string) =>
  world.db
    .collection("payments")
    .find({ checkoutSessionId: new Types.ObjectId(id) })
    .sort({ createdAt: 1 })
    .toArray();

describe("Points", () => {
  it("When points are used, then they lower what is due, not the tax, and their worth is kept", async () => {
    world.engagement.setPointValue(0.5);
    const checkout = await world.checkoutOf("bharat");
    const before = world.totalsIn(await checkout.read());
    const answer = await checkout.post("loyalty", { points: 200 });
    expect(answer.status).toBe(200);
    expect(world.totalsIn(answer)).toEqual({
      ...before,
      loyaltyDiscount: 100,
      amountDue: Number(before.amountDue) - 100,
    });
    expect(await storedSession(checkout.id)).toMatchObject({ loyaltyPoints: 200, loyaltyPointValue: 50 });
    expect(world.engagement.points(users.bharat)).toBe(1_000);

    const dropped = await checkout.drop("loyalty");
    expect([dropped.status, world.totalsIn(dropped)]).toEqual([200, before]);
    expect(await storedSession(checkout.id)).toMatchObject({ loyaltyPoints: 0, loyaltyPointValue: 0 });
  });

  it("When there are too few, then 400 with how many there are, and nothing changes", async () => {
    const checkout = await world.checkoutOf("esha");
    const { status, body } = await checkout.post("loyalty", { points: 41 });
    expect([status, body.error.code, body.error.details]).toEqual([
      400,
      "INSUFFICIENT_POINTS",
      { available: 40 },
    ]);
    expect(await storedSession(checkout.id)).toMatchObject({ loyaltyPoints: 0 });
  });

  it("When points are worth nothing, then none are available", async () => {
    world.engagement.setPointValue(0);
    const { status, body } = await (await world.checkoutOf("bharat")).post("loyalty", { points: 1 });
    expect([status, body.error.code, body.error.details]).toEqual([
      400,
      "INSUFFICIENT_POINTS",
      { available: 0 },
    ]);
  });

  it("When more points are offered than are needed, then 0 or at least ₹1 stays due", async () => {
    world.engagement.setPointValue(1);
    world.engagement.setPoints(users.bharat, 100_000);
    const checkout = await world.checkoutOf("bharat");
    const { grandTotal } = world.totalsIn(await checkout.read());
    const { amountDue, loyaltyDiscount } = world.totalsIn(
      await checkout.post("loyalty", { points: 100_000 }),
    );
    expect(amountDue === 0 || Number(amountDue) >= 1).toBe(true);
    expect(Number(amountDue)).toBeLessThan(3);
    expect(Number(loyaltyDiscount) + Number(amountDue)).toBeCloseTo(Number(grandTotal), 2);
  });

  it.each([{}, { points: 0 }, { points: -5 }, { points: 1.5 }, { points: "10" }, { points: 1, more: 1 }])(
    "When %j is sent, then 400",
    async (body) => {
      const answer = await (await world.checkoutOf("bharat")).post("loyalty", body);
      expect([answer.status, answer.body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    },
  );
});

describe("Store credit", () => {
  it("When an amount is given, then that much is used, and can be taken back", async () => {
    const checkout = await world.checkoutOf("chitra");
    const before = world.totalsIn(await checkout.read());
    const answer = await checkout.post("store-credit", { amount: 100.5 });
    expect(world.totalsIn(answer)).toMatchObject({
      storeCredit: 100.5,
      amountDue: Number(before.amountDue) - 100.5,
    });
    expect(await storedSession(checkout.id)).toMatchObject({ storeCreditAmount: 10_050 });
    expect(world.totalsIn(await checkout.drop("store-credit"))).toEqual(before);
    expect(world.engagement.credit(users.chitra)).toBe(500);
  });

  it("When no amount is given, then as much as is due is used, also when that changes later", async () => {
    const checkout = await world.checkoutOf("dev");
    const all = world.totalsIn(await checkout.post("store-credit"));
    expect(all).toMatchObject({ storeCredit: all.grandTotal, amountDue: 0 });
    const express = await checkout.put("shipping-method", { shippingMethodId: SEED.shippingMethods.express });
    const more = world.totalsIn(express);
    expect(Number(more.grandTotal)).toBeGreaterThan(Number(all.grandTotal));
    expect(more).toMatchObject({ storeCredit: more.grandTotal, amountDue: 0 });
  });

  it("When there is less credit than is due, then all of it is used and the rest stays due", async () => {
    const checkout = await world.checkoutOf("esha");
    const { storeCredit, amountDue, grandTotal } = world.totalsIn(await checkout.post("store-credit", {}));
    expect([storeCredit, amountDue]).toEqual([25.5, Math.round((Number(grandTotal) - 25.5) * 100) / 100]);
  });

  it("When there is too little, or none, then 400 with how much there is", async () => {
    const esha = await (await world.checkoutOf("esha")).post("store-credit", { amount: 25.51 });
    expect([esha.status, esha.body.error.code]).toEqual([400, "INSUFFICIENT_CREDIT"]);
    expect(esha.body.error.details).toEqual({ available: 25.5 });
    const asha = await (await world.checkoutOf("asha")).post("store-credit");
    expect([asha.status, asha.body.error.details]).toEqual([400, { available: 0 }]);
  });

  it.each([{ amount: 0 }, { amount: -1 }, { amount: 1.005 }, { amount: "5" }, { amount: null }])(
    "When %j is sent, then 400",
    async (body) => {
      const answer = await (await world.checkoutOf("chitra")).post("store-credit", body);
      expect([answer.status, answer.body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    },
  );
});

describe("An open payment", () => {
  const paid = { method: "upi", termsAccepted: true };

  it("When credit changes the amount, then the payment is superseded and the method is chosen again", async () => {
    const checkout = await world.checkoutOf("dev");
    await checkout.put("payment-method", paid);
    const answer = await checkout.post("store-credit", { amount: 50 });
    expect(answer.body.data).toMatchObject({ status: "address_entered", paymentMethod: null, payment: null });
    expect(await paymentsOf(checkout.id)).toMatchObject([{ status: "failed", errorCode: "superseded" }]);
    const again = await checkout.put("payment-method", paid);
    const { amountDue } = world.totalsIn(answer);
    expect(again.body.data.payment.amount).toBe(amountDue);
    expect(again.body.data.gateway.amount).toBe(Math.round(Number(amountDue) * 100));
  });

  it("When the same credit is chosen again, then the payment stays", async () => {
    const checkout = await world.checkoutOf("dev");
    await checkout.post("store-credit", { amount: 50 });
    await checkout.put("payment-method", paid);
    const answer = await checkout.post("store-credit", { amount: 50 });
    expect(answer.body.data).toMatchObject({ status: "payment_pending", paymentMethod: "upi" });
    expect(await paymentsOf(checkout.id)).toMatchObject([{ status: "pending" }]);
  });

  it("When points replace credit at the same amount, then what was frozen is dropped too", async () => {
    world.engagement.setPointValue(1);
    const checkout = await world.checkoutOf("dev");
    await checkout.post("store-credit");
    await checkout.put("payment-method", paid);
    const frozen = (await storedSession(checkout.id))?.frozen;
    expect(frozen?.totals).toMatchObject({ loyaltyDiscount: 0, amountDue: 0 });
    const answer = await checkout.post("loyalty", { points: 10 });
    expect(world.totalsIn(answer)).toMatchObject({ loyaltyDiscount: 10, amountDue: 0 });
    expect(await storedSession(checkout.id)).toMatchObject({ status: "address_entered", frozen: null });
    expect((await checkout.place()).status).toBe(201);
    expect(world.engagement.points(users.dev)).toBe(3_990);
  });

  it("When the order is being placed, then 409 and nothing moves", async () => {
    const checkout = await world.checkoutOf("dev");
    await checkout.post("store-credit");
    world.sandbox.control.faults.add({
      service: "inventory",
      match: "POST /api/reservations/convert",
      action: "status",
      status: 503,
    });
    expect((await checkout.place()).status).toBeGreaterThanOrEqual(500);
    for (const answer of [
      await checkout.post("loyalty", { points: 10 }),
      await checkout.drop("store-credit"),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([409, "PLACEMENT_IN_PROGRESS"]);
    }
    await world.recover();
    expect([200, 201]).toContain((await checkout.place()).status);
    expect(world.engagement.points(users.dev)).toBe(4_000);
  });

  it("When the balance has shrunk since, then choosing the method is refused before any payment", async () => {
    const checkout = await world.checkoutOf("dev");
    await checkout.post("store-credit", { amount: 100 });
    world.engagement.setCredit(users.dev, 60);
    const credit = await checkout.put("payment-method", paid);
    expect([credit.status, credit.body.error.code, credit.body.error.details]).toEqual([
      400,
      "INSUFFICIENT_CREDIT",
      { available: 60 },
    ]);
    await checkout.drop("store-credit");
    await checkout.post("loyalty", { points: 100 });
    world.engagement.setPoints(users.dev, 99);
    const points = await checkout.put("payment-method", paid);
    expect([points.status, points.body.error.details]).toEqual([400, { available: 99 }]);
    world.engagement.setPoints(users.dev, 4_000);
    world.engagement.setPointValue(0.1);
    const worth = await checkout.put("payment-method", paid);
    expect([worth.status, worth.body.error.code]).toEqual([400, "INSUFFICIENT_POINTS"]);
    expect(await paymentsOf(checkout.id)).toEqual([]);
  });
});

describe("Ownership", () => {
  it("When it is another's or unknown, then 404; a guest is 401; nothing changes", async () => {
    const checkout = await world.checkoutOf("bharat");
    const routes = [
      ["post", "loyalty", { points: 1 }],
      ["post", "store-credit", { amount: 1 }],
      ["delete", "loyalty", undefined],
      ["delete", "store-credit", undefined],
    ] as const;
    for (const [method, step, body] of routes) {
      for (const id of [checkout.id, unknownId()]) {
        const other = await world.call(method, `/api/checkout/${id}/${step}`, {
          as: world.token("dev"),
          body,
        });
        expect([other.status, other.body.error.code]).toEqual([404, "CHECKOUT_NOT_FOUND"]);
      }
      const path = `/api/checkout/${checkout.id}/${step}`;
      const guest = await world.call(method, path, { as: { sessionId: newGuestId() }, body });
      expect(guest.status).toBe(401);
      expect((await world.call(method, path, { as: world.token("admin"), body })).status).toBe(403);
    }
    expect(await storedSession(checkout.id)).toMatchObject({ loyaltyPoints: 0, storeCreditAmount: 0 });
  });

  it("When the checkout has expired, then 410", async () => {
    const checkout = await world.checkoutOf("bharat");
    await world.db
      .collection("checkoutSessions")
      .updateOne(
        { _id: new Types.ObjectId(checkout.id) },
        { $set: { expiresAt: new Date(Date.now() - 1_000) } },
      );
    const { status, body } = await checkout.post("loyalty", { points: 1 });
    expect([status, body.error.code]).toEqual([410, "CHECKOUT_EXPIRED"]);
  });

  it("When the Engagement service is down, then 5xx and nothing changes", async () => {
    const checkout = await world.checkoutOf("dev");
    world.sandbox.control.faults.add({ service: "engagement", action: "status", status: 500 });
    for (const answer of [
      await checkout.post("loyalty", { points: 1 }),
      await checkout.post("store-credit"),
    ]) {
      expect([502, 503]).toContain(answer.status);
    }
    expect(await storedSession(checkout.id)).toMatchObject({ loyaltyPoints: 0, storeCreditAmount: 0 });
    world.sandbox.control.faults.clear();
  });
});

describe("An order that credit pays for", () => {
  it("When nothing is due, then it is placed without a method, and both are taken once", async () => {
    world.engagement.setPointValue(0.25);
    const checkout = await world.checkoutOf("dev", [ITEMS.ashwagandha]);
    await checkout.post("loyalty", { points: 400 });
    const { grandTotal, storeCredit } = world.totalsIn(await checkout.post("store-credit"));
    const placed = await checkout.place();
    expect(placed.status).toBe(201);
    expect(placed.body.data).toMatchObject({
      paymentStatus: "paid",
      payment: null,
      totals: { grandTotal, storeCredit, loyaltyDiscount: 100, amountDue: 0 },
      paidAmount: grandTotal,
    });
    expect((await checkout.place()).status).toBe(200);
    expect(await paymentsOf(checkout.id)).toEqual([]);
    expect(world.engagement.points(users.dev)).toBe(3_600);
    expect(world.engagement.credit(users.dev)).toBe(5_000 - Number(storeCredit));
    const order = await world.db.collection("orders").findOne({ _id: new Types.ObjectId(checkout.id) });
    expect(order).toMatchObject({ loyaltyPoints: 400, loyaltyDiscount: 10_000, amountDue: 0 });
    const taken = world.engagement.loyaltyLedger(users.dev).filter(({ type }) => type === "redeemed");
    expect(taken).toMatchObject([{ points: 400, orderId: checkout.id }]);
    expect(world.engagement.creditLedger(users.dev).filter(({ type }) => type === "deducted")).toMatchObject([
      { amount: storeCredit, reference: checkout.id },
    ]);
  });

  it("When something is due, then placing asks for a payment and takes nothing", async () => {
    const checkout = await world.checkoutOf("chitra");
    await checkout.post("store-credit", { amount: 100 });
    const { status, body } = await checkout.place();
    expect([status, body.error.code]).toEqual([400, "PAYMENT_REQUIRED"]);
    expect(world.engagement.credit(users.chitra)).toBe(500);
  });

  it("When stock is gone while placing, then the order is refused, and points and credit are returned", async () => {
    world.engagement.setPointValue(0.25);
    const checkout = await world.checkoutOf("dev", [ITEMS.last]);
    await checkout.post("loyalty", { points: 400 });
    await checkout.post("store-credit");
    world.sandbox.control.faults.add({
      service: "inventory",
      match: "POST /api/reservations/convert",
      action: "status",
      status: 409,
      code: "INSUFFICIENT_STOCK",
      times: 1,
    });
    const refused = await checkout.place();
    expect([refused.status, refused.body.error.code]).toEqual([409, "OUT_OF_STOCK"]);
    // The second round of reversals comes after the lease has ended.
    await world.deliver();
    await world.deliver(120_000);
    expect(world.engagement.points(users.dev)).toBe(4_000);
    expect(world.engagement.credit(users.dev)).toBe(5_000);
    expect(world.engagement.loyaltyLedger(users.dev).map(({ type }) => type)).toEqual([
      "opening",
      "redeemed",
      "reversed",
    ]);
    expect(world.engagement.creditLedger(users.dev).map(({ type }) => type)).toEqual([
      "opening",
      "deducted",
      "issued",
    ]);
    expect(await world.db.collection("orders").countDocuments()).toBe(0);
    expect(await storedSession(checkout.id)).toMatchObject({
      status: "failed",
      failureReason: "out_of_stock",
    });
  });

  it("When the balance shrinks between the check and the placing, then the order is refused and the rest is returned", async () => {
    const checkout = await world.checkoutOf("dev");
    await checkout.post("loyalty", { points: 40 });
    await checkout.post("store-credit");
    world.sandbox.control.faults.add({
      service: "engagement",
      match: "POST /api/store-credits/deduct",
      action: "status",
      status: 409,
      code: "INSUFFICIENT_CREDIT",
      times: 1,
    });
    const refused = await checkout.place();
    expect([refused.status, refused.body.error.code]).toEqual([409, "INSUFFICIENT_CREDIT"]);
    await world.deliver();
    await world.deliver(120_000);
    expect(world.engagement.points(users.dev)).toBe(4_000);
    expect(world.engagement.credit(users.dev)).toBe(5_000);
    expect(await checkout.place().then(({ body }) => body.error.code)).toBe("INSUFFICIENT_CREDIT");
  });
});
