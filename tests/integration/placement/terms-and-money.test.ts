import mongoose from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { eventually } from "../../support/instances.js";
import { type Buyer, done, refused, useShop } from "../checkout/shop-world.js";

useFailPoints();

/** A placement relies on the session and the payment that it has read; claim and commit compare both. */
const shop = useShop();
/** A fail point applies to the whole server; the name limits it to the connections of this database. */
const appName = () => shop().db.databaseName;

const HELD_OPEN_MS = 2_000;

/** Holds the next commit open: what its transaction has written is locked, and not yet visible to others. */
async function holdNextCommit(): Promise<void> {
  const data = {
    failCommands: ["commitTransaction"],
    blockConnection: true,
    blockTimeMS: HELD_OPEN_MS,
    appName: appName(),
  };
  await setFailPoint(shop().db.admin(), { mode: { times: 1 }, data });
}

/** The commit has arrived at the server. */
async function isHeld(): Promise<boolean> {
  const commits = { appName: appName(), "command.commitTransaction": 1 };
  const running = mongoose.connection
    .getClient()
    .db("admin")
    .aggregate([{ $currentOp: { allUsers: true, localOps: true } }, { $match: commits }], {
      readConcern: { level: "local" },
    });
  return running.hasNext();
}

/** The order, if there is one, has the terms and the payment of the session. */
async function expectConsistent(buyer: Buyer): Promise<void> {
  const [order, session, payments] = await Promise.all([
    buyer.stored.order(),
    buyer.stored.session(),
    buyer.stored.payments(),
  ]);
  const linked = payments.filter(({ orderId }) => orderId !== null);
  if (!order) {
    expect(linked).toEqual([]);
    return;
  }
  expect(session).toMatchObject({ status: "completed", placement: null });
  expect(order.amountDue).toBe(session?.frozen.totals.amountDue);
  if (order.amountDue === 0) expect(linked).toEqual([]);
  else expect(linked).toMatchObject([{ amount: order.amountDue, supersededAt: null }]);
}

/** A session as a caller read it a moment ago. */
async function readSession(buyer: Buyer) {
  const { getSessionToPlace } = await import("../../../services/flows/place-order/place-order.flow.js");
  return getSessionToPlace(new mongoose.Types.ObjectId(buyer.id));
}

async function placeAsRead(seen: Awaited<ReturnType<typeof readSession>>): Promise<unknown> {
  const { placeOrder } = await import("../../../services/flows/place-order/place-order.flow.js");
  return placeOrder({
    checkoutSessionId: seen.checkout._id,
    seen,
    termsAcceptedAt: null,
    waitForOthers: false,
  });
}

test("When online payment replaces cash on delivery while the order is being placed, then no order has the old payment", async () => {
  const buyer = shop().guest();
  await buyer.open({}, "cod");
  await holdNextCommit();
  const choosing = buyer.choose("upi");
  await eventually("the choice waits in its commit", isHeld);
  const placed = await buyer.order();
  done(await choosing);
  refused(placed, 400, "PAYMENT_REQUIRED");
  expect(await buyer.stored.order()).toBeNull();
  expect(await buyer.stored.session()).toMatchObject({ placement: null, paymentMethod: "upi" });
  await expectConsistent(buyer);
});

test("When store credit that paid for everything is dropped after the session was read, then no unpaid order is placed", async () => {
  shop().sandbox.control.engagement.setCredit(SEED.users.dev, 5_000);
  const buyer = shop().customer("dev");
  await buyer.prepare();
  done(await buyer.post(`/api/checkout/${buyer.id}/store-credit`));
  done(await buyer.choose("upi"));
  const asRead = await readSession(buyer);
  expect(asRead.checkout.frozen?.totals.amountDue).toBe(0);
  done(await shop().call("delete", `/api/checkout/${buyer.id}/store-credit`, { as: buyer.as }));
  done(await buyer.choose("upi"));
  await expect(placeAsRead(asRead)).rejects.toMatchObject({ code: "PAYMENT_REQUIRED" });
  expect(await buyer.stored.order()).toBeNull();
});

test("When only the notes changed after the session was read, then the order is placed with the new notes", async () => {
  const buyer = shop().guest();
  await buyer.open({}, "cod");
  const asRead = await readSession(buyer);
  done(await buyer.put("notes", { customerNotes: "Ring twice" }));
  await placeAsRead(asRead);
  expect(await buyer.stored.order()).toMatchObject({ customerNotes: "Ring twice" });
});

test("When the method is changed while the order's commit is open, then the change is refused and the order stands", async () => {
  const buyer = shop().guest();
  await buyer.open({}, "cod");
  await holdNextCommit();
  const placing = buyer.order();
  await eventually("the order waits in its commit", isHeld);
  // The choice waits for the session, and then finds it completed.
  refused(await buyer.choose("upi"), 400, "INVALID_STATUS_TRANSITION");
  expect((await placing).status).toBe(201);
  await expectConsistent(buyer);
});

describe("a payment that is no longer valid when the order is committed", () => {
  test.each([
    ["superseded", { supersededAt: new Date() }],
    ["refunded in part", { refundedAmount: 100 }],
    ["of another amount", { amount: 1_000 }],
  ])("When it is %s, then there is no order, and what was captured goes back", async (_, change) => {
    shop().sandbox.control.razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const { faults } = shop().sandbox.control;
    const { id } = faults.add({
      service: "inventory",
      match: "convert",
      action: "delay",
      delayMs: 1_000,
      times: 1,
    });
    const placing = buyer.order();
    await eventually("stock is being taken", async () =>
      faults.list().some((row) => row.id === id && row.hits > 0),
    );
    const checkoutSessionId = new mongoose.Types.ObjectId(buyer.id);
    await shop().db.collection("payments").updateOne({ checkoutSessionId }, { $set: change });
    refused(await placing, 409, "CHECKOUT_FAILED");
    expect(await buyer.stored.order()).toBeNull();
    expect(await buyer.stored.session()).toMatchObject({ status: "failed", placement: null });
    expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "undo" }]);
  });
});

describe("an accepted payment that is not the order's", () => {
  beforeEach(() => shop().sandbox.control.razorpay.configure({ webhooks: { drop: "all" } }));

  const change = (collection: string, filter: object, set: object) =>
    shop().db.collection(collection).updateOne(filter, { $set: set });

  /** Recovery leaves young payments to others. */
  async function recover(buyer: Buyer): Promise<void> {
    const checkoutSessionId = new mongoose.Types.ObjectId(buyer.id);
    await change("payments", { checkoutSessionId, accepted: true }, { updatedAt: new Date(0) });
    await shop().runJob("placement-recovery");
    await shop().settle();
  }

  test("When more is due than was paid, then there is no order, and the payment goes back", async () => {
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const _id = new mongoose.Types.ObjectId(buyer.id);
    await change("checkoutSessions", { _id }, { "frozen.totals.amountDue": gateway.amount + 20_000 });
    refused(await buyer.order(), 400, "PAYMENT_REQUIRED");
    await recover(buyer);
    expect(await buyer.stored.order()).toBeNull();
    expect(await buyer.stored.payments()).toMatchObject([
      { accepted: false, surplus: true, refundedAmount: gateway.amount },
    ]);
    expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "superseded", status: "completed" }]);
  });

  test("When the order was placed on delivery, then the payment goes back, and the order stays", async () => {
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    const { paymentId } = buyer.pay(gateway.orderId);
    done(await buyer.choose("cod"));
    expect((await buyer.order()).status).toBe(201);
    await change(
      "payments",
      { gatewayOrderId: gateway.orderId },
      {
        ...{ status: "captured", accepted: true, supersededAt: null, gatewayPaymentId: paymentId },
        ...{ capturedAmount: gateway.amount, capturedAt: new Date(), sweep: null },
      },
    );
    await recover(buyer);
    expect(await buyer.stored.payments()).toMatchObject([
      { accepted: false, surplus: true, orderId: null, refundedAmount: gateway.amount },
      { gateway: "cod", status: "pending", orderId: new mongoose.Types.ObjectId(buyer.id) },
    ]);
    expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "surplus", status: "completed" }]);
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "pending", paidAmount: 0 });
  });
});
