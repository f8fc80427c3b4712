import mongoose from "mongoose";
import { clearFailPoint, setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { type Buyer, done, refused, useShop } from "../checkout/shop-world.js";

useFailPoints();

const MINUTE_MS = 60_000;

/** A placement that has failed for eight minutes is undone, regardless of the cause. */
const shop = useShop();
/** A fail point applies to the whole server; the name limits it to the connections of this database. */
const appName = () => shop().db.databaseName;
const control = () => shop().sandbox.control;

/** Every insert of an order fails, with an error that a retry does not fix. */
const breakOrders = () =>
  setFailPoint(shop().db.admin(), {
    mode: "alwaysOn",
    data: {
      failCommands: ["insert"],
      namespace: `${shop().db.databaseName}.orders`,
      errorCode: 8,
      appName: appName(),
    },
  });

beforeEach(() => control().razorpay.configure({ webhooks: { drop: "all" } }));
afterEach(async () => {
  (await import("../../../utils/clock.js")).setClock(0);
});

async function paid(): Promise<Buyer> {
  const buyer = shop().guest();
  const { gateway } = await buyer.open();
  done(await buyer.verify(buyer.pay(gateway.orderId)));
  return buyer;
}

/** Moves the first attempt this far into the past, by the database clock. */
async function begun(buyer: Buyer, minutesAgo: number): Promise<void> {
  const startedAt = new Date(Date.now() - minutesAgo * MINUTE_MS);
  await shop()
    .db.collection("checkoutSessions")
    .updateOne(
      { _id: new mongoose.Types.ObjectId(buyer.id) },
      { $set: { "placement.startedAt": startedAt } },
    );
}

async function expectUndone(buyer: Buyer): Promise<void> {
  expect(await buyer.stored.order()).toBeNull();
  expect(await buyer.stored.session()).toMatchObject({
    status: "failed",
    failureReason: "unavailable",
    placement: null,
  });
  expect(await buyer.stored.cart()).toMatchObject({ status: "active", placing: null });
  expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "undo" }]);
  await shop().settle();
  const sold = await control().inventory.ledger({ orderId: buyer.id });
  const sign: Record<string, number> = { converted: 1, voided: -1 };
  expect(sold.reduce((net, { type, quantity }) => net + (sign[type] ?? 0) * quantity, 0)).toBe(0);
}

test("When the commit keeps failing, then the intent is undone after the limit and not before", async () => {
  const buyer = await paid();
  await breakOrders();
  expect((await buyer.order()).status).toBeGreaterThanOrEqual(500);
  await begun(buyer, 7);
  await shop().runJob("placement-recovery");
  expect(await buyer.stored.session()).toMatchObject({
    status: "payment_pending",
    placement: { attempts: 2 },
  });
  await begun(buyer, 9);
  await shop().runJob("placement-recovery");
  await expectUndone(buyer);
  refused(await buyer.order(), 409, "CHECKOUT_FAILED");
});

test("When an effect keeps failing, then the intent is undone after the limit and not before", async () => {
  const buyer = await paid();
  control().faults.add({ service: "inventory", match: "convert", action: "status", status: 503 });
  expect((await buyer.order()).status).toBe(503);
  await begun(buyer, 7);
  await shop().runJob("placement-recovery");
  expect(await buyer.stored.session()).toMatchObject({ status: "payment_pending" });
  await begun(buyer, 9);
  await shop().runJob("placement-recovery");
  await shop().recover();
  await expectUndone(buyer);
});

test("When an old intent can be finished, then it is finished", async () => {
  const buyer = await paid();
  await breakOrders();
  expect((await buyer.order()).status).toBeGreaterThanOrEqual(500);
  await clearFailPoint();
  await begun(buyer, 60);
  await shop().runJob("placement-recovery");
  expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
  expect(await buyer.stored.refunds()).toEqual([]);
});

test("When the last commit succeeded but its answer was lost, then undoing finds the order and changes nothing", async () => {
  const buyer = await paid();
  await breakOrders();
  expect((await buyer.order()).status).toBeGreaterThanOrEqual(500);
  await begun(buyer, 9);
  const writeConcernError = { code: 50, codeName: "MaxTimeMSExpired", errmsg: "too long" };
  const data = { failCommands: ["commitTransaction"], writeConcernError, appName: appName() };
  await setFailPoint(shop().db.admin(), { mode: { times: 1 }, data });
  expect(done(await buyer.order())).toMatchObject({ paymentStatus: "paid" });
  expect(await buyer.stored.session()).toMatchObject({ status: "completed", placement: null });
  expect(await buyer.stored.refunds()).toEqual([]);
});

test.each([-60, 60])(
  "When this process's clock is %i minutes off, then the age of an intent is still the database's",
  async (minutes) => {
    const buyer = await paid();
    control().faults.add({ service: "inventory", match: "convert", action: "status", status: 503 });
    (await import("../../../utils/clock.js")).setClock(minutes * MINUTE_MS);
    const { placeOrReturn } = await import("../../../scripts/jobs/placement-recovery.job.js");
    const attempt = () => placeOrReturn(new mongoose.Types.ObjectId(buyer.id)).catch(() => false);
    await attempt();
    expect(await buyer.stored.session()).toMatchObject({ status: "payment_pending", failureReason: null });
    await begun(buyer, 9);
    await attempt();
    expect(await buyer.stored.session()).toMatchObject({ status: "failed", failureReason: "unavailable" });
    await shop().recover();
  },
);

test.each([-60, 60])(
  "When this process's clock is %i minutes off, then recovery finds exactly the intents whose lease has ended",
  async (minutes) => {
    const [stuck, running] = [await paid(), await paid()];
    control().faults.add({ service: "inventory", match: "convert", action: "status", status: 503 });
    for (const buyer of [stuck, running]) expect((await buyer.order()).status).toBe(503);
    await shop().recover();
    const lease = async (buyer: Buyer, minutesFromNow: number) =>
      shop()
        .db.collection("checkoutSessions")
        .updateOne(
          { _id: new mongoose.Types.ObjectId(buyer.id) },
          { $set: { "placement.leaseUntil": new Date(Date.now() + minutesFromNow * MINUTE_MS) } },
        );
    await lease(stuck, -1);
    await lease(running, 1);
    (await import("../../../utils/clock.js")).setClock(minutes * MINUTE_MS);
    const { findAbandonedPlacements } = await import(
      "../../../services/flows/place-order/place-order.flow.js"
    );
    const found = (await findAbandonedPlacements(100)).map(({ _id }) => _id.toHexString());
    expect([found.includes(stuck.id), found.includes(running.id)]).toEqual([true, false]);
    await lease(running, -1);
    (await import("../../../utils/clock.js")).setClock(0);
    await shop().runJob("placement-recovery");
  },
);
