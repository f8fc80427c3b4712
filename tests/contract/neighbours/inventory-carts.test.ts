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

describe("A cart that was read before", () => {
  let first: string;

  beforeEach(async () => {
    first = await reserve(ashwagandha);
    expect(await extend()).toEqual({ extended: [first], lapsed: [] });
  });

  test("When a reservation is added, then the next answer has it", async () => {
    const second = await reserve(hairOil);
    expect(await extend()).toEqual({ extended: [first, second], lapsed: [] });
  });

  test("When a reservation is released, then the next answer does not have it", async () => {
    const second = await reserve(hairOil);
    await extend();
    await world.call.inventory.delete(`/api/reservations/${first}`);
    expect(await extend()).toEqual({ extended: [second], lapsed: [] });
    await world.call.inventory.delete("/api/reservations/cart/cart-1");
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When a reservation expires, then the answers name its variant until it is dismissed", async () => {
    passMinutes(16);
    expect(await extend()).toEqual({ extended: [], lapsed: [ashwagandha] });
    await world.call.inventory.delete("/api/reservations/cart/cart-1");
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When another cart is merged into it, then the next answers for both carts are correct", async () => {
    const guests = await reserve(hairOil, "guest");
    const path = "/api/reservations/cart/guest";
    await world.call.inventory.put(path, { ttlMinutes: 15 });
    const carts = { fromCartId: "guest", toCartId: "cart-1" };
    await world.call.inventory.post("/api/reservations/transfer", carts);
    expect(await extend()).toEqual({ extended: expect.arrayContaining([first, guests]), lapsed: [] });
    const { body } = await world.call.inventory.put(path, { ttlMinutes: 15 });
    expect(body.data).toEqual({ extended: [], lapsed: [] });
  });

  test("When it is converted, then nothing is left to extend", async () => {
    expect((await convert()).status).toBe(200);
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When the seed is restored, then it is empty", async () => {
    await world.sandbox.control.sandbox.reset();
    expect(await extend()).toEqual({ extended: [], lapsed: [] });
  });

  test("When it was converted just before the seed is restored, then no unit is sold", async () => {
    await convert();
    await world.sandbox.control.sandbox.reset();
    const numbers = await world.sandbox.control.inventory.numbers(ashwagandha);
    expect(numbers).toMatchObject({ available: 1_000, reserved: 0, sold: 0 });
  });

  test("When the conversion is refused, then its reservations stay live", async () => {
    const items = [
      { variantId: ashwagandha, quantity: 2 },
      { variantId: SEED.variants.outOfStock, quantity: 1 },
    ];
    const order = { cartId: "cart-1", orderId: "order-1", items };
    expect((await world.call.inventory.post("/api/reservations/convert", order)).status).toBe(409);
    expect(await extend()).toEqual({ extended: [first], lapsed: [] });
  });

  test("When the quantity changes, then the conversion takes the new quantity", async () => {
    await world.call.inventory.put(`/api/reservations/${first}`, { quantity: 5 });
    await convert();
    const numbers = await world.sandbox.control.inventory.numbers(ashwagandha);
    expect(numbers).toMatchObject({ available: 998, reserved: 0, sold: 2 });
  });
});

describe("A renewed lifetime", () => {
  test("When the first lifetime is over, then the reservation stays live and is converted", async () => {
    const id = await reserve(ashwagandha);
    passMinutes(10);
    await extend(15);
    passMinutes(20);
    expect(await extend(15)).toEqual({ extended: [id], lapsed: [] });
    passMinutes(30);
    expect((await convert()).status).toBe(200);
    expect(await world.sandbox.control.inventory.ledger({ type: "expired" })).toEqual([]);
  });

  test("When the renewed lifetime is over, then the reservation expires", async () => {
    await reserve(ashwagandha);
    await extend(30);
    passMinutes(31);
    expect(await extend(15)).toEqual({ extended: [], lapsed: [ashwagandha] });
    expect(await world.sandbox.control.inventory.ledger({ type: "expired" })).toHaveLength(1);
  });

  test("When one reservation is renewed after its cart, then the last lifetime counts", async () => {
    const id = await reserve(ashwagandha);
    await extend(60);
    await world.call.inventory.put(`/api/reservations/${id}`, { ttlMinutes: 5 });
    passMinutes(6);
    expect(await held()).toEqual([]);
  });

  test("When it is expired by the control, then an earlier extension does not revive it", async () => {
    await reserve(ashwagandha);
    await extend(60);
    expect(await world.sandbox.control.inventory.lapse("cart-1")).toBe(1);
    expect(await held()).toEqual([]);
  });

  test("When the control lists the cart, then it shows the new lifetime", async () => {
    await reserve(ashwagandha);
    await extend(60);
    const [reservation] = await held();
    expect((Date.parse(reservation?.expiresAt ?? "") - Date.now()) / MINUTE_MS).toBeCloseTo(60, 0);
  });

  test("When its cart is merged with another, then the later expiry counts", async () => {
    await reserve(ashwagandha);
    await reserve(ashwagandha, "guest");
    await world.call.inventory.put("/api/reservations/cart/guest", { ttlMinutes: 60 });
    const carts = { fromCartId: "guest", toCartId: "cart-1" };
    await world.call.inventory.post("/api/reservations/transfer", carts);
    passMinutes(50);
    expect(await held()).toMatchObject([{ quantity: 4 }]);
  });
});
