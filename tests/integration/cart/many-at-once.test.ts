import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { rupeesToPaise } from "../../../utils/money.js";
import { aCart, aCartItem } from "../../support/documents.js";
import { profileOf } from "../../support/profiler.js";
import { type As, type CartWorld, newGuest, startCartWorld } from "./cart-world.js";

/** Concurrent reads share a query; each owner must still get their own cart. */
let world: CartWorld;
beforeAll(async () => {
  world = await startCartWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

type Owner = { userId: string } | { sessionId: string };
type CartFields = Parameters<typeof aCart>[0];

/** A cart as its owner should see it: its line and its total. */
interface Seen {
  name: string;
  /** Rupees; different for every cart. */
  total: number;
}

let stored = 0;

async function store(owner: Owner, name: string, fields: CartFields = {}): Promise<Seen> {
  stored += 1;
  const total = stored;
  const { sessionId: _anybody, ...cart } = aCart({ lease: null, grandTotal: rupeesToPaise(total) });
  await world.db.collection("carts").insertOne({ ...cart, ...owner, ...fields });
  const product = { productId: SEED.products.kajal, variantId: SEED.variants.kajal };
  const line = { ...product, name, cartId: cart._id, reservationId: null, reservationExpiresAt: null };
  await world.db.collection("cartItems").insertOne(aCartItem(line));
  return { name, total };
}

/** A caller, and what they should see. */
interface Visitor {
  as: As;
  /** In the mini cart, which shows only active carts. */
  active: Seen | null;
  /** In the cart, which may also be one that was abandoned by time. */
  cart: Seen | null;
}

const seesNothing = { active: null, cart: null };
const sees = (cart: Seen) => ({ active: cart, cart });

async function guest(name: string): Promise<Visitor> {
  const as = newGuest();
  return { as, ...sees(await store(as, name)) };
}

const signIn = async (sub: string): Promise<As> => {
  const { auth } = world.sandbox.control;
  return { token: await auth.mintToken({ sub, role: "customer", name: sub }) };
};

const customer = async (userId: string, fields?: CartFields): Promise<Visitor> => ({
  as: await signIn(userId),
  ...sees(await store({ userId }, userId, fields)),
});

const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
const abandoned = { status: "abandoned", abandonedAt: ago(1) } as const;
const converted = { status: "converted" } as const;

/** A guest with several carts, the newest last. */
async function guestOf(...carts: CartFields[]): Promise<{ as: As; seen: Seen[] }> {
  const as = newGuest();
  const seen: Seen[] = [];
  for (const [index, fields] of carts.entries())
    seen.push(await store(as, `of several, ${index}`, { createdAt: ago(9 - index), ...fields }));
  return { as, seen };
}

async function unusual(): Promise<Visitor[]> {
  const [left, emptied, ordered] = [
    await guestOf(abandoned),
    await guestOf({ ...abandoned, itemCount: 0 }),
    await guestOf(abandoned, converted),
  ];
  const [older, again, taken] = [
    await guestOf({}, converted),
    await guestOf(converted, abandoned),
    await guestOf({ userId: "who-signed-in" }),
  ];
  return [
    { as: left.as, active: null, cart: left.seen[0] ?? null },
    { ...(await customer("who-comes-back", abandoned)), active: null },
    { as: again.as, active: null, cart: again.seen[1] ?? null },
    { as: older.as, active: older.seen[0] ?? null, cart: older.seen[0] ?? null },
    { as: emptied.as, ...seesNothing },
    { as: ordered.as, ...seesNothing },
    { as: taken.as, ...seesNothing },
    { as: newGuest(), ...seesNothing },
    { as: await signIn("who-has-none"), ...seesNothing },
    { as: null, ...seesNothing },
  ];
}

const numbers = (count: number) => Array.from({ length: count }, (_unused, number) => number);

async function everybody(): Promise<Visitor[]> {
  const guests = await Promise.all(numbers(6).map((number) => guest(`guest-${number}`)));
  const customers = await Promise.all(numbers(6).map((number) => customer(`customer-${number}`)));
  // The first two read in two tabs each.
  const tabs = [...guests.slice(0, 2), ...customers.slice(0, 2)];
  return [...guests, ...customers, ...tabs, ...(await unusual())];
}

const readAll = (visitors: readonly Visitor[], path: string) =>
  Promise.all(visitors.map(async ({ as }) => (await world.call("get", path, { as })).body.data));

describe("When guests, customers and callers without a cart read at the same moment", () => {
  it("then each gets their own cart and no other", async () => {
    const visitors = await everybody();
    const carts = await readAll(visitors, "/api/cart");
    const seen = carts.map(({ items, totals }) => [
      ...items.map((line: Seen) => line.name),
      totals.grandTotal,
    ]);
    expect(seen).toEqual(visitors.map(({ cart }) => (cart ? [cart.name, cart.total] : [0])));
  });

  it("then each gets the numbers of their own cart", async () => {
    const visitors = await everybody();
    const minis = await readAll(visitors, "/api/cart/mini");
    const seen = minis.map(({ grandTotal, itemCount }) => [grandTotal, itemCount]);
    expect(seen).toEqual(visitors.map(({ active }) => (active ? [active.total, 1] : [0, 0])));
  });
});

describe("When many read in the same turn of the event loop, then one query answers all owners of a kind", () => {
  /** The queries of carts and lines that the work makes, as the database profiled them. */
  async function queriesOf(work: () => Promise<unknown>): Promise<string[]> {
    const isRead = [{ "command.find": { $exists: true } }, { "command.aggregate": { $exists: true } }];
    const rows = await profileOf(world.db, work, { $or: isRead });
    const described = rows.map(
      ({ command, planSummary }) => `${command.find ?? command.aggregate} ${planSummary}`,
    );
    await world.db.dropCollection("system.profile");
    return described.filter((query) => query.startsWith("cart")).sort();
  }

  const guests = numbers(20).map(() => newGuest());
  const customers = numbers(20).map((number) => ({ userId: `one-of-twenty-${number}` }));
  const owners: Owner[] = [...guests, ...customers];
  const storeAll = () => Promise.all(owners.map((owner, index) => store(owner, `line ${index}`)));

  it("the cart with its lines", async () => {
    await storeAll();
    const { readCartState } = await import("../../../services/aggregates/cart/open-cart.js");
    const queries = await queriesOf(() => Promise.all(owners.map((owner) => readCartState(owner))));
    expect(queries).toEqual(["carts IXSCAN { sessionId: 1 }", "carts IXSCAN { userId: 1 }"]);
  });

  it("the mini cart", async () => {
    await storeAll();
    const { findMiniCart } = await import("../../../src/cart/cart.service.js");
    const queries = await queriesOf(() => Promise.all(owners.map((owner) => findMiniCart(owner))));
    expect(queries).toEqual(["carts IXSCAN { sessionId: 1 }", "carts IXSCAN { userId: 1 }"]);
  });

  it("carts and lines by the cart's id", async () => {
    await storeAll();
    const { findCartLines, findCartState } = await import("../../../services/aggregates/cart/cart-reads.js");
    const carts = await world.db.collection("carts").find().toArray();
    const queries = await queriesOf(async () => {
      const states = carts.map(async ({ _id }) => (await findCartState(_id))?.cart._id.equals(_id));
      const lines = carts.map(async ({ _id }) =>
        (await findCartLines(_id)).every((line) => line.cartId.equals(_id)),
      );
      expect(new Set(await Promise.all([...states, ...lines]))).toEqual(new Set([true]));
    });
    expect(queries).toEqual([
      expect.stringMatching(/^cartItems IXSCAN { cartId: 1, /),
      "carts IXSCAN { _id: 1 }",
    ]);
  });
});
