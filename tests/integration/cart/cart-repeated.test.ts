import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { type As, type CartWorld, IMPATIENT, productOf, startCartWorld } from "./cart-world.js";

/** I33: a client that got no answer asks again with its key, and what it asked for happens once. */
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

/** The process died after its commit: its hold on the key is over, and no answer was recorded. */
async function loseAnswers(): Promise<void> {
  await world.db
    .collection("idempotencyRecords")
    .updateMany({}, { $set: { state: "in_progress", answer: null, leaseUntil: new Date(0) } });
}

test("When the answer to an add was lost, then its repetition adds nothing and shows the line", async () => {
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

test("When another add came in between, then the repetition still adds nothing", async () => {
  const key = randomUUID();
  await add(key, 2);
  await add(randomUUID(), 1);
  await loseAnswers();
  expect((await add(key, 2)).body.data.cart.totalQuantity).toBe(3);
});
