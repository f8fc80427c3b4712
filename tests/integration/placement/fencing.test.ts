import { Types } from "mongoose";
import { findViolations } from "../../../scripts/invariants/index.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { FaultRule } from "../../../scripts/sandbox/shared/faults.js";
import { eventually } from "../../support/instances.js";
import {
  type Answer,
  ITEMS,
  type OpenCheckout,
  paidCheckout,
  place,
  Shopper,
  startCheckout,
} from "../../support/purchase.js";
import { startWorld, type World } from "../../support/world.js";

/**
 * A process that was suspended until its lease had ended must write nothing to a cart, checkout or placement that
 * another process has taken over. Here the takeover happens in the middle of the first process's calls.
 */
let world: World;
const inventory = () => world.sandbox.control.inventory;

beforeAll(async () => {
  world = await startWorld();
  world.sandbox.control.razorpay.configure({ webhooks: { drop: "all" } });
}, 300_000);
afterAll(async () => {
  try {
    await deliverAll();
    expect(await findViolations(world.db, world.sandbox, { captureGraceMs: 0 })).toEqual([]);
  } finally {
    await world.stop();
  }
});

/** Makes everything that waits due now. */
async function deliverAll(): Promise<void> {
  const due = { $set: { dueAt: new Date(Date.now() - 1_000) } };
  await world.db.collection("outboxMessages").updateMany({ state: "pending" }, due);
  await world.settle();
}

/** Long enough for `takeOver` on a busy machine. */
const STUCK_MS = 1_500;

async function whileStuck(
  fault: Pick<FaultRule, "service" | "match">,
  request: () => Promise<Answer>,
  takeOver: () => Promise<unknown>,
): Promise<Answer> {
  const { faults } = world.sandbox.control;
  const { id } = faults.add({ ...fault, action: "delay", delayMs: STUCK_MS, times: 1 });
  const answer = request();
  await eventually("the request is stuck", async () =>
    faults.list().some((row) => row.id === id && row.hits > 0),
  );
  await takeOver();
  return answer;
}

const anotherLease = () => ({ token: "another", until: new Date(Date.now() + 60_000) });

describe("a cart", () => {
  const RESERVING = { service: "inventory", match: "POST /api/reservations" } as const;
  const carts = () => world.db.collection("carts");

  async function filled() {
    const shopper = new Shopper(world.url);
    await shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
    const stored = async () => {
      const cart = await carts().findOne({ sessionId: shopper.guestId });
      const lines = await world.db.collection("cartItems").find({ cartId: cart?._id }).toArray();
      const held = await inventory().activeReservations(String(cart?._id));
      return { subtotal: cart?.subtotal, lines: lines.length, held: held.length };
    };
    return { shopper, stored };
  }

  test.each<[string, object, string]>([
    ["holds its lease", { $set: { lease: anotherLease() } }, "VERSION_CONFLICT"],
    ["has written it", { $inc: { version: 1 } }, "VERSION_CONFLICT"],
    ["is placing its order", { $set: { placing: new Types.ObjectId() } }, "PLACEMENT_IN_PROGRESS"],
  ])(
    "When another process %s in the meantime, then the change is refused and leaves nothing behind",
    async (_, change, code) => {
      const { shopper, stored } = await filled();
      const before = await stored();
      const answer = await whileStuck(
        RESERVING,
        () => shopper.send({ method: "POST", path: "/api/cart/items", body: ITEMS.ashwagandha }),
        () => carts().updateOne({ sessionId: shopper.guestId }, change),
      );
      expect(answer).toMatchObject({ status: 409, code });
      await carts().updateOne({ sessionId: shopper.guestId }, { $set: { lease: null, placing: null } });
      await deliverAll();
      expect(await stored()).toEqual(before);
    },
  );
});

describe("a new cart", () => {
  const RESERVING = { service: "inventory", match: "POST /api/reservations" } as const;
  const add = (shopper: Shopper, body: object) =>
    shopper.send({ method: "POST", path: "/api/cart/items", body });

  /** A guest who has an id and no active cart. */
  async function newShopper() {
    const shopper = new Shopper(world.url);
    await shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
    await shopper.do({ method: "DELETE", path: "/api/cart" });
    await deliverAll();
    return shopper;
  }
  const cartsOf = ({ guestId }: Shopper) =>
    world.db.collection("carts").find({ sessionId: guestId, status: "active" }).toArray();

  test("When another call creates the cart in the meantime, then both items are in it, each reserved once", async () => {
    const shopper = await newShopper();
    const answer = await whileStuck(
      RESERVING,
      () => add(shopper, ITEMS.ashwagandha),
      () => add(shopper, ITEMS.hairOil),
    );
    expect(answer).toMatchObject({ status: 200 });
    const carts = await cartsOf(shopper);
    expect(carts).toMatchObject([{ itemCount: 2, version: 2, lease: null }]);
    const cartId = carts[0]?._id;
    const lines = await world.db.collection("cartItems").find({ cartId }).toArray();
    const held = await inventory().activeReservations();
    const theirs = lines.map(({ reservationId }) => reservationId).sort();
    const ofCart = held.filter((one) => one.cartId === String(cartId)).map((one) => one.reservationId);
    expect(ofCart.sort()).toEqual(theirs);
    expect(held.filter(({ variantId }) => variantId === ITEMS.ashwagandha.variantId)).toHaveLength(1);
  });

  test("When its first item cannot be reserved, then no cart is stored", async () => {
    const shopper = await newShopper();
    await inventory().setStock(SEED.variants.lastUnit, 0);
    expect(await add(shopper, ITEMS.last)).toMatchObject({ status: 400, code: "OUT_OF_STOCK" });
    expect(await cartsOf(shopper)).toEqual([]);
  });
});

describe("a checkout", () => {
  const sessions = () => world.db.collection("checkoutSessions");
  const RATING = { service: "shipping", match: "POST /api/shipping-methods/calculate" } as const;
  const express = { shippingMethodId: SEED.shippingMethods.express };

  test("When another process writes it while a shipping method is chosen, then the step decides again, and both changes stay", async () => {
    const { shopper, id } = await startCheckout(world.url);
    const _id = new Types.ObjectId(id);
    world.sandbox.control.calls.reset();
    const answer = await whileStuck(
      RATING,
      () => shopper.send({ method: "PUT", path: `/api/checkout/${id}/shipping-method`, body: express }),
      () =>
        sessions().updateOne(
          { _id },
          { $set: { customerNotes: "From the other tab" }, $inc: { version: 1 } },
        ),
    );
    expect(answer).toMatchObject({ status: 200 });
    expect(world.sandbox.control.calls.counts().shipping).toMatchObject({
      "POST /api/shipping-methods/calculate": 2,
    });
    expect(await sessions().findOne({ _id })).toMatchObject({
      shippingMethod: { id: SEED.shippingMethods.express },
      customerNotes: "From the other tab",
      lease: null,
    });
  });

  const STEPS = [
    {
      what: "a shipping method is chosen",
      fault: RATING,
      step: "shipping-method",
      body: express,
      // The step takes no lease, so it waits for the other writer.
      codes: { taken: "REQUEST_IN_PROGRESS", placing: "PLACEMENT_IN_PROGRESS" },
    },
    {
      what: "a payment method is chosen",
      fault: { service: "pricing", match: "POST /api/coupons/usage" },
      step: "payment-method",
      body: { method: "upi", termsAccepted: true },
      codes: { taken: "VERSION_CONFLICT", placing: "VERSION_CONFLICT" },
    },
  ] as const;

  /** Another writer is faster while a step calls a neighbour. @returns the shopper, who can repeat the step */
  async function expectRefused({ fault, step, body }: (typeof STEPS)[number], faster: object, code: string) {
    const { shopper, id } = await startCheckout(world.url, { coupon: SEED.coupons.WELCOME10 });
    const _id = new Types.ObjectId(id);
    const request = { method: "PUT", path: `/api/checkout/${id}/${step}`, body } as const;
    const answer = await whileStuck(
      fault,
      () => shopper.send(request),
      () => sessions().updateOne({ _id }, { $set: faster }),
    );
    expect(answer).toMatchObject({ status: 409, code });
    expect(await sessions().findOne({ _id })).toMatchObject({
      status: "address_entered",
      shippingMethod: { id: SEED.shippingMethods.standard },
      frozen: null,
      paymentId: null,
    });
    expect(await world.db.collection("payments").countDocuments({ checkoutSessionId: _id })).toBe(0);
    await sessions().updateOne({ _id }, { $set: { lease: null, placement: null } });
    expect(await shopper.send(request)).toMatchObject({ status: 200 });
  }

  test.each(STEPS)(
    "When another process takes over its lease while $what, then that is refused and nothing is written",
    (step) => expectRefused(step, { lease: anotherLease() }, step.codes.taken),
  );

  test.each(STEPS)(
    "When another process is placing its order while $what, then that is refused and nothing is written",
    (step) => {
      const leaseUntil = new Date(Date.now() + 60_000);
      const placement = { token: "another", startedAt: new Date(), leaseUntil, attempts: 1 };
      return expectRefused(step, { placement }, step.codes.placing);
    },
  );

  /** The first choice of cash on delivery without coupons takes no lease. Shipping says whether the place is served. */
  const cod = { method: "cod", termsAccepted: true };
  const payments = (checkoutSessionId: Types.ObjectId) =>
    world.db.collection("payments").countDocuments({ checkoutSessionId });

  async function chooseCodWhile(faster: object) {
    const { shopper, id } = await startCheckout(world.url);
    const _id = new Types.ObjectId(id);
    const answer = await whileStuck(
      RATING,
      () => shopper.send({ method: "PUT", path: `/api/checkout/${id}/payment-method`, body: cod }),
      () => sessions().updateOne({ _id }, faster),
    );
    return { answer, _id };
  }

  test.each([
    ["has taken its lease", { lease: anotherLease() }, "REQUEST_IN_PROGRESS"],
    [
      "is placing its order",
      { placement: { token: "another", startedAt: new Date(), leaseUntil: new Date(0), attempts: 1 } },
      "PLACEMENT_IN_PROGRESS",
    ],
  ])(
    "When another process %s while cash on delivery is chosen, then no payment is opened",
    async (...row) => {
      const [, faster, code] = row;
      const { answer, _id } = await chooseCodWhile({ $set: faster });
      expect(answer).toMatchObject({ status: 409, code });
      expect(await sessions().findOne({ _id })).toMatchObject({ status: "address_entered", frozen: null });
      expect(await payments(_id)).toBe(0);
    },
  );

  test("When another process writes it while cash on delivery is chosen, then it is chosen again for what is stored", async () => {
    const { answer, _id } = await chooseCodWhile({
      $set: { "shippingMethod.id": SEED.shippingMethods.express },
      $inc: { version: 1 },
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(await payments(_id)).toBe(1);
    expect(await sessions().findOne({ _id })).toMatchObject({
      status: "payment_pending",
      shippingMethod: { id: SEED.shippingMethods.express },
      lease: null,
    });
  });

  test("When another process changes the cart while a payment method is chosen, then no payment is opened", async () => {
    const { shopper, id } = await startCheckout(world.url, { coupon: SEED.coupons.WELCOME10 });
    const _id = new Types.ObjectId(id);
    const cartId = (await sessions().findOne({ _id }))?.cartId;
    const [, choice] = STEPS;
    const answer = await whileStuck(
      choice.fault,
      () => shopper.send({ method: "PUT", path: `/api/checkout/${id}/${choice.step}`, body: choice.body }),
      () => world.db.collection("carts").updateOne({ _id: cartId }, { $inc: { version: 1 } }),
    );
    expect(answer).toMatchObject({ status: 409, code: "VERSION_CONFLICT" });
    expect(await world.db.collection("payments").countDocuments({ checkoutSessionId: _id })).toBe(0);
  });
});

describe("a placement", () => {
  const CONVERTING = { service: "inventory", match: "POST /api/reservations/convert" } as const;
  const sessions = () => world.db.collection("checkoutSessions");

  const session = ({ id }: OpenCheckout) => sessions().findOne({ _id: new Types.ObjectId(id) });
  const order = ({ id }: OpenCheckout) =>
    world.db.collection("orders").findOne({ _id: new Types.ObjectId(id) });

  /** Another process has claimed it and is working. */
  const takeOver = ({ id }: OpenCheckout) =>
    sessions().updateOne(
      { _id: new Types.ObjectId(id) },
      {
        $set: { "placement.token": "another", "placement.leaseUntil": new Date(Date.now() + 60_000) },
      },
    );

  /** The other process has crashed. */
  async function finish({ id }: OpenCheckout): Promise<void> {
    const past = { $set: { "placement.leaseUntil": new Date(0) } };
    await sessions().updateOne({ _id: new Types.ObjectId(id) }, past);
    await world.runJob("placement-recovery");
    await world.settle();
  }

  test("When another process has claimed it in the meantime, then the one that lost the claim does not commit", async () => {
    const checkout = await paidCheckout(world.url, world.sandbox);
    const answer = await whileStuck(
      CONVERTING,
      () => place(checkout),
      () => takeOver(checkout),
    );
    expect(answer).toMatchObject({ status: 409, code: "PLACEMENT_IN_PROGRESS" });
    expect(await order(checkout)).toBeNull();
    expect((await session(checkout))?.placement).toMatchObject({ token: "another" });
    await finish(checkout);
    expect(await order(checkout)).toMatchObject({ paidAmount: checkout.amount });
    expect(await inventory().ledger({ orderId: checkout.id, type: "converted" })).toHaveLength(1);
  });

  test("When another process has claimed it in the meantime, then the one that was refused does not undo", async () => {
    await inventory().setStock(SEED.variants.lastUnit, 1);
    const checkout = await paidCheckout(world.url, world.sandbox, { items: [ITEMS.last] });
    await inventory().lapse(String((await session(checkout))?.cartId));
    await inventory().setStock(SEED.variants.lastUnit, 0);
    const answer = await whileStuck(
      CONVERTING,
      () => place(checkout),
      () => takeOver(checkout),
    );
    expect(answer).toMatchObject({ status: 409, code: "PLACEMENT_IN_PROGRESS" });
    expect(await session(checkout)).toMatchObject({ status: "payment_pending", failureReason: null });
    expect(await world.db.collection("refunds").countDocuments()).toBe(0);
    await inventory().setStock(SEED.variants.lastUnit, 1);
    await finish(checkout);
    expect(await order(checkout)).toMatchObject({ paidAmount: checkout.amount });
  });

  /** Another process has given up the placement, and everything was reversed, both times. */
  async function undo({ id }: OpenCheckout): Promise<void> {
    const { claimPlacement } = await import("../../../services/flows/place-order/claim.step.js");
    const { undoPlacement } = await import("../../../services/flows/place-order/undo.step.js");
    const checkoutSessionId = new Types.ObjectId(id);
    await sessions().updateOne({ _id: checkoutSessionId }, { $set: { "placement.leaseUntil": new Date(0) } });
    const claim = await claimPlacement({ checkoutSessionId, termsAcceptedAt: null });
    if (claim.kind !== "claimed") throw new Error(claim.kind);
    await undoPlacement(claim, "unavailable");
    await deliverAll();
    await deliverAll();
  }

  test("When another process has undone it in the meantime, then what this one takes afterwards is given back", async () => {
    const coupon = SEED.coupons.WELCOME10;
    const checkout = await paidCheckout(world.url, world.sandbox, { coupon });
    const answer = await whileStuck(
      { service: "pricing", match: "POST /api/coupons/usage" },
      () => place(checkout),
      () => undo(checkout),
    );
    expect(answer.status).toBe(409);
    await deliverAll();
    expect(await order(checkout)).toBeNull();
    expect(await session(checkout)).toMatchObject({ status: "failed", failureReason: "unavailable" });
    expect(world.sandbox.control.pricing.usages(coupon)).not.toContain(checkout.id);
  });
});
