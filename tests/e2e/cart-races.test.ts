import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { listAt, textAt } from "../../scripts/support/json.js";
import { useInstances } from "../support/instances.js";
import { type Answer, ITEMS, Shopper } from "../support/purchase.js";
import { roundsOf } from "../support/races.js";

/**
 * Races for carts: tabs, a phone and a login at once, over two instances. In every order, what was answered is
 * what is stored, and the inventory reserves exactly what the carts contain.
 */
const world = useInstances();
const ROUNDS = roundsOf(1);

const KAJAL = { productId: SEED.products.kajal, variantId: SEED.variants.kajal, quantity: 1 };
const urlOf = (index: number): string => world().urlOf(index);
const carts = () => world().db.collection("carts");
const cartItems = () => world().db.collection("cartItems");

/** A browser before and after its customer signs in. */
async function guestAndCustomer(token: string): Promise<{ guest: Shopper; customer: Shopper }> {
  const guest = new Shopper(urlOf(0));
  await guest.do({ method: "POST", path: "/api/cart/items", body: KAJAL });
  const customer = new Shopper(urlOf(1), token);
  customer.guestId = guest.guestId;
  return { guest, customer };
}

const add = (shopper: Shopper, body: object, url: string): Promise<Answer> =>
  shopper.send({ method: "POST", path: "/api/cart/items", body, url });
const remove = (shopper: Shopper, itemId: string, url: string): Promise<Answer> =>
  shopper.send({ method: "DELETE", path: `/api/cart/items/${itemId}`, url });
const merge = (customer: Shopper, url: string): Promise<Answer> =>
  customer.send({ method: "POST", path: "/api/cart/merge", url });
const addedItem = async (shopper: Shopper, body: object): Promise<string> =>
  textAt(await shopper.do({ method: "POST", path: "/api/cart/items", body }), "cartItem.id");

const isMerged = ({ data }: Answer): boolean => Object(data).merged === true;
const quantitiesIn = (data: unknown): Record<string, number> =>
  Object.fromEntries(
    listAt(data, "items").map((item) => [textAt(item, "variantId"), Number(Object(item).quantity)]),
  );

/** Each cart's numbers match its lines, and the inventory reserves exactly the quantities of its lines. */
async function expectCartsConsistent(): Promise<void> {
  const { db, sandbox } = world();
  for (const cart of await carts().find().toArray()) {
    const lines = await cartItems().find({ cartId: cart._id }).toArray();
    const sum = (field: string) => lines.reduce((total, line) => total + line[field], 0);
    expect(cart).toMatchObject({
      lease: null,
      placing: null,
      itemCount: lines.length,
      totalQuantity: sum("quantity"),
    });
    if (cart.status === "active") expect(cart.subtotal).toBe(sum("lineTotal"));
    const byId = <T extends { reservationId: string }>(rows: T[]) =>
      rows
        .map(({ reservationId, ...row }) => [
          reservationId,
          Reflect.get(row, "variantId"),
          Reflect.get(row, "quantity"),
        ])
        .sort();
    const held = await sandbox.control.inventory.activeReservations(cart._id.toHexString());
    const expected = lines.map(({ reservationId, variantId, quantity }) => ({
      reservationId,
      variantId,
      quantity,
    }));
    expect(byId(held)).toEqual(byId(expected));
  }
  const sessions = await db
    .collection("checkoutSessions")
    .aggregate([
      { $match: { status: { $in: ["initiated", "address_entered", "payment_pending"] } } },
      { $group: { _id: "$cartId", live: { $sum: 1 } } },
      { $match: { live: { $gt: 1 } } },
    ])
    .toArray();
  expect(sessions).toEqual([]);
  expect(await sandbox.control.inventory.imbalances()).toEqual([]);
}

/** Empties the customer's cart before a race and keeps everything else. */
async function emptyCartOf(token: string): Promise<void> {
  await new Shopper(urlOf(0), token).send({ method: "DELETE", path: "/api/cart" });
  await world().settle();
}

test.each(ROUNDS)(
  "When adding, removing and merging happen at once, then no unit is lost or reserved twice (round %i)",
  async (round) => {
    const token = world().sandbox.tokens.asha;
    await emptyCartOf(token);
    const { guest, customer } = await guestAndCustomer(token);
    const guestLine = await addedItem(guest, ITEMS.hairOil);
    const ownLine = await addedItem(customer, ITEMS.ashwagandha);
    const [removedGuest, removedOwn, ...others] = await Promise.all([
      remove(guest, guestLine, urlOf(round)),
      remove(customer, ownLine, urlOf(round + 1)),
      add(guest, KAJAL, urlOf(0)),
      merge(customer, urlOf(round)),
      add(customer, KAJAL, urlOf(1)),
      add(guest, KAJAL, urlOf(1)),
      merge(customer, urlOf(round + 1)),
      add(customer, KAJAL, urlOf(0)),
      add(guest, KAJAL, urlOf(0)),
    ]);
    expect(others.map(({ status, code }) => [status, code])).toEqual(others.map(() => [200, null]));
    expect(removedOwn.status).toBe(200);
    // After the merge the line belongs to the customer, so the guest gets 403 or 404.
    expect([200, 403, 404]).toContain(removedGuest.status);
    // The next login merges what the guest added after the merge.
    expect(await merge(customer, urlOf(round))).toMatchObject({ status: 200 });
    await world().settle();
    const cart = await customer.do({ method: "GET", path: "/api/cart" });
    const { hairOil } = SEED.variants;
    expect(quantitiesIn(cart)).toEqual({
      [SEED.variants.kajal]: 6,
      ...(removedGuest.status === 200 ? {} : { [hairOil]: 1 }),
    });
    const guestCarts = await carts().find({ sessionId: guest.guestId }).toArray();
    expect(guestCarts.filter(({ status }) => status === "active")).toEqual([]);
    await expectCartsConsistent();
  },
);

test.each(ROUNDS)(
  "When a login merges four times at once over two instances, then it merges once (round %i)",
  async (round) => {
    const token = world().sandbox.tokens.bharat;
    await emptyCartOf(token);
    await world().db.collection("savedItems").deleteMany({ userId: SEED.users.bharat });
    const { guest, customer } = await guestAndCustomer(token);
    const saved = await addedItem(guest, ITEMS.ashwagandha);
    await guest.do({ method: "POST", path: `/api/cart/items/${saved}/save-later` });
    await addedItem(customer, { ...KAJAL, quantity: 2 });
    await addedItem(guest, ITEMS.hairOil);
    const answers = await Promise.all([0, 1, 2, 3].map((index) => merge(customer, urlOf(round + index))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.some(isMerged)).toBe(true);
    await world().settle();
    const cart = await customer.do({ method: "GET", path: "/api/cart" });
    expect(quantitiesIn(cart)).toEqual({ [SEED.variants.kajal]: 3, [SEED.variants.hairOil]: 1 });
    const [own] = await carts().find({ userId: SEED.users.bharat, status: "active" }).toArray();
    expect(await carts().find({ sessionId: guest.guestId }).toArray()).toMatchObject([
      { status: "converted", mergedIntoCartId: own?._id, itemCount: 0 },
    ]);
    expect(await cartItems().countDocuments({ cartId: new Types.ObjectId(textAt(cart, "id")) })).toBe(2);
    const savedItems = world().db.collection("savedItems");
    expect(await savedItems.find({ userId: SEED.users.bharat }).toArray()).toMatchObject([{ quantity: 2 }]);
    expect(await savedItems.countDocuments({ sessionId: guest.guestId })).toBe(0);
    await expectCartsConsistent();
    expect(isMerged(await merge(customer, urlOf(round)))).toBe(false);
  },
);
