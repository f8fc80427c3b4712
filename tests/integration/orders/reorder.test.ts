import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused, useShop } from "../checkout/shop-world.js";

const { variants } = SEED;
const shop = useShop();
const control = () => shop().sandbox.control;

describe("Ordering the same again", () => {
  test("When everything is available, then it is in the caller's cart, and a repeat of the request adds nothing", async () => {
    const buyer = shop().guest();
    const { orderNumber } = await buyer.buy({ items: [[variants.hairOil, 2]] });
    const key = randomUUID();
    const path = `/api/orders/${orderNumber}/reorder`;
    const { cart, skipped } = done(await buyer.post(path, {}, key));
    expect(skipped).toEqual([]);
    expect(cart.items).toMatchObject([{ variantId: variants.hairOil, quantity: 2 }]);
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await buyer.post(path, {}, key)).cart.items).toMatchObject([{ quantity: 2 }]);
    expect(done(await buyer.post(path)).cart.items).toMatchObject([{ quantity: 4 }]);
  });

  test("When a part is gone, then the rest is added, and the list says what is missing and why", async () => {
    const buyer = shop().guest();
    const items = [
      [variants.hairOil, 3],
      [variants.kajal, 1],
      [variants.ashwagandha, 2],
    ] as const;
    const { orderNumber } = await buyer.buy({ items });
    control().catalog.setVariantStatus(variants.kajal, "inactive");
    const { forgetAll } = await import("../../../utils/caches.js");
    forgetAll();
    const { available } = await control().inventory.numbers(variants.hairOil);
    await control().inventory.setStock(variants.hairOil, 1);
    try {
      const { cart, skipped } = done(await buyer.post(`/api/orders/${orderNumber}/reorder`));
      const inCart = cart.items.map(({ variantId, quantity }: Record<string, unknown>) => [
        variantId,
        quantity,
      ]);
      expect(inCart).toEqual([
        [variants.hairOil, 1],
        [variants.ashwagandha, 2],
      ]);
      expect(skipped).toMatchObject([
        { variantId: variants.hairOil, quantity: 2, reason: "OUT_OF_STOCK", name: expect.any(String) },
        { variantId: variants.kajal, quantity: 1, reason: "PRODUCT_NOT_FOUND" },
      ]);
    } finally {
      await control().inventory.setStock(variants.hairOil, available);
    }
  });

  test("When the cart has too many of it already, then what fits is added, and the cart keeps its own", async () => {
    const buyer = shop().guest();
    const { orderNumber } = await buyer.buy({ items: [[variants.hairOil, 6]] });
    done(await buyer.add(variants.hairOil, 7));
    const { cart, skipped } = done(await buyer.post(`/api/orders/${orderNumber}/reorder`));
    const bought = cart.items.filter(({ isFreeGift }: { isFreeGift: boolean }) => !isFreeGift);
    expect(bought).toMatchObject([{ quantity: 10 }]);
    expect(skipped).toMatchObject([{ quantity: 3, reason: "CART_LIMIT" }]);
    const full = done(await buyer.post(`/api/orders/${orderNumber}/reorder`));
    expect([full.cart.items[0].quantity, full.skipped[0].quantity]).toEqual([10, 6]);
  });

  test("When the order is another's, or the catalog is down, then nothing is added", async () => {
    const buyer = shop().guest();
    const { orderNumber } = await buyer.buy();
    const path = `/api/orders/${orderNumber}/reorder`;
    const stranger = shop().guest();
    done(await stranger.add(variants.kajal));
    refused(await stranger.post(path), 404, "ORDER_NOT_FOUND");
    const { forgetAll } = await import("../../../utils/caches.js");
    forgetAll();
    control().faults.add({ service: "catalog", action: "status", status: 503 });
    refused(await buyer.post(path), 503, "UPSTREAM_UNAVAILABLE");
    await shop().recover();
    expect(done(await buyer.get("/api/cart")).items).toEqual([]);
  });
});
