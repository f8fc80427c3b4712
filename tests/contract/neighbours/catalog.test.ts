import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { PRODUCT_ROWS } from "../../../scripts/sandbox/seed/product-rows.js";
import { useNeighbours } from "./harness.js";

const world = useNeighbours();
const { products, variants } = SEED;

const variantPath = `/api/products/${products.serum}/variants/${variants.serum}`;

describe("Catalog", () => {
  test("When a variant is read, then it has all fields of the contract", async () => {
    const { status, body } = await world.call.catalog.get(variantPath);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id: variants.serum,
      productId: products.serum,
      productName: "Kumkumadi Face Serum",
      name: "Kumkumadi Face Serum 15ml",
      sku: "KUM-SER-15ML",
      attributes: { size: "15ml" },
      salePrice: 899,
      mrp: 1099,
      currency: "INR",
      imageUrl: expect.stringMatching(/^https:/),
      hsnCode: "33049910",
      gstRate: 18,
      weightGrams: 60,
      categoryId: "cat-skin",
      status: "active",
      maxPerOrder: 2,
    });
  });

  test("When a product is read, then it includes its variants", async () => {
    const { body } = await world.call.catalog.get(`/api/products/${products.kajal}`);
    expect(body.data).toMatchObject({
      id: products.kajal,
      gstRate: 0,
      isReturnable: false,
      status: "active",
    });
    expect(body.data.variants).toMatchObject([{ id: variants.kajal }]);
  });

  test("When a product or variant does not exist, or belongs to another product, then the answer is 404", async () => {
    expect((await world.call.catalog.get("/api/products/prod-none")).body.error?.code).toBe(
      "PRODUCT_NOT_FOUND",
    );
    const foreign = `/api/products/${products.kajal}/variants/${variants.serum}`;
    expect((await world.call.catalog.get(foreign)).body.error?.code).toBe("VARIANT_NOT_FOUND");
  });

  test("When related products are read, then they are active, limited in number, and exclude the product itself", async () => {
    const path = `/api/products/${products.hairOil}/related?type=cross_sell&limit=3`;
    const { body } = await world.call.catalog.get(path);
    const related = body.data.products;
    expect(related).toHaveLength(3);
    expect(related).toMatchObject([{ categoryId: "cat-hair" }, { status: "active" }, { status: "active" }]);
    expect(JSON.stringify(related)).not.toContain(`"id":"${products.hairOil}"`);
  });

  test("When a batch is read, then existing products are returned in the requested order", async () => {
    const productIds = [products.kajal, "prod-none", products.serum];
    const { body } = await world.call.catalog.post("/api/products/batch", { productIds });
    expect(body.data.products).toMatchObject([{ id: products.kajal }, { id: products.serum }]);
  });

  test("When price and status change, then the next answer has them, and a reset restores the seed", async () => {
    world.sandbox.control.catalog.setPrice(variants.serum, 1_200);
    world.sandbox.control.catalog.setProductStatus(products.serum, "inactive");
    const { body } = await world.call.catalog.get(variantPath);
    expect(body.data).toMatchObject({ salePrice: 1_200, mrp: 1_200, status: "inactive" });
    await world.sandbox.control.sandbox.reset();
    expect((await world.call.catalog.get(variantPath)).body.data).toMatchObject({ salePrice: 899 });
  });

  test("When the seed is read, then rates, sellers, stock and names are consistent", async () => {
    const all = world.sandbox.control.catalog.products();
    expect(all.length).toBeGreaterThanOrEqual(40);
    expect(new Set(all.map((product) => product.gstRate))).toEqual(new Set([0, 5, 18]));
    expect(all.filter((product) => product.status === "inactive").map(({ id }) => id)).toEqual([
      products.inactive,
    ]);
    expect(new Set(all.map((product) => product.sellerId))).toEqual(
      new Set([undefined, SEED.sellers.botanics, SEED.sellers.organics]),
    );
    expect(PRODUCT_ROWS.every((row) => /^\d{8}$/.test(row.hsnCode))).toBe(true);
    const sold = all.flatMap((product) => product.variants);
    expect(sold.every((variant) => variant.mrp >= variant.salePrice)).toBe(true);
    expect(new Set(sold.map((variant) => variant.sku)).size).toBe(sold.length);
    const stocked = await world.sandbox.control.inventory.allNumbers();
    expect(stocked.map((row) => row.variantId).sort()).toEqual(sold.map((variant) => variant.id).sort());
    for (const name of Object.values(variants))
      expect(world.sandbox.control.catalog.variant(name).id).toBe(name);
  });
});
