import { SEEDED_CUSTOMERS, seededUserId } from "../seed/order-facts.js";
import { ANALYSES } from "./analyses.js";
import { Buyer, expectSuccess, type PayBy } from "./buyer.js";
import type { Operation } from "./load.js";
import type { World } from "./world.js";

/** What is measured. */
export interface Scenario {
  name: string;
  title: string;
  /** Of the open loop: what `reliability.md` §5 wants it to bear. */
  perSecond: number;
  /**
   * So many operations a second have to be prepared, for those that can be done only once each. Left out:
   * any number can be done.
   */
  preparedPerSecond?: number;
  /** @param most how many operations there will be, where they have to be prepared */
  prepare(world: World, most: number): Promise<Operation>;
}

/** Enough that no two requests at once meet on one cart. */
const CROWD = 128;
const PREPARED_AT_ONCE = 8;
const NOTHING_ELSEWHERE = 0;

/** Does the work for each of so many buyers, some at a time. */
export async function crowd(
  world: World,
  { size, work }: { size: number; work(buyer: Buyer): Promise<unknown> },
): Promise<Buyer[]> {
  const buyers = Array.from({ length: size }, (_, number) => new Buyer(world, number));
  const queue = buyers.values();
  const lane = async () => {
    for (const buyer of queue) await work(buyer);
  };
  await Promise.all(Array.from({ length: PREPARED_AT_ONCE }, lane));
  return buyers;
}

function pick<T>(from: readonly T[], index: number): T {
  const found = from[index % from.length];
  if (found === undefined) throw new Error("nothing was prepared");
  return found;
}

const timed =
  (work: (index: number) => Promise<unknown>): Operation =>
  async (index) => {
    await work(index);
    return NOTHING_ELSEWHERE;
  };

/** Carts of three lines, of guests who look at them. */
async function carts(world: World): Promise<Buyer[]> {
  const buyers = await crowd(world, {
    size: CROWD,
    work: async (buyer) => {
      for (const item of [0, 1, 2]) await buyer.add(item);
    },
  });
  // A read works without its neighbours, and would be measured so without anybody noticing.
  const cart = await pick(buyers, 0).readCart();
  if (cart.includes("UPSTREAM_UNAVAILABLE")) throw new Error(`a neighbour is in trouble: ${cart}`);
  return buyers;
}

const cart: Scenario = {
  name: "cart",
  title: "view cart (3 lines)",
  perSecond: 300,
  async prepare(world) {
    const buyers = await carts(world);
    return timed((index) => pick(buyers, index).readCart());
  },
};

const miniCart: Scenario = {
  name: "mini-cart",
  title: "mini cart",
  perSecond: 300,
  async prepare(world) {
    const buyers = await carts(world);
    return timed((index) => pick(buyers, index).readMiniCart());
  },
};

const add: Scenario = {
  name: "add",
  title: "add to cart (a new one)",
  perSecond: 80,
  async prepare(world) {
    return timed((index) => new Buyer(world, index).add());
  },
};

const step: Scenario = {
  name: "step",
  title: "checkout step (contact)",
  perSecond: 60,
  async prepare(world) {
    const work = async (buyer: Buyer) => {
      await buyer.add();
      await buyer.start();
    };
    const buyers = await crowd(world, { size: CROWD, work });
    return timed((index) => pick(buyers, index).setContact(index));
  },
};

async function buy(buyer: Buyer, method: PayBy): Promise<number> {
  await buyer.prepare(method);
  const elsewhere = method === "cod" ? 0 : await timePayment(buyer);
  await buyer.placeOrder();
  return elsewhere;
}

async function timePayment(buyer: Buyer): Promise<number> {
  const began = performance.now();
  await buyer.pay();
  return performance.now() - began;
}

const purchase: Scenario = {
  name: "purchase",
  title: "whole purchase, 6 calls, COD",
  perSecond: 30,
  prepare: async (world) => (index) => buy(new Buyer(world, index), "cod"),
};

/** Nobody calls `verify`: the webhooks come, and placing asks the gateway where they are not there yet. */
const purchaseOnline: Scenario = {
  name: "purchase-online",
  title: "whole purchase, 6 calls, UPI",
  perSecond: 20,
  prepare: async (world) => (index) => buy(new Buyer(world, index), "upi"),
};

const placing: Scenario = {
  name: "placing",
  title: "placing alone (COD)",
  perSecond: 60,
  preparedPerSecond: 150,
  async prepare(world, most) {
    const buyers = await crowd(world, { size: most, work: (buyer) => buyer.prepare("cod") });
    return timed((index) => pick(buyers, index).placeOrder());
  },
};

const LIST = "/api/orders?limit=20";

/** Customers of the seeded orders: 20 newest of some thirty each. */
const orders: Scenario = {
  name: "orders",
  title: "a customer's orders",
  perSecond: 100,
  async prepare(world) {
    const ids = Array.from({ length: CROWD }, (_, number) => seededUserId((number * 37) % SEEDED_CUSTOMERS));
    const tokens = await Promise.all(
      ids.map((sub) => world.sandbox.call("auth", "mintToken", { sub, role: "customer", name: "Seeded" })),
    );
    return timed((index) => {
      const headers = { Authorization: `Bearer ${pick(tokens, index)}` };
      return expectSuccess(world.wire.send({ method: "GET", path: LIST, headers }), `GET ${LIST}`);
    });
  },
};

export const SCENARIOS: readonly Scenario[] = [
  cart,
  miniCart,
  orders,
  add,
  step,
  placing,
  purchase,
  purchaseOnline,
  ...ANALYSES,
];
