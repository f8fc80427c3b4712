import mongoose from "mongoose";
import type { Claim } from "../../../services/flows/place-order/claim.step.js";
import { setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { type Buyer, done, useShop } from "../checkout/shop-world.js";

useFailPoints();

const shop = useShop();
/** A fail point applies to the whole server; the name limits it to the connections of this database. */
const appName = () => shop().db.databaseName;

/** Buyers whose placement is ready to commit. */
async function claims(count: number): Promise<{ buyers: Buyer[]; claimed: Claim[] }> {
  const { claimPlacement } = await import("../../../services/flows/place-order/claim.step.js");
  const buyers: Buyer[] = [];
  const claimed: Claim[] = [];
  for (let index = 0; index < count; index += 1) {
    const buyer = shop().guest();
    await buyer.open({}, "cod");
    const claim = await claimPlacement({
      checkoutSessionId: new mongoose.Types.ObjectId(buyer.id),
      termsAcceptedAt: null,
    });
    if (claim.kind !== "claimed") throw new Error(claim.kind);
    buyers.push(buyer);
    claimed.push(claim);
  }
  return { buyers, claimed };
}

async function commitAll(claimed: readonly Claim[]) {
  const { commitOrder } = await import("../../../services/flows/place-order/commit.step.js");
  const numbers = await import("../../../services/platform/order-number.service.js");
  const drawn = await Promise.all(claimed.map(() => numbers.generateUniqueOrderNumber()));
  return claimed.map((claim, index) => commitOrder(claim, drawn[index] ?? ""));
}

/** Writes the payments of these buyers in a transaction that stays open. @returns how to end it */
async function holdPayments(buyers: readonly (Buyer | undefined)[]): Promise<() => Promise<void>> {
  const session = mongoose.connection.getClient().startSession();
  session.startTransaction();
  const ids = buyers.map((buyer) => new mongoose.Types.ObjectId(buyer?.id));
  await shop()
    .db.collection("payments")
    .updateMany({ checkoutSessionId: { $in: ids } }, { $set: { fee: 1 } }, { session });
  return async () => {
    await session.abortTransaction();
    await session.endSession();
  };
}

/** Everything of the order is there, once. */
async function expectPlaced(buyer: Buyer): Promise<void> {
  const order = await buyer.stored.order();
  expect(order).toMatchObject({ status: "confirmed", checkoutSessionId: order?._id });
  const session = await buyer.stored.session();
  expect(session).toMatchObject({ status: "completed", placement: null });
  const cart = await buyer.stored.cart();
  expect(cart).toMatchObject({ status: "converted", convertedOrderId: order?._id });
  // The analyses recount the days of what has changed.
  for (const document of [session, cart]) expect(document?.updatedAt.getTime()).toBeGreaterThan(0);
  expect(await buyer.stored.payments()).toMatchObject([{ orderId: order?._id }]);
  expect(await buyer.stored.lines()).toHaveLength(1);
  expect((await buyer.stored.history()).map(({ statusType }) => statusType).sort()).toEqual([
    "fulfillment",
    "order",
    "order",
    "payment",
  ]);
  const owed = { dedupeKey: `order.placed:${buyer.id}` };
  expect(await shop().db.collection("outboxMessages").countDocuments(owed)).toBe(1);
}

async function expectNotPlaced(buyer: Buyer): Promise<void> {
  expect(await buyer.stored.order()).toBeNull();
  expect(await buyer.stored.lines()).toEqual([]);
  expect(await buyer.stored.history()).toEqual([]);
  expect(await buyer.stored.cart()).toMatchObject({ convertedOrderId: null });
  expect(await buyer.stored.payments()).toMatchObject([{ orderId: null }]);
}

describe("orders that are ready at the same time", () => {
  test("When five are, then each is committed by its own transaction, with its own number", async () => {
    const { buyers, claimed } = await claims(5);
    const { db } = shop();
    const untouched = { $set: { updatedAt: new Date(0) } };
    await Promise.all(
      [db.collection("carts"), db.collection("checkoutSessions")].map((all) => all.updateMany({}, untouched)),
    );
    await db.command({ profile: 2 });
    const overviews = await Promise.all(await commitAll(claimed));
    await db.command({ profile: 0 });
    for (const buyer of buyers) await expectPlaced(buyer);
    expect(overviews.map((overview) => overview?.order._id.toHexString())).toEqual(
      buyers.map(({ id }) => id),
    );
    expect(new Set(overviews.map((overview) => overview?.order.orderNumber)).size).toBe(5);
    const inserts = { op: "insert", ns: `${db.databaseName}.orders` };
    expect(await db.collection("system.profile").countDocuments(inserts)).toBe(5);
  });

  test("When one of them has lost its claim, then only the others are placed", async () => {
    const { buyers, claimed } = await claims(3);
    const [, loser] = buyers;
    const _id = new mongoose.Types.ObjectId(loser?.id);
    await shop()
      .db.collection("checkoutSessions")
      .updateOne({ _id }, { $set: { "placement.token": "another token" } });
    const overviews = await Promise.all(await commitAll(claimed));
    expect(overviews.map((overview) => overview === null)).toEqual([false, true, false]);
    for (const buyer of buyers) await (buyer === loser ? expectNotPlaced(buyer) : expectPlaced(buyer));
  });

  test.each([
    { what: "payment", code: "capture_refused" },
    { what: "cart", code: "VERSION_CONFLICT" },
  ])(
    "When the $what of one of them is no longer valid, then the others are placed and that one is refused",
    async ({ what, code }) => {
      const { buyers, claimed } = await claims(3);
      const [, , loser] = buyers;
      const { db } = shop();
      if (what === "payment") {
        const ofLoser = { checkoutSessionId: new mongoose.Types.ObjectId(loser?.id) };
        await db.collection("payments").updateOne(ofLoser, { $set: { surplus: true } });
      } else {
        const session = await loser?.stored.session();
        const placing = new mongoose.Types.ObjectId();
        await db.collection("carts").updateOne({ _id: session?.cartId }, { $set: { placing } });
      }
      const results = await Promise.allSettled(await commitAll(claimed));
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      const { reason } = results[2] as PromiseRejectedResult;
      expect(reason.failure ?? reason.code).toBe(code);
      for (const buyer of buyers) await (buyer === loser ? expectNotPlaced(buyer) : expectPlaced(buyer));
    },
  );

  test("When the payment of one of them is being written, then only that one waits", async () => {
    const { buyers, claimed } = await claims(3);
    const [waiting, ...others] = buyers;
    const release = await holdPayments([waiting]);
    const [late, ...early] = await commitAll(claimed);
    await Promise.all(early);
    for (const buyer of others) await expectPlaced(buyer);
    expect(await waiting?.stored.order()).toBeNull();
    await release();
    expect(await late).not.toBeNull();
    if (waiting) await expectPlaced(waiting);
  });

  test("When the outcome of one commit is unknown, then only that caller gets it, and the next request finds the order", async () => {
    const { buyers, claimed } = await claims(3);
    const { OutcomeUnknownError } = await import("../../../utils/errors.js");
    // The server lets a fail point strike twice when two commits reach it at once, so the others wait until it has.
    const release = await holdPayments(buyers.slice(1));
    const writeConcernError = { code: 50, codeName: "MaxTimeMSExpired", errmsg: "too long" };
    const data = { failCommands: ["commitTransaction"], writeConcernError, appName: appName() };
    await setFailPoint(shop().db.admin(), { mode: { times: 1 }, data });
    const commits = await commitAll(claimed);
    const settled = Promise.allSettled(commits);
    await commits[0]?.catch(() => undefined);
    await release();
    const results = await settled;
    const unknown = results.filter(({ status }) => status === "rejected");
    expect(unknown).toMatchObject([{ reason: expect.any(OutcomeUnknownError) }]);
    for (const buyer of buyers) {
      const answer = await buyer.order();
      expect([answer.status, done(answer).id]).toEqual([200, buyer.id]);
      await expectPlaced(buyer);
    }
  });

  test("When twenty are placed over HTTP at once, then there are twenty orders with consecutive numbers", async () => {
    const buyers = Array.from({ length: 20 }, () => shop().guest());
    for (const buyer of buyers) await buyer.open({}, "cod");
    const answers = await Promise.all(buyers.map((buyer) => buyer.order()));
    expect(answers.map(({ status }) => status)).toEqual(buyers.map(() => 201));
    for (const buyer of buyers) await expectPlaced(buyer);
    const outbox = shop().db.collection("outboxMessages");
    for (const { body, headers } of answers) {
      const owed = await outbox.findOne({ dedupeKey: `order.placed:${body.data.id}` });
      expect(owed?.requestId).toBe(headers["x-request-id"]);
    }
    const numbers = answers.map(({ body }) => Number(body.data.orderNumber.slice(-6))).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });
});
