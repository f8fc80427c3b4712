import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { withOplogHole } from "../../support/oplog-hole.js";
import { useNeighbours } from "./harness.js";

const world = useNeighbours();
const { ashwagandha } = SEED.variants;

async function reserve(cartId: string): Promise<void> {
  const reservation = { cartId, variantId: ashwagandha, quantity: 2 };
  expect((await world.call.inventory.post("/api/reservations", reservation)).status).toBe(201);
}

test("When carts are merged while an older write of the server is in flight, then no reservation is missed", async () => {
  const transferred = await withOplogHole(async () => {
    await reserve("guest");
    await reserve("cart-1");
    const carts = { fromCartId: "guest", toCartId: "cart-1" };
    return world.call.inventory.post("/api/reservations/transfer", carts);
  });

  expect(transferred.body.data).toMatchObject({ transferred: [{ variantId: ashwagandha, quantity: 4 }] });
  const held = await world.sandbox.control.inventory.activeReservations();
  expect(held).toMatchObject([{ cartId: "cart-1", quantity: 4 }]);
});
