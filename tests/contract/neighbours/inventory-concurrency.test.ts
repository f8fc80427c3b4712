import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { countStatus, inParallel, useNeighbours } from "./harness.js";

const world = useNeighbours();
const { ashwagandha, hairOil, lastUnit, lowStock } = SEED.variants;

const reserve = (cartId: string, variantId: string, quantity: number) =>
  world.call.inventory.post("/api/reservations", { cartId, variantId, quantity });
const convert = (body: object) => world.call.inventory.post("/api/reservations/convert", body);
const numbers = (variantId: string) => world.sandbox.control.inventory.numbers(variantId);

afterEach(async () => {
  expect(await world.sandbox.control.inventory.imbalances()).toEqual([]);
});

describe("Inventory under concurrency", () => {
  test("When 50 carts request the last unit, then one gets it and 49 get 409", async () => {
    const replies = await inParallel(50, (index) => reserve(`cart-${index}`, lastUnit, 1));
    expect([countStatus(replies, 201), countStatus(replies, 409)]).toEqual([1, 49]);
    expect(await numbers(lastUnit)).toMatchObject({ available: 0, reserved: 1 });
    expect(await world.sandbox.control.inventory.ledger({ type: "refused" })).toHaveLength(49);
  });

  test("When 50 manual orders request the last three units, then three succeed", async () => {
    const items = [{ variantId: lowStock, quantity: 1 }];
    const replies = await inParallel(50, (index) => convert({ orderId: `order-${index}`, items }));
    expect([countStatus(replies, 200), countStatus(replies, 409)]).toEqual([3, 47]);
    expect(await numbers(lowStock)).toMatchObject({ available: 0, sold: 3 });
  });

  test("When orders request the last units of two variants in either sequence, then one order gets both", async () => {
    await world.sandbox.control.inventory.setStock(hairOil, 1);
    const wanted = [lastUnit, hairOil].map((variantId) => ({ variantId, quantity: 1 }));
    const replies = await inParallel(20, (index) =>
      convert({ orderId: `order-${index}`, items: index % 2 === 0 ? wanted : [...wanted].reverse() }),
    );
    expect(countStatus(replies, 200)).toBe(1);
    expect(await numbers(lastUnit)).toMatchObject({ available: 0, sold: 1 });
    expect(await numbers(hairOil)).toMatchObject({ available: 0, sold: 1 });
  });

  test("When one order is converted ten times at once, then its units are sold once", async () => {
    await reserve("cart-1", ashwagandha, 2);
    const items = [{ variantId: ashwagandha, quantity: 2 }];
    const replies = await inParallel(10, () => convert({ cartId: "cart-1", orderId: "order-1", items }));
    expect(countStatus(replies, 200)).toBe(10);
    expect(await numbers(ashwagandha)).toMatchObject({ available: 998, reserved: 0, sold: 2 });
  });

  test("When two orders convert the same cart at once, then its reservation is used once", async () => {
    await world.sandbox.control.inventory.setStock(ashwagandha, 2);
    await reserve("cart-1", ashwagandha, 2);
    const items = [{ variantId: ashwagandha, quantity: 2 }];
    const replies = await inParallel(2, (index) =>
      convert({ cartId: "cart-1", orderId: `order-${index}`, items }),
    );
    expect([countStatus(replies, 200), countStatus(replies, 409)]).toEqual([1, 1]);
    expect(await numbers(ashwagandha)).toMatchObject({ available: 0, reserved: 0, sold: 2 });
  });

  test("When an order is converted and voided at once, then nothing remains sold", async () => {
    await reserve("cart-1", ashwagandha, 2);
    const items = [{ variantId: ashwagandha, quantity: 2 }];
    const [converted, voided] = await Promise.all([
      convert({ cartId: "cart-1", orderId: "order-1", items }),
      world.call.inventory.delete("/api/reservations/convert/order-1"),
    ]);
    expect(voided.status).toBe(200);
    expect([200, 409]).toContain(converted.status);
    expect(await numbers(ashwagandha)).toMatchObject({ sold: 0 });
  });

  test("When a transfer is sent twice at once, then the units move once and both answers are equal", async () => {
    await reserve("guest", ashwagandha, 2);
    await reserve("user", ashwagandha, 3);
    const carts = { fromCartId: "guest", toCartId: "user" };
    const replies = await inParallel(2, () => world.call.inventory.post("/api/reservations/transfer", carts));
    expect(replies[0]?.body.data).toEqual(replies[1]?.body.data);
    expect(await world.sandbox.control.inventory.activeReservations("user")).toMatchObject([{ quantity: 5 }]);
    expect(await numbers(ashwagandha)).toMatchObject({ reserved: 5 });
  });

  test("When a reservation is changed concurrently, then the numbers still add up", async () => {
    const { body } = await reserve("cart-1", ashwagandha, 1);
    const path = `/api/reservations/${String(body.data.reservationId)}`;
    const replies = await inParallel(20, (index) =>
      world.call.inventory.put(path, { quantity: (index % 7) + 1 }),
    );
    expect(countStatus(replies, 200)).toBe(20);
    const [live] = await world.sandbox.control.inventory.activeReservations("cart-1");
    expect(await numbers(ashwagandha)).toMatchObject({ reserved: live?.quantity });
  });

  test("When release, expiry and conversion happen at once, then each reservation ends exactly once", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      ids.push(String((await reserve(`cart-${index}`, ashwagandha, 1)).body.data.reservationId));
    }
    const items = [{ variantId: ashwagandha, quantity: 1 }];
    await Promise.all([
      ...ids.map((id) => world.call.inventory.delete(`/api/reservations/${id}`)),
      world.sandbox.control.inventory.lapse(),
      ...ids.map((_, index) => convert({ cartId: `cart-${index}`, orderId: `order-${index}`, items })),
    ]);
    expect(await numbers(ashwagandha)).toMatchObject({ available: 990, reserved: 0, sold: 10 });
    expect(await world.sandbox.control.inventory.activeReservations()).toEqual([]);
  });

  test("When one key reserves ten times at once, then there is one reservation", async () => {
    const body = { cartId: "cart-1", variantId: ashwagandha, quantity: 1 };
    const replies = await inParallel(10, () => world.call.inventory.post("/api/reservations", body, "key"));
    expect(new Set(replies.map((reply) => reply.body.data.reservationId)).size).toBe(1);
    expect(await numbers(ashwagandha)).toMatchObject({ reserved: 1 });
  });
});
