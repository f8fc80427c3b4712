import { PERIODS } from "../../utils/periods.js";
import type { ServiceName } from "../sandbox/environment.js";
import { SEEDED_CUSTOMERS, seededUserId } from "../seed/baskets.js";
import { Buyer, expectSuccess, type PayBy } from "./buyer.js";
import type { Operation } from "./load.js";
import { type BenchWorld, NEIGHBOUR_LATENCY_MS } from "./world.js";

/** One kind of request that is measured. */
export interface Scenario {
  name: string;
  title: string;
  /** The load of the open loop: the load that the service is designed for. */
  perSecond: number;
  /**
   * How many operations a second to prepare, where each one can be done only once. Left out where an operation
   * can be repeated.
   */
  preparedPerSecond?: number;
  /** @param most the number of operations to prepare */
  prepare(world: BenchWorld, most: number): Promise<Operation>;
  /** After the last measurement: neighbours are as before. */
  end?(world: BenchWorld): Promise<void>;
}

/** Enough buyers that no two concurrent requests use the same cart. */
const CROWD = 128;
const PREPARED_AT_ONCE = 8;
const NO_TIME_ELSEWHERE = 0;

/** Creates buyers and does the work for each, a few at a time. */
export async function crowd(
  world: BenchWorld,
  {
    size,
    work,
    atOnce = PREPARED_AT_ONCE,
  }: { size: number; work(buyer: Buyer): Promise<unknown>; atOnce?: number },
): Promise<Buyer[]> {
  const buyers = Array.from({ length: size }, (_, number) => new Buyer(world, number));
  const queue = buyers.values();
  const lane = async () => {
    for (const buyer of queue) await work(buyer);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
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
    return NO_TIME_ELSEWHERE;
  };

/** Guests with carts of three lines. */
async function carts(world: BenchWorld): Promise<Buyer[]> {
  const buyers = await crowd(world, {
    size: CROWD,
    work: async (buyer) => {
      for (const item of [0, 1, 2]) await buyer.add(item);
    },
  });
  // A read also works without its neighbours, which would falsify the measurement.
  const cart = await pick(buyers, 0).readCart();
  if (cart.includes("UPSTREAM_UNAVAILABLE")) throw new Error(`a neighbour is unavailable: ${cart}`);
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
  title: "add to a new cart",
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

/** Without `verify`: the webhooks arrive, and placing asks the gateway if they have not. */
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

/** Buyers who have paid, and whose webhooks do not arrive. */
export async function paidBuyers(world: BenchWorld, size: number, atOnce?: number): Promise<Buyer[]> {
  await world.sandbox.call("razorpay", "configure", { webhooks: { hold: true } });
  const work = async (buyer: Buyer) => {
    await buyer.prepare("upi");
    await buyer.pay();
  };
  const buyers = await crowd(world, { size, work, ...(atOnce === undefined ? {} : { atOnce }) });
  await world.sandbox.call("razorpay", "configure", { webhooks: { hold: false } });
  return buyers;
}

const SLOW_GATEWAY_MS = 300;

const verify: Scenario = {
  name: "verify",
  title: "payment verified, gateway at 300 ms",
  perSecond: 10,
  preparedPerSecond: 30,
  async prepare(world, most) {
    await setLatency(world, "razorpay", NEIGHBOUR_LATENCY_MS);
    const buyers = await paidBuyers(world, most);
    await setLatency(world, "razorpay", SLOW_GATEWAY_MS);
    return timed((index) => pick(buyers, index).verify());
  },
  end: (world) => setLatency(world, "razorpay", NEIGHBOUR_LATENCY_MS),
};

const SLOW_NEIGHBOUR_MS = 5_000;
const EVERY_TENTH = 10;

/** One request in ten waits for shipping, until its breaker opens. Its own answer is not measured. */
const besideSlowNeighbour: Scenario = {
  name: "slow-neighbour",
  title: "view cart while shipping takes 5 s",
  perSecond: 100,
  async prepare(world) {
    await setLatency(world, "shipping", NEIGHBOUR_LATENCY_MS);
    const readers = await carts(world);
    const work = async (buyer: Buyer) => {
      await buyer.add();
      await buyer.start();
      await buyer.setAddress();
    };
    const waiting = await crowd(world, { size: CROWD, work });
    await setLatency(world, "shipping", SLOW_NEIGHBOUR_MS);
    return timed((index) => {
      if (index % EVERY_TENTH === 0)
        pick(waiting, index / EVERY_TENTH)
          .setShippingMethod()
          .catch(() => undefined);
      return pick(readers, index).readCart();
    });
  },
  end: (world) => setLatency(world, "shipping", NEIGHBOUR_LATENCY_MS),
};

const setLatency = (world: BenchWorld, service: ServiceName, latencyMs: number): Promise<void> =>
  world.sandbox.call("faults", "setBehaviour", service, { latencyMs });

const LIST = "/api/orders?limit=20";

/** Customers of the seeded orders read their 20 newest orders. */
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

export async function adminHeaders({ sandbox }: BenchWorld): Promise<Record<string, string>> {
  const token = await sandbox.call("auth", "mintToken", { sub: "admin-admin", role: "admin", name: "Bench" });
  return { Authorization: `Bearer ${token}` };
}

interface AdminRead extends Pick<Scenario, "name" | "title" | "perSecond"> {
  pathOf(index: number): string;
}

const toScenario = ({ pathOf, ...scenario }: AdminRead): Scenario => ({
  ...scenario,
  async prepare(world: BenchWorld) {
    const headers = await adminHeaders(world);
    return timed((index) => {
      const path = pathOf(index);
      return expectSuccess(world.wire.send({ method: "GET", path, headers }), `GET ${path}`);
    });
  },
});

const LISTS = ["?limit=20", "?status=delivered", "?page=40", "/search?q=kavya", "/search?q=98100"];

const adminOrders = toScenario({
  name: "admin-orders",
  title: "admins' lists and searches of orders",
  perSecond: 20,
  pathOf: (index) => `/api/admin/orders${LISTS[index % LISTS.length]}`,
});

const DAY_MS = 86_400_000;
const RANGE_DAYS = 366;

/** The longest range that is allowed, by day, week and month in turn. */
function pathOfYear(path: string, index: number): string {
  const dateTo = new Date();
  const dateFrom = new Date(dateTo.getTime() - RANGE_DAYS * DAY_MS);
  const range = `dateFrom=${dateFrom.toISOString()}&dateTo=${dateTo.toISOString()}`;
  return `${path}?${range}&groupBy=${PERIODS[index % PERIODS.length]}`;
}

export const ANALYSES: readonly Scenario[] = [
  toScenario({
    ...{ name: "cart-analytics", title: "analysis of carts, a year", perSecond: 2 },
    pathOf: (index) => pathOfYear("/api/admin/carts/analytics", index),
  }),
  toScenario({
    ...{ name: "checkout-funnel", title: "checkout funnel, a year", perSecond: 2 },
    pathOf: (index) => pathOfYear("/api/admin/checkouts/funnel", index),
  }),
];

export const SCENARIOS: readonly Scenario[] = [
  cart,
  miniCart,
  orders,
  add,
  step,
  placing,
  purchase,
  purchaseOnline,
  verify,
  besideSlowNeighbour,
  adminOrders,
  ...ANALYSES,
];

/** @throws Error for a name that no scenario has */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`no scenario ${name}`);
  return found;
}
