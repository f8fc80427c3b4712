import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { useNeighbours } from "./harness.js";

const world = useNeighbours();
const { ashwagandha, hairOil } = SEED.variants;
const MINUTE_MS = 60_000;

const passMinutes = (minutes: number) => world.sandbox.control.clock.setOffset(minutes * MINUTE_MS);
const held = () => world.sandbox.control.inventory.activeReservations("cart-1");

async function reserve(variantId: string, cartId = "cart-1"): Promise<string> {
  const { body } = await world.call.inventory.post("/api/reservations", { cartId, variantId, quantity: 2 });
  return String(body.data.reservationId);
}

async function extend(ttlMinutes = 15): Promise<unknown> {
  const { body } = await world.call.inventory.put("/api/reservations/cart/cart-1", { ttlMinutes });
  return body.data;
}

function convert() {
  const items = [{ variantId: ashwagandha, quantity: 2 }];
  const order = { cartId: "cart-1", orderId: "order-1", items };
  return world.call.inventory.post("/api/reservations/convert", order);
}

afterEach(async () => {
  expect(await world.sandbox.control.inventory.imbalances()).toEqual([]);
});

describe("A cart that was asked for before", () => {
  let first: string;

  beforeEach(async () => {
    first = await reserve(ashwagandha);
    expect(await extend()).toEqual({ extended: [first], lapsed: [] });
  });

  test("When something is added to it, then the next answer has it", async () => {
    const second = await reserve(hairOil);
    expect(await extend()).toEqual({ extended: [first, second], lapsed: [] });
  });

  test("When something is released, then the next answer does not have it", async () => {
    const second = await reserve(hairOil);
    await extend();
    await world.call.inventory.delete(`/api/reservations/${first}`);
    expect(await extend()).toEqual({ extended: [second], lapsed: [] });
    await world.call.inventory.delete("/api/reservations/cart/cart-1");
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When it lapses, then the next answer names the variant, until nobody misses it", async () => {
    passMinutes(16);
    expect(await extend()).toEqual({ extended: [], lapsed: [ashwagandha] });
    await world.call.inventory.delete("/api/reservations/cart/cart-1");
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When another cart is merged into it, then the next answers of both know", async () => {
    const guests = await reserve(hairOil, "guest");
    const path = "/api/reservations/cart/guest";
    await world.call.inventory.put(path, { ttlMinutes: 15 });
    const carts = { fromCartId: "guest", toCartId: "cart-1" };
    await world.call.inventory.post("/api/reservations/transfer", carts);
    expect(await extend()).toEqual({ extended: expect.arrayContaining([first, guests]), lapsed: [] });
    const { body } = await world.call.inventory.put(path, { ttlMinutes: 15 });
    expect(body.data).toEqual({ extended: [], lapsed: [] });
  });

  test("When it is sold, then nothing is left to extend", async () => {
    expect((await convert()).status).toBe(200);
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When everything goes back to the seed, then it is empty", async () => {
    await world.sandbox.control.sandbox.reset();
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When it was sold just before everything goes back to the seed, then no unit is sold", async () => {
    await convert();
    await world.sandbox.control.sandbox.reset();
    const numbers = await world.sandbox.control.inventory.numbers(ashwagandha);
    expect(numbers).toMatchObject({ available: 1_000, reserved: 0, sold: 0 });
  });

  test("When the sale is refused, then it is as live as before", async () => {
    const items = [
      { variantId: ashwagandha, quantity: 2 },
      { variantId: SEED.variants.outOfStock, quantity: 1 },
    ];
    const order = { cartId: "cart-1", orderId: "order-1", items };
    expect((await world.call.inventory.post("/api/reservations/convert", order)).status).toBe(409);
    expect(await extend()).toEqual({ extended: [first], lapsed: [] });
  });

  test("When the quantity changes, then the sale takes the new one", async () => {
    await world.call.inventory.put(`/api/reservations/${first}`, { quantity: 5 });
    await convert();
    const numbers = await world.sandbox.control.inventory.numbers(ashwagandha);
    expect(numbers).toMatchObject({ available: 998, reserved: 0, sold: 2 });
  });
});

describe("A lifetime that was given anew", () => {
  test("When the first one is over, then the reservation lives on and is sold", async () => {
    const id = await reserve(ashwagandha);
    passMinutes(10);
    await extend(15);
    passMinutes(20);
    expect(await extend(15)).toEqual({ extended: [id], lapsed: [] });
    passMinutes(30);
    expect((await convert()).status).toBe(200);
    expect(await world.sandbox.control.inventory.ledger({ type: "expired" })).toEqual([]);
  });

  test("When it is over too, then the reservation lapses", async () => {
    await reserve(ashwagandha);
    await extend(30);
    passMinutes(31);
    expect(await extend(15)).toEqual({ extended: [], lapsed: [ashwagandha] });
    expect(await world.sandbox.control.inventory.ledger({ type: "expired" })).toHaveLength(1);
  });

  test("When one reservation gets another after its cart, then the last one counts", async () => {
    const id = await reserve(ashwagandha);
    await extend(60);
    await world.call.inventory.put(`/api/reservations/${id}`, { ttlMinutes: 5 });
    passMinutes(6);
    expect(await held()).toEqual([]);
  });

  test("When it is made to lapse at once, then an earlier extension does not wake it", async () => {
    await reserve(ashwagandha);
    await extend(60);
    expect(await world.sandbox.control.inventory.lapse("cart-1")).toBe(1);
    expect(await held()).toEqual([]);
  });

  test("When the cart is asked for from outside, then the new lifetime is told", async () => {
    await reserve(ashwagandha);
    await extend(60);
    const [reservation] = await held();
    expect((Date.parse(reservation?.expiresAt ?? "") - Date.now()) / MINUTE_MS).toBeCloseTo(60, 0);
  });

  test("When its cart is merged with another, then the longer-lived of two counts", async () => {
    await reserve(ashwagandha);
    await reserve(ashwagandha, "guest");
    await world.call.inventory.put("/api/reservations/cart/guest", { ttlMinutes: 60 });
    const carts = { fromCartId: "guest", toCartId: "cart-1" };
    await world.call.inventory.post("/api/reservations/transfer", carts);
    passMinutes(50);
    expect(await held()).toMatchObject([{ quantity: 4 }]);
  });
});
