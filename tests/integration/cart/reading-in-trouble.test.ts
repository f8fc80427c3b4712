import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { type CartWorld, startCartWorld } from "./cart-world.js";

/** A cart can be read while other services are down: it shows what is known, and notices say what is not. */

const { variants } = SEED;
let world: CartWorld;
let guest: { sessionId: string };

beforeAll(async () => {
  world = await startCartWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = { sessionId: newGuestId() };
  await world.add(guest, variants.serum, 2);
  const body = { couponCode: SEED.coupons.WELCOME10 };
  await world.call("post", "/api/cart/coupons", { as: guest, body });
});

const readCart = async () => (await world.call("get", "/api/cart", { as: guest })).body.data;
const away = (service: "catalog" | "inventory" | "pricing") =>
  world.sandbox.control.faults.add({ service, action: "status", status: 503 });
const unavailable = (service: string) => ({
  code: "UPSTREAM_UNAVAILABLE",
  message: expect.any(String),
  details: { service },
});
type Line = { availability: unknown };

/** A cart without the parts that stock and catalog contribute to a read. */
const knownOf = ({ notices: _notices, items, freeGifts, ...cart }: Record<string, unknown>) => ({
  ...cart,
  items: [items, freeGifts].flat().map((line) => ({ ...Object(line), availability: null })),
});

describe("When a service is down, then the cart shows what was last known, and a notice says what could not be checked", () => {
  it.each([
    ["inventory", [unavailable("inventory")]],
    ["catalog", [unavailable("catalog")]],
    // Discounts are those of the last change: a read does not call pricing.
    ["pricing", []],
  ] as const)("%s", async (service, told) => {
    const before = await readCart();
    expect(before.notices).toEqual([]);
    const { clearCatalogCache } = await import(
      "../../../services/integrations/catalog-integration.service.js"
    );
    clearCatalogCache();
    away(service);
    const cart = await readCart();
    expect(cart.notices).toEqual(told);
    expect(knownOf(cart)).toEqual(knownOf(before));
    for (const { availability } of cart.items as Line[])
      expect(availability === null).toBe(service === "inventory");
    await world.recover();
    expect((await readCart()).notices).toEqual([]);
  });

  it("all of them, and then a line whose price has risen", async () => {
    for (const service of ["catalog", "inventory", "pricing"] as const) away(service);
    const cart = await readCart();
    expect(cart.notices).toEqual([unavailable("catalog"), unavailable("inventory")]);
    expect(cart.totals.grandTotal).toBeGreaterThan(0);
    await world.recover();
    world.sandbox.control.catalog.setPrice(variants.serum, 950);
    expect((await readCart()).notices).toMatchObject([{ code: "PRICE_CHANGED" }]);
  });
});
