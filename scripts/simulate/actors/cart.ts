import { randomUUID } from "node:crypto";
import { SEED } from "../../sandbox/seed/index.js";
import { type SeedVariant, seedProducts, seedStock } from "../../sandbox/seed/products.js";
import { at, listAt, numberAt, textAt } from "../../support/json.js";
import type { Reply } from "../caller.js";
import { isDone, type Operation, runOne, think, type Visit } from "./visit.js";

/**
 * What customers do with their carts. After each definite answer the customer knows what must be in the cart, and
 * compares from time to time: an added unit may be neither lost nor doubled.
 */
const SOLD_OUT = new Set(
  seedStock().flatMap(({ variantId, quantity }) => (quantity === 0 ? [variantId] : [])),
);
const VARIANTS: readonly SeedVariant[] = seedProducts()
  .flatMap(({ variants }) => variants)
  .filter(({ id, status }) => status === "active" && !SOLD_OUT.has(id));
const SCARCE = VARIANTS.filter(({ id }) => id === SEED.variants.lastUnit || id === SEED.variants.lowStock);
const SCARCE_SHARE = 0.08;
const COUPONS = [
  SEED.coupons.WELCOME10,
  SEED.coupons.FLAT100,
  SEED.coupons.FREESHIP,
  SEED.coupons.HAIR15,
  SEED.coupons.ONCE20,
  SEED.coupons.LASTONE,
];

interface CartLine {
  id: string;
  variantId: string;
  quantity: number;
}

/** The lines that the customer has chosen; gifts come and go by themselves. */
const linesOf = (cart: unknown): CartLine[] =>
  listAt(cart, "items")
    .filter((line) => at(line, "isFreeGift") !== true)
    .map((line) => ({
      id: textAt(line, "id"),
      variantId: textAt(line, "variantId"),
      quantity: numberAt(line, "quantity"),
    }));

async function readCart(visit: Visit): Promise<CartLine[] | null> {
  const reply = await visit.caller.call("read cart", { method: "GET", path: "/api/cart" });
  return isDone(reply) ? linesOf(reply.data) : null;
}

/** Believes what the service says: at the start of a visit, and after an outcome that is not known. */
export async function readAndBelieve(visit: Visit): Promise<void> {
  const lines = await readCart(visit);
  visit.customer.cart = lines && new Map(lines.map(({ variantId, quantity }) => [variantId, quantity]));
}

/** Compares the cart with what the definite answers say. */
export async function compareCart(visit: Visit): Promise<void> {
  const { sim, customer } = visit;
  const believed = customer.cart;
  if (!believed) return readAndBelieve(visit);
  const lines = await readCart(visit);
  if (!lines || customer.cart !== believed) return;
  const stored = new Map(lines.map(({ variantId, quantity }) => [variantId, quantity]));
  const wrong = [...new Set([...stored.keys(), ...believed.keys()])].filter(
    (id) => stored.get(id) !== believed.get(id),
  );
  sim.count("compare cart");
  if (wrong.length === 0) return;
  const texts = wrong.map((id) => `${id}: ${stored.get(id) ?? 0} instead of ${believed.get(id) ?? 0}`);
  sim.alarm(`the cart of ${customer.name} differs from what was acknowledged: ${texts.join(", ")}`, [
    `"${customer.name}"`,
  ]);
  customer.cart = stored;
}

/** Changes what the customer believes, or gives up on it when the outcome is not known. */
function believe(
  { customer }: Visit,
  reply: Reply | null,
  change: (cart: Map<string, number>) => void,
): void {
  if (!reply) customer.cart = null;
  else if (reply.isDone && customer.cart) change(customer.cart);
}

const put = (variantId: string, units: number) => (cart: Map<string, number>) =>
  void cart.set(variantId, (cart.get(variantId) ?? 0) + units);

function addition({ random }: Visit) {
  const { id: variantId, productId } = random.pick(random.chance(SCARCE_SHARE) ? SCARCE : VARIANTS);
  return { productId, variantId, quantity: random.between(1, 2) };
}

const sendAddition = ({ caller }: Visit, body: object, key = randomUUID()): Promise<Reply | null> =>
  caller.call("add to cart", { method: "POST", path: "/api/cart/items", body, key });

/** @returns whether it is known to be in the cart */
export async function add(visit: Visit): Promise<boolean> {
  const body = addition(visit);
  const reply = await sendAddition(visit, body);
  believe(visit, reply, put(body.variantId, body.quantity));
  return isDone(reply);
}

/** One key, two requests at once: it counts once. A refusal is not stored, so the other request may still be done. */
async function addByDoubleClick(visit: Visit): Promise<void> {
  const body = addition(visit);
  const key = randomUUID();
  const replies = await Promise.all([sendAddition(visit, body, key), sendAddition(visit, body, key)]);
  const [first = null] = replies;
  const reply = replies.find(isDone) ?? (replies.includes(null) ? null : first);
  believe(visit, reply, put(body.variantId, body.quantity));
}

/** Two requests at once: both count. */
async function addInTwoTabs(visit: Visit): Promise<void> {
  const bodies = [addition(visit), addition(visit)];
  const replies = await Promise.all(bodies.map((body) => sendAddition(visit, body)));
  replies.forEach((reply, index) => {
    const body = bodies[index];
    if (body) believe(visit, reply, put(body.variantId, body.quantity));
  });
}

/** An operation on a line of the cart, if it has one. */
const withLine = (act: (visit: Visit, line: CartLine) => Promise<void>) => async (visit: Visit) => {
  const lines = await readCart(visit);
  if (lines && lines.length > 0) await act(visit, visit.random.pick(lines));
};

const changeQuantity = withLine(async (visit, { id, variantId }) => {
  const quantity = visit.random.between(1, 3);
  const path = `/api/cart/items/${id}`;
  const reply = await visit.caller.call("change quantity", { method: "PUT", path, body: { quantity } });
  believe(visit, reply, (cart) => void cart.set(variantId, quantity));
});

const remove = withLine(async (visit, { id, variantId }) => {
  const reply = await visit.caller.call("remove line", { method: "DELETE", path: `/api/cart/items/${id}` });
  // An earlier attempt has removed it, and its answer was lost.
  const isGone = reply?.code === "CART_ITEM_NOT_FOUND" || reply?.code === "CART_NOT_FOUND";
  believe(
    visit,
    reply && { ...reply, isDone: reply.isDone || isGone },
    (cart) => void cart.delete(variantId),
  );
});

const saveAndMoveBack = withLine(async (visit, { id, variantId, quantity }) => {
  const path = `/api/cart/items/${id}/save-later`;
  const reply = await visit.caller.call("save for later", { method: "POST", path });
  believe(visit, reply, (cart) => void cart.delete(variantId));
  if (!isDone(reply) || visit.random.chance(0.5)) return;
  const saved = await visit.caller.do("list saved", { method: "GET", path: "/api/cart/saved-items" });
  const item = saved ? listAt(saved, "items").find((row) => at(row, "variantId") === variantId) : undefined;
  if (!item) return;
  const units = numberAt(item, "quantity");
  const back = { method: "POST", path: `/api/cart/saved-items/${textAt(item, "id")}/move-to-cart` } as const;
  believe(visit, await visit.caller.call("move to cart", back), put(variantId, Math.max(units, quantity)));
});

const applyCoupon = ({ caller, random }: Visit) => {
  const body = { couponCode: random.pick(COUPONS) };
  return caller.call("apply coupon", { method: "POST", path: "/api/cart/coupons", body });
};

async function clear(visit: Visit): Promise<void> {
  const reply = await visit.caller.call("clear cart", { method: "DELETE", path: "/api/cart" });
  const isGone = reply?.code === "CART_NOT_FOUND";
  believe(visit, reply && { ...reply, isDone: reply.isDone || isGone }, (cart) => cart.clear());
}

const CHANGES: readonly Operation<Visit>[] = [
  { name: "add to cart", weight: 30, run: add },
  { name: "double click", weight: 10, run: addByDoubleClick },
  { name: "two tabs", weight: 10, run: addInTwoTabs },
  { name: "change quantity", weight: 12, run: changeQuantity },
  { name: "remove line", weight: 8, run: remove },
  { name: "save for later", weight: 6, run: saveAndMoveBack },
  { name: "apply coupon", weight: 15, run: applyCoupon },
  { name: "clear cart", weight: 2, run: clear },
  {
    name: "browse",
    weight: 7,
    run: ({ caller }) => caller.call("recommendations", { method: "GET", path: "/api/cart/recommendations" }),
  },
];
const MOST_CHANGES = 4;

/** Fills the cart and edits it. Afterwards the customer compares. */
export async function fillCart(visit: Visit): Promise<void> {
  const { customer } = visit;
  if (!customer.cart && !customer.isPaying) await readAndBelieve(visit);
  const isAdded = await add(visit);
  // The change has superseded the payment, or the order came first and this is another cart.
  if (customer.isPaying) await readAndBelieve(visit);
  customer.isPaying &&= customer.cart === null || !isAdded;
  const changes = visit.random.between(0, MOST_CHANGES);
  for (let change = 0; change < changes; change += 1) {
    await think(visit);
    await runOne(CHANGES, visit);
  }
  // Without a change the payment may still arrive, and its order empties the cart.
  if (!customer.isPaying) await compareCart(visit);
}
