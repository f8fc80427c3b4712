import Joi from "joi";
import { config } from "../../config/env.config.js";
import type { Paise } from "../../utils/money.js";
import type { Failure, Result } from "../../utils/result.js";
import { mapResult, success } from "../../utils/result.js";
import { createCachedLookup } from "./cached-lookup.js";
import {
  flag,
  id,
  listOf,
  notFound,
  optionalText,
  percentAsBps,
  quantity,
  rupees,
  text,
} from "./contract.js";
import { apiPath, createHttpClient } from "./http-client.service.js";

/**
 * The catalog. Answers are kept for `CATALOG_CACHE_SECONDS` and shared, hence frozen; `{ fresh: true }` asks again
 * (prices at the start of a checkout). An unknown product is refused with `PRODUCT_NOT_FOUND`; an impossible price,
 * rate or currency is a `BAD_RESPONSE`.
 */

const catalogClient = createHttpClient({ name: "catalog", baseUrl: config.upstreams.catalog });

export type CatalogStatus = "active" | "inactive";

export interface CatalogVariant {
  id: string;
  productId: string;
  productName: string;
  name: string;
  sku: string;
  attributes: Record<string, string>;
  salePrice: Paise;
  mrp: Paise;
  currency: "INR";
  imageUrl: string | null;
  hsnCode: string | null;
  /** Basis points (18 % = 1800); null: the settings' HSN table decides. */
  gstRateBps: number | null;
  weightGrams: number;
  categoryId: string | null;
  sellerId: string | null;
  status: CatalogStatus;
  maxPerOrder: number | null;
}

export interface CatalogProduct {
  id: string;
  name: string;
  slug: string;
  status: CatalogStatus;
  images: string[];
  categoryId: string | null;
  hsnCode: string | null;
  gstRateBps: number | null;
  sellerId: string | null;
  isReturnable: boolean;
  variants: CatalogVariant[];
}

const status = Joi.string().valid("active", "inactive");
const attributeValue = Joi.alternatives(
  Joi.string().allow("").max(500),
  Joi.number().custom(String),
  Joi.boolean().custom(String),
);
const taxFields = {
  hsnCode: optionalText,
  gstRateBps: percentAsBps.optional().empty(null).default(null),
  categoryId: optionalText,
  sellerId: optionalText,
};

const variantSchema = Joi.object<CatalogVariant>({
  id,
  productId: id,
  productName: text,
  name: text,
  sku: text,
  attributes: Joi.object().pattern(Joi.string().max(100), attributeValue).optional().empty(null).default({}),
  salePrice: rupees,
  mrp: rupees,
  currency: Joi.string().valid("INR"),
  imageUrl: optionalText,
  ...taxFields,
  weightGrams: Joi.number().min(0).max(1_000_000),
  status,
  maxPerOrder: quantity.optional().empty(null).default(null),
}).rename("gstRate", "gstRateBps", { ignoreUndefined: true });

/** Within its product a variant need not repeat what the product says. */
type NestedVariant = Omit<CatalogVariant, "productId" | "productName">;
const productSchema = Joi.object<Omit<CatalogProduct, "variants"> & { variants: NestedVariant[] }>({
  id,
  name: text,
  slug: text,
  status,
  images: listOf(text),
  ...taxFields,
  isReturnable: flag,
  variants: listOf(variantSchema.fork(["productId", "productName"], () => Joi.any().strip().optional())),
}).rename("gstRate", "gstRateBps", { ignoreUndefined: true });

type AnsweredProduct = Omit<CatalogProduct, "variants"> & { variants: NestedVariant[] };

function completeProduct(product: AnsweredProduct): CatalogProduct {
  const variants = product.variants.map((variant) => ({
    ...variant,
    productId: product.id,
    productName: product.name,
    hsnCode: variant.hsnCode ?? product.hsnCode,
    gstRateBps: variant.gstRateBps ?? product.gstRateBps,
    categoryId: variant.categoryId ?? product.categoryId,
    sellerId: variant.sellerId ?? product.sellerId,
  }));
  return { ...product, variants };
}

const productListSchema = Joi.object<{ products: AnsweredProduct[] }>({ products: listOf(productSchema) });

const PRODUCT_REFUSALS = [notFound("PRODUCT_NOT_FOUND")];

async function loadProduct(productId: string): Promise<Result<CatalogProduct>> {
  const result = await catalogClient.get({
    path: apiPath`/api/products/${productId}`,
    refusals: PRODUCT_REFUSALS,
    schema: productSchema,
  });
  return mapResult(result, completeProduct);
}

async function loadVariant(key: string): Promise<Result<CatalogVariant>> {
  const { productId, variantId } = splitVariantKey(key);
  return catalogClient.get({
    path: apiPath`/api/products/${productId}/variants/${variantId}`,
    refusals: PRODUCT_REFUSALS,
    schema: variantSchema,
  });
}

/** An id in a URL cannot contain NUL, so NUL separates two ids safely. */
const variantKey = (productId: string, variantId: string) => `${productId}\0${variantId}`;

function splitVariantKey(key: string): { productId: string; variantId: string } {
  const [productId = "", variantId = ""] = key.split("\0");
  return { productId, variantId };
}

const ttlSeconds = config.catalogCacheSeconds;
const products = createCachedLookup({ ttlSeconds, maxEntries: 5_000, load: loadProduct });
const variants = createCachedLookup({ ttlSeconds, maxEntries: 20_000, load: loadVariant });
const relatedProducts = createCachedLookup({ ttlSeconds, maxEntries: 2_000, load: loadRelated });

export interface ReadOptions {
  /** Ask the catalog even if a recent answer is kept. */
  fresh?: boolean;
}

/** @returns refused `PRODUCT_NOT_FOUND` when there is none */
export function getProduct(productId: string, options: ReadOptions = {}): Promise<Result<CatalogProduct>> {
  return products.get(productId, options);
}

/** @returns refused `PRODUCT_NOT_FOUND` when there is no such variant of that product */
export function getVariantDetails(
  ids: { productId: string; variantId: string },
  options: ReadOptions = {},
): Promise<Result<CatalogVariant>> {
  return variants.get(variantKey(ids.productId, ids.variantId), options);
}

const MAX_RELATED = 20;

async function loadRelated(productId: string): Promise<Result<CatalogProduct[]>> {
  const result = await catalogClient.get({
    path: apiPath`/api/products/${productId}/related`,
    refusals: PRODUCT_REFUSALS,
    query: { type: "cross_sell", limit: MAX_RELATED },
    schema: productListSchema,
  });
  return mapResult(result, (list) => list.products.map(completeProduct));
}

/** Products that go with this one; at most twenty. */
export async function getRelatedProducts(
  productId: string,
  limit = MAX_RELATED,
): Promise<Result<readonly CatalogProduct[]>> {
  const result = await relatedProducts.get(productId);
  return mapResult(result, (list) => list.slice(0, limit));
}

/** A cart has at most 50 lines, which one request covers. */
const BATCH_SIZE = 50;

async function loadBatch(productIds: readonly string[]): Promise<Result<CatalogProduct[]>> {
  const result = await catalogClient.ask({
    path: apiPath`/api/products/batch`,
    body: { productIds },
    schema: productListSchema,
  });
  return mapResult(result, (list) => list.products.map(completeProduct));
}

/** Several products by id, in one call; those that do not exist are missing from the map. */
export async function getProducts(
  productIds: readonly string[],
  { fresh = false }: ReadOptions = {},
): Promise<Result<Map<string, CatalogProduct>>> {
  const found = new Map<string, CatalogProduct>();
  const missing: string[] = [];
  for (const productId of new Set(productIds)) {
    const kept = fresh ? undefined : products.peek(productId);
    if (kept) found.set(productId, kept);
    else missing.push(productId);
  }
  const failure = await fetchMissing(missing, found);
  return failure ?? success(found);
}

async function fetchMissing(
  productIds: readonly string[],
  found: Map<string, CatalogProduct>,
): Promise<Failure | null> {
  for (let start = 0; start < productIds.length; start += BATCH_SIZE) {
    const batch = await loadBatch(productIds.slice(start, start + BATCH_SIZE));
    if (!batch.success) return batch;
    for (const product of batch.data) {
      products.keep(product.id, product);
      found.set(product.id, product);
    }
  }
  return null;
}

/** Drops every kept answer, for tests. */
export function clearCatalogCache(): void {
  products.clear();
  variants.clear();
  relatedProducts.clear();
}
