import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { useNeighbours } from "./harness.js";

const world = useNeighbours();
const { ashwagandha, hairOil, outOfStock, lowStock } = SEED.variants;

const reserve = (cartId: string, variantId: string, quantity: number, ttlMinutes?: number) =>
  world.call.inventory.post("/api/reservations", { cartId, variantId, quantity, ttlMinutes });
const convert = (body: object) => world.call.inventory.post("/api/reservations/convert", body);
const numbers = (variantId: string) => world.sandbox.control.inventory.numbers(variantId);

async function reserveId(cartId: string, variantId: string, quantity: number): Promise<string> {
  const { status, body } = await reserve(cartId, variantId, quantity);
  expect(status).toBe(201);
  return String(body.data.reservationId);
}

afterEach(async () => {
  expect(await world.sandbox.control.inventory.imbalances()).toEqual([]);
});

describe("Inventory: stock", () => {
  test("When stock is checked, then the answer has the available units and whether they suffice", async () => {
    const enough = await world.call.inventory.get(`/api/stock/check/${lowStock}?quantity=3`);
    expect(enough.body).toMatchObject({
      success: true,
      data: { variantId: lowStock, sku: "GUG-EXT-50G", available: 3, isAvailable: true },
      error: null,
    });
    const short = await world.call.inventory.get(`/api/stock/check/${lowStock}?quantity=4`);
    expect(short.body.data).toMatchObject({ available: 3, isAvailable: false });
  });

  test("When several variants are checked, then one shortage makes allAvailable false", async () => {
    const items = [
      { variantId: ashwagandha, quantity: 2 },
      { variantId: outOfStock, quantity: 1 },
    ];
    const { body } = await world.call.inventory.post("/api/stock/check/bulk", { items });
    expect(body.data).toEqual({
      items: [
        { variantId: ashwagandha, requested: 2, available: 1_000, isAvailable: true },
        { variantId: outOfStock, requested: 1, available: 0, isAvailable: false },
      ],
      allAvailable: false,
    });
  });

  test("When the variant is unknown, then the answer is 404", async () => {
    const { status, body } = await world.call.inventory.get("/api/stock/check/var-none?quantity=1");
    expect([status, body.error?.code]).toEqual([404, "VARIANT_NOT_FOUND"]);
    expect((await reserve("c", "var-none", 1)).status).toBe(404);
  });
});

describe("Inventory: reservations", () => {
  test("When units are reserved, then they are no longer available and expire after the requested time", async () => {
    const before = Date.now();
    const { status, body } = await reserve("cart-1", ashwagandha, 4, 30);
    expect(status).toBe(201);
    expect(body.data).toMatchObject({ variantId: ashwagandha, quantity: 4, status: "active" });
    const lifetime = Date.parse(String(body.data.expiresAt)) - before;
    expect(lifetime / 60_000).toBeCloseTo(30, 0);
    expect(await numbers(ashwagandha)).toMatchObject({ available: 996, reserved: 4, physical: 1_000 });
  });

  test("When there are too few units, then 409 has the available number, and the ledger records the attempt", async () => {
    const { status, body } = await reserve("cart-1", lowStock, 4);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      success: false,
      data: { available: 3 },
      error: { code: "INSUFFICIENT_STOCK" },
    });
    const refused = await world.sandbox.control.inventory.ledger({ variantId: lowStock, type: "refused" });
    expect(refused).toMatchObject([{ quantity: 4, cartId: "cart-1" }]);
  });

  test("When the quantity changes up or down, then it is the new absolute quantity", async () => {
    const id = await reserveId("cart-1", lowStock, 1);
    const path = `/api/reservations/${id}`;
    expect((await world.call.inventory.put(path, { quantity: 3 })).body.data).toMatchObject({ quantity: 3 });
    expect(await numbers(lowStock)).toMatchObject({ available: 0, reserved: 3 });
    const refused = await world.call.inventory.put(path, { quantity: 4 });
    expect([refused.status, refused.body.data.available]).toEqual([409, 0]);
    expect((await world.call.inventory.put(path, { quantity: 1 })).status).toBe(200);
    expect(await numbers(lowStock)).toMatchObject({ available: 2, reserved: 1 });
  });

  test("When a lifetime is renewed, then it counts from now", async () => {
    const id = await reserveId("cart-1", ashwagandha, 1);
    const { body } = await world.call.inventory.put(`/api/reservations/${id}`, { ttlMinutes: 40 });
    expect((Date.parse(String(body.data.expiresAt)) - Date.now()) / 60_000).toBeCloseTo(40, 0);
  });

  test("When a reservation expires, then its units are available again and a change answers 404", async () => {
    const id = await reserveId("cart-1", ashwagandha, 5);
    world.sandbox.control.clock.setOffset(16 * 60_000);
    const { body } = await world.call.inventory.get(`/api/stock/check/${ashwagandha}?quantity=1`);
    expect(body.data.available).toBe(1_000);
    const changed = await world.call.inventory.put(`/api/reservations/${id}`, { quantity: 6 });
    expect([changed.status, changed.body.error?.code]).toEqual([404, "RESERVATION_NOT_FOUND"]);
    expect(await world.sandbox.control.inventory.ledger({ type: "expired" })).toHaveLength(1);
  });

  test("When a reservation is released twice, then the second call answers 200 and changes nothing", async () => {
    const id = await reserveId("cart-1", ashwagandha, 5);
    const path = `/api/reservations/${id}`;
    expect((await world.call.inventory.delete(path)).body.data).toMatchObject({ released: true });
    expect((await world.call.inventory.delete(path)).status).toBe(200);
    expect(await numbers(ashwagandha)).toMatchObject({ available: 1_000, reserved: 0 });
    expect((await world.call.inventory.put(path, { quantity: 1 })).status).toBe(404);
  });

  test("When a cart is released, then all its reservations end and no others", async () => {
    await reserveId("cart-1", ashwagandha, 1);
    await reserveId("cart-1", hairOil, 2);
    await reserveId("cart-2", hairOil, 3);
    const { body } = await world.call.inventory.delete("/api/reservations/cart/cart-1");
    expect(body.data).toEqual({ released: 2 });
    expect(await numbers(hairOil)).toMatchObject({ reserved: 3 });
  });

  test("When a cart is extended, then live reservations and lapsed variants are listed", async () => {
    const lapsing = await reserveId("cart-1", lowStock, 1);
    await world.sandbox.control.inventory.lapse("cart-1");
    const living = await reserveId("cart-1", ashwagandha, 1);
    const path = "/api/reservations/cart/cart-1";
    const { body } = await world.call.inventory.put(path, { ttlMinutes: 40 });
    expect(body.data).toEqual({ extended: [living], lapsed: [lowStock] });
    // Removing the line releases its reservation, which dismisses it.
    await world.call.inventory.delete(`/api/reservations/${lapsing}`);
    const again = await world.call.inventory.put(path, { ttlMinutes: 40 });
    expect(again.body.data).toEqual({ extended: [living], lapsed: [] });
  });

  test("When an Idempotency-Key repeats, then the same reservation is returned, or 422 for another body", async () => {
    const body = { cartId: "cart-1", variantId: ashwagandha, quantity: 2 };
    const first = await world.call.inventory.post("/api/reservations", body, "key-1");
    const second = await world.call.inventory.post("/api/reservations", body, "key-1");
    expect(second).toEqual(first);
    expect(await numbers(ashwagandha)).toMatchObject({ reserved: 2 });
    const other = await world.call.inventory.post("/api/reservations", { ...body, quantity: 3 }, "key-1");
    expect([other.status, other.body.error?.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  });

  test("When the body violates the contract, then the answer is 400", async () => {
    const body = { cartId: "c", variantId: ashwagandha, quantity: "2" };
    expect((await world.call.inventory.post("/api/reservations", body)).status).toBe(400);
    const unknown = { cartId: "c", variantId: ashwagandha, quantity: 2, colour: "red" };
    expect((await world.call.inventory.post("/api/reservations", unknown)).status).toBe(400);
  });
});

describe("Inventory: transfer", () => {
  const transfer = () =>
    world.call.inventory.post("/api/reservations/transfer", { fromCartId: "guest", toCartId: "user" });

  test("When carts are merged, even twice, then two reservations of one variant become one", async () => {
    const moved = await reserveId("guest", hairOil, 1);
    await reserveId("guest", ashwagandha, 2);
    const kept = await reserveId("user", ashwagandha, 3);
    const expected = {
      transferred: [
        { reservationId: kept, variantId: ashwagandha, quantity: 5 },
        { reservationId: moved, variantId: hairOil, quantity: 1 },
      ],
    };
    expect((await transfer()).body.data).toEqual(expected);
    expect((await transfer()).body.data).toEqual(expected);
    expect(await numbers(ashwagandha)).toMatchObject({ reserved: 5 });
    expect(await world.sandbox.control.inventory.activeReservations("guest")).toEqual([]);
  });
});

describe("Inventory: conversion", () => {
  const items = [
    { variantId: ashwagandha, quantity: 2 },
    { variantId: hairOil, quantity: 1 },
  ];

  async function reserveItems(cartId: string): Promise<void> {
    for (const { variantId, quantity } of items) await reserveId(cartId, variantId, quantity);
  }

  test("When an order is converted repeatedly, then its reservations are sold once", async () => {
    await reserveItems("cart-1");
    const first = await convert({ cartId: "cart-1", orderId: "order-1", items });
    expect(first.body.data).toEqual({ orderId: "order-1", converted: items });
    expect(await convert({ cartId: "cart-1", orderId: "order-1", items })).toEqual(first);
    expect(await numbers(ashwagandha)).toMatchObject({ available: 998, reserved: 0, sold: 2 });
  });

  test("When a reservation has expired, then its units are taken from free stock", async () => {
    await reserveItems("cart-1");
    await world.sandbox.control.inventory.lapse("cart-1");
    expect((await convert({ cartId: "cart-1", orderId: "order-1", items })).status).toBe(200);
    expect(await numbers(hairOil)).toMatchObject({ available: 999, reserved: 0, sold: 1 });
  });

  test("When one item is short, then 409 names it, nothing is taken, and a retry can succeed", async () => {
    await reserveItems("cart-1");
    const order = { cartId: "cart-1", orderId: "order-1" };
    const tooMuch = { ...order, items: [...items, { variantId: lowStock, quantity: 9 }] };
    const { status, body } = await convert(tooMuch);
    expect([status, body.error?.code]).toEqual([409, "INSUFFICIENT_STOCK"]);
    expect(body.data).toEqual({ items: [{ variantId: lowStock, requested: 9, available: 3 }] });
    expect(await numbers(ashwagandha)).toMatchObject({ available: 998, reserved: 2, sold: 0 });
    await world.sandbox.control.inventory.setStock(lowStock, 9);
    expect((await convert(tooMuch)).status).toBe(200);
  });

  test("When more was reserved than is bought, then the rest is available again", async () => {
    await reserveId("cart-1", ashwagandha, 5);
    const sold = [{ variantId: ashwagandha, quantity: 3 }];
    await convert({ cartId: "cart-1", orderId: "order-1", items: sold });
    expect(await numbers(ashwagandha)).toMatchObject({ available: 997, reserved: 0, sold: 3 });
  });

  test("When an order has no cart (manual order), then its units come from free stock", async () => {
    expect((await convert({ orderId: "manual-1", items })).status).toBe(200);
    expect(await numbers(ashwagandha)).toMatchObject({ available: 998, sold: 2 });
  });

  test("When a conversion is voided, then its stock returns once, and a later conversion is refused", async () => {
    await reserveItems("cart-1");
    await convert({ cartId: "cart-1", orderId: "order-1", items });
    const path = "/api/reservations/convert/order-1";
    expect((await world.call.inventory.delete(path)).body.data).toEqual({ returned: items });
    expect((await world.call.inventory.delete(path)).body.data).toEqual({ returned: items });
    expect(await numbers(ashwagandha)).toMatchObject({ available: 1_000, sold: 0 });
    const late = await convert({ cartId: "cart-1", orderId: "order-1", items });
    expect([late.status, late.body.error?.code]).toEqual([409, "ORDER_VOIDED"]);
  });

  test("When an order is voided before it was converted, then its conversion is refused", async () => {
    await reserveItems("cart-1");
    const { body } = await world.call.inventory.delete("/api/reservations/convert/order-1");
    expect(body.data).toEqual({ returned: [] });
    const late = await convert({ cartId: "cart-1", orderId: "order-1", items });
    expect([late.status, late.body.error?.code]).toEqual([409, "ORDER_VOIDED"]);
    expect(await numbers(ashwagandha)).toMatchObject({ reserved: 2, sold: 0 });
  });
});

describe("Inventory: returns", () => {
  const giveBack = (quantity: number, reference: string, orderId = "order-1") =>
    world.call.inventory.post("/api/admin/adjustments/return", {
      orderId,
      items: [{ variantId: ashwagandha, quantity, reason: "not_satisfied" }],
      reference,
    });

  beforeEach(async () => {
    await convert({ orderId: "order-1", items: [{ variantId: ashwagandha, quantity: 3 }] });
  });

  test("When units are returned, then they count once per reference", async () => {
    expect((await giveBack(2, "RET-1")).body.data).toEqual({ adjusted: 2 });
    expect((await giveBack(2, "RET-1")).body.data).toEqual({ adjusted: 2 });
    expect(await numbers(ashwagandha)).toMatchObject({ available: 999, sold: 3, returned: 2 });
  });

  test("When more units return than were sold, or the order is unknown, then the return is refused", async () => {
    await giveBack(2, "RET-1");
    const tooMany = await giveBack(2, "RET-2");
    expect([tooMany.status, tooMany.body.error?.code]).toEqual([409, "RETURN_EXCEEDS_SALE"]);
    expect((await giveBack(1, "RET-3", "order-9")).status).toBe(404);
  });

  test("When an order is voided after a partial return, then only the remaining units return", async () => {
    await giveBack(1, "RET-1");
    const { body } = await world.call.inventory.delete("/api/reservations/convert/order-1");
    expect(body.data).toEqual({ returned: [{ variantId: ashwagandha, quantity: 2 }] });
    expect(await numbers(ashwagandha)).toMatchObject({ available: 1_000, sold: 1, returned: 1 });
    expect((await giveBack(1, "RET-2")).body.error?.code).toBe("ORDER_VOIDED");
  });
});

describe("Inventory: administration", () => {
  test("When stock is low, then it is listed until it is restocked", async () => {
    const ids = async () => (await world.sandbox.control.inventory.lowStock()).map((row) => row.variantId);
    expect(await ids()).toContain(lowStock);
    const body = { variantId: lowStock, quantity: 100 };
    expect((await world.call.inventory.post("/api/admin/stock/restock", body)).body.data).toMatchObject({
      available: 103,
      initial: 103,
    });
    expect(await ids()).not.toContain(lowStock);
  });

  test("When the status of several variants is read, then each has its numbers", async () => {
    await reserveId("cart-1", ashwagandha, 2);
    const { body } = await world.call.inventory.post("/api/admin/stock/status", {
      variantIds: [ashwagandha, outOfStock],
    });
    expect(body.data).toMatchObject({
      variants: [
        { variantId: ashwagandha, physical: 1_000, available: 998, reserved: 2 },
        { variantId: outOfStock, available: 0, isLow: true },
      ],
    });
  });

  test("When reservations end in different ways, then the statistics count each outcome", async () => {
    await reserveId("bought", ashwagandha, 1);
    await convert({ cartId: "bought", orderId: "order-1", items: [{ variantId: ashwagandha, quantity: 1 }] });
    await reserveId("left", ashwagandha, 1);
    await world.call.inventory.delete("/api/reservations/cart/left");
    await reserveId("forgotten", ashwagandha, 1);
    await world.sandbox.control.inventory.lapse("forgotten");
    await reserveId("open", ashwagandha, 1);
    await reserve("greedy", outOfStock, 1);
    const { body } = await world.call.inventory.get("/api/admin/stock/statistics");
    expect(body.data).toEqual({
      reserved: 4,
      converted: 1,
      released: 1,
      expired: 1,
      active: 1,
      refused: 1,
      conversionRate: 1 / 3,
    });
  });
});
