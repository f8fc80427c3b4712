import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { type As, type CartWorld, IMPATIENT, productOf, startCartWorld } from "./cart-world.js";

/** A client without a response repeats the request with its key, and the item is added once. */
let world: CartWorld;
let guest: As;
const variantId = SEED.variants.ashwagandha;

beforeAll(async () => {
  world = await startCartWorld(IMPATIENT);
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = { sessionId: newGuestId() };
});

const add = (key: string, quantity: number) =>
  world.call("post", "/api/cart/items", {
    as: guest,
    body: { productId: productOf(variantId), variantId, quantity },
    headers: { "Idempotency-Key": key },
  });

/** The process died after its commit: its lock on the key has expired, and no response was recorded. */
async function loseAnswers(): Promise<void> {
  await world.db
    .collection("idempotencyRecords")
    .updateMany({}, { $set: { state: "in_progress", answer: null, leaseUntil: new Date(0) } });
}

test("When the response to an add was lost, then the repeat adds nothing and returns the line", async () => {
  const key = randomUUID();
  const first = await add(key, 2);
  await loseAnswers();
  const again = await add(key, 2);
  expect(again.status).toBe(200);
  expect(again.headers["idempotency-replayed"]).toBeUndefined();
  expect(again.body.data.cartItem).toMatchObject({ id: first.body.data.cartItem.id, quantity: 2 });
  expect(again.body.data.cart.totalQuantity).toBe(2);
  const held = await world.sandbox.control.inventory.activeReservations();
  expect(held.map(({ quantity }) => quantity)).toEqual([2]);
});

test("When another add came in between, then the repeat still adds nothing", async () => {
  const key = randomUUID();
  await add(key, 2);
  await add(randomUUID(), 1);
  await loseAnswers();
  expect((await add(key, 2)).body.data.cart.totalQuantity).toBe(3);
});
