import type { RequestListener } from "node:http";
import Joi from "joi";
import { type ProductStatus, type SeedProduct, type SeedVariant, seedProducts } from "../seed/products.js";
import { Refusal } from "../shared/http.js";
import {
  createStandIn,
  get,
  ok,
  pathParam,
  post,
  type Route,
  type SandboxContext,
} from "../shared/stand-in.js";
import { checkBody, checkQuery } from "../shared/values.js";

export interface CatalogControl {
  product(productId: string): SeedProduct;
  variant(variantId: string): SeedVariant;
  products(): SeedProduct[];
  /** In rupees. Raises the MRP if it would fall below the price. */
  setPrice(variantId: string, salePrice: number, mrp?: number): SeedVariant;
  /** Sets the status of the product and all its variants. */
  setProductStatus(productId: string, status: ProductStatus): SeedProduct;
  setVariantStatus(variantId: string, status: ProductStatus): SeedVariant;
  /** Other fields: `gstRate`, `maxPerOrder`, `weightGrams`, … */
  changeVariant(variantId: string, changes: Partial<Omit<SeedVariant, "id" | "productId">>): SeedVariant;
  reset(): void;
}

export interface Catalog {
  app: RequestListener;
  control: CatalogControl;
}

interface Shelf {
  products: Map<string, SeedProduct>;
  variants: Map<string, SeedVariant>;
}

const DEFAULT_RELATED = 4;
const BATCH = Joi.object<{ productIds: string[] }>({
  productIds: Joi.array().items(Joi.string()).max(200).required(),
}).required();
const RELATED = Joi.object<{ type: string; limit: number }>({
  type: Joi.string().valid("cross_sell", "up_sell").default("cross_sell"),
  limit: Joi.number().integer().min(1).max(50).default(DEFAULT_RELATED),
});

function seedShelf(): Shelf {
  const products = seedProducts();
  return {
    products: new Map(products.map((product) => [product.id, product])),
    variants: new Map(
      products.flatMap((product) => product.variants.map((variant) => [variant.id, variant])),
    ),
  };
}

function getProduct(shelf: Shelf, productId: string): SeedProduct {
  const product = shelf.products.get(productId);
  if (!product) throw new Refusal(404, "PRODUCT_NOT_FOUND", `There is no product ${productId}`);
  return product;
}

function getVariantDetails(shelf: Shelf, variantId: string): SeedVariant {
  const variant = shelf.variants.get(variantId);
  if (!variant) throw new Refusal(404, "VARIANT_NOT_FOUND", `There is no variant ${variantId}`);
  return variant;
}

/** Active products, those of the same category first. */
function findRelated(shelf: Shelf, productId: string, limit: number): SeedProduct[] {
  const { categoryId } = getProduct(shelf, productId);
  const rank = (product: SeedProduct): number => (product.categoryId === categoryId ? 0 : 1);
  return [...shelf.products.values()]
    .filter(({ id, status }) => id !== productId && status === "active")
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, limit);
}

const catalogRoutes = (shelf: () => Shelf): Route[] => [
  post("/api/products/batch", (call) => {
    const { productIds } = checkBody(BATCH, call.body);
    const found = productIds.map((id) => shelf().products.get(id)).filter((product) => product !== undefined);
    return ok({ products: found });
  }),
  get("/api/products/:productId", (call) => ok(getProduct(shelf(), pathParam(call, "productId")))),
  get("/api/products/:productId/related", (call) => {
    const { limit } = checkQuery(RELATED, call.query);
    return ok({ products: findRelated(shelf(), pathParam(call, "productId"), limit) });
  }),
  get("/api/products/:productId/variants/:variantId", (call) => {
    const product = getProduct(shelf(), pathParam(call, "productId"));
    const variant = getVariantDetails(shelf(), pathParam(call, "variantId"));
    if (variant.productId !== product.id) {
      throw new Refusal(404, "VARIANT_NOT_FOUND", `${variant.id} is not a variant of ${product.id}`);
    }
    return ok(variant);
  }),
];

function createCatalogControl(shelf: () => Shelf, reset: () => void): CatalogControl {
  const changeVariant: CatalogControl["changeVariant"] = (variantId, changes) =>
    Object.assign(getVariantDetails(shelf(), variantId), changes);
  return {
    product: (productId) => getProduct(shelf(), productId),
    variant: (variantId) => getVariantDetails(shelf(), variantId),
    products: () => [...shelf().products.values()],
    setPrice: (variantId, salePrice, mrp) => {
      const { mrp: before } = getVariantDetails(shelf(), variantId);
      return changeVariant(variantId, { salePrice, mrp: mrp ?? Math.max(before, salePrice) });
    },
    setProductStatus: (productId, status) => {
      const product = Object.assign(getProduct(shelf(), productId), { status });
      for (const variant of product.variants) variant.status = status;
      return product;
    },
    setVariantStatus: (variantId, status) => changeVariant(variantId, { status }),
    changeVariant,
    reset,
  };
}

/** Products, variants and prices, in memory. */
export function createCatalog(context: SandboxContext): Catalog {
  let shelf = seedShelf();
  const current = (): Shelf => shelf;
  const { app } = createStandIn("catalog", context, catalogRoutes(current));
  const control = createCatalogControl(current, () => {
    shelf = seedShelf();
  });
  return { app, control };
}
