import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { profileOf } from "../../support/profiler.js";
import { PLACES, useShop } from "./shop-world.js";

/** What each call of a purchase asks the database. A statement more here is a round trip more for every purchase. */

const shop = useShop();

const COLLECTIONS =
  /\.(carts|cartItems|checkoutSessions|payments|paymentDowntimes|orders|orderItems|orderStatusHistories|webhookEvents|counters)$/;
const VERBS = ["find", "aggregate", "insert", "findAndModify"];

/** `collection verb`, in the order in which the database answered. */
async function statementsOf(work: () => Promise<{ status: number }>): Promise<string[]> {
  const { db } = shop();
  const rows = await profileOf(db, async () => expect((await work()).status).toBeLessThan(300), {
    ns: COLLECTIONS,
  });
  await db.dropCollection("system.profile");
  return rows.map(({ ns, op, command }) => {
    const [first = ""] = Object.keys(command);
    // Single updates are recorded without their command.
    return `${String(ns).split(".").at(-1)} ${VERBS.includes(first) ? first : op}`;
  });
}

test("When a guest buys one thing and pays on delivery, then each call sends as few statements as it needs", async () => {
  const buyer = shop().guest();
  expect(await statementsOf(() => buyer.add(SEED.variants.hairOil))).toEqual([
    "carts find",
    "carts insert",
    "cartItems insert",
  ]);
  expect(await statementsOf(() => buyer.start())).toEqual([
    "carts aggregate",
    "cartItems update",
    "checkoutSessions insert",
  ]);
  const step = ["checkoutSessions aggregate", "checkoutSessions findAndModify", "carts update"];
  expect(await statementsOf(() => buyer.put("shipping-address", PLACES.mumbai))).toEqual(step);
  const standard = { shippingMethodId: "standard" };
  expect(await statementsOf(() => buyer.put("shipping-method", standard))).toEqual(step);
  expect(await statementsOf(() => buyer.put("shipping-method", standard))).toEqual(step.slice(0, 2));
  expect(await statementsOf(() => buyer.choose("cod"))).toEqual([
    "checkoutSessions aggregate",
    "paymentDowntimes find",
    "carts update",
    "payments insert",
    "checkoutSessions findAndModify",
  ]);
  expect(await statementsOf(() => buyer.order())).toEqual([
    "checkoutSessions aggregate",
    "checkoutSessions findAndModify",
    "carts update",
    "counters findAndModify",
    "checkoutSessions findAndModify",
    "orders insert",
    "orderItems insert",
    "orderStatusHistories insert",
    "payments findAndModify",
    "carts update",
  ]);
});

test("When a payment succeeds at the gateway, then its three webhooks take turns, and one of them places the order", async () => {
  const buyer = shop().guest();
  const { gateway } = await buyer.open();
  const statements = await statementsOf(async () => {
    buyer.pay(gateway.orderId);
    await shop().settle();
    return buyer.checkout();
  });
  const writes = statements.filter((name) => !/ (find|aggregate)$/.test(name));
  expect(writes.sort()).toEqual([
    ...["carts update", "carts update"],
    ...["checkoutSessions findAndModify", "checkoutSessions findAndModify"],
    "counters findAndModify",
    ...["orderItems insert", "orderStatusHistories insert", "orders insert"],
    ...[
      "payments findAndModify",
      "payments findAndModify",
      "payments findAndModify",
      "payments findAndModify",
    ],
    ...["webhookEvents findAndModify", "webhookEvents findAndModify", "webhookEvents findAndModify"],
    ...["webhookEvents update", "webhookEvents update", "webhookEvents update", "webhookEvents update"],
  ]);
});
