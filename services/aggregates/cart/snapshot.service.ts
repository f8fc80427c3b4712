import type { CartItemDoc, ItemSnapshot } from "../../../models/index.js";
import { NotFoundError } from "../../../utils/errors.js";
import { isRefused, unwrap } from "../../../utils/result.js";
import {
  type CatalogProduct,
  type CatalogVariant,
  getProduct,
  getProducts,
} from "../../integrations/catalog-integration.service.js";
import { findHsnRate, getSettings } from "../../platform/settings.service.js";

type LineSnapshot = Omit<ItemSnapshot, "bundleId"> &
  Pick<CartItemDoc, "unitPrice" | "unitMrp" | "maxPerOrder">;

/** A variant that can be bought now, with the product that it belongs to. */
export interface SellableVariant {
  product: CatalogProduct;
  variant: CatalogVariant;
}

const productNotFound = () => new NotFoundError("PRODUCT_NOT_FOUND", "This product is not on sale");

/** @returns null when the product or the variant is missing or no longer sold */
export function findSellable(product: CatalogProduct | undefined, variantId: string): SellableVariant | null {
  const variant = product?.variants.find(({ id }) => id === variantId);
  if (!product || !variant) return null;
  return product.status === "active" && variant.status === "active" ? { product, variant } : null;
}

/**
 * Reads the product, not the variant alone: only the product says whether it is still sold and returnable.
 * @throws NotFoundError PRODUCT_NOT_FOUND when it is not on sale; the typed upstream errors
 */
export async function getSellable(productId: string, variantId: string): Promise<SellableVariant> {
  const result = await getProduct(productId);
  if (isRefused(result)) throw productNotFound();
  const sellable = findSellable(unwrap(result), variantId);
  if (!sellable) throw productNotFound();
  return sellable;
}

/**
 * As `getSellable`, for several variants, in one call that bypasses the cache.
 * @returns each of what was wanted, with its product and variant
 */
export async function getSellables<Wanted extends { productId: string; variantId: string }>(
  wanted: readonly Wanted[],
): Promise<(Wanted & SellableVariant)[]> {
  const productIds = wanted.map(({ productId }) => productId);
  const products = unwrap(await getProducts(productIds, { fresh: true }));
  return wanted.map((one) => {
    const sellable = findSellable(products.get(one.productId), one.variantId);
    if (!sellable) throw productNotFound();
    return { ...one, ...sellable };
  });
}

/** What a line stores of the catalog: description, price, and the rate of tax. */
export async function createLineSnapshot({ product, variant }: SellableVariant): Promise<LineSnapshot> {
  return {
    productId: product.id,
    variantId: variant.id,
    sku: variant.sku,
    name: lineName(product.name, variant.name),
    imageUrl: variant.imageUrl ?? product.images[0] ?? null,
    attributes: { ...variant.attributes },
    hsnCode: variant.hsnCode,
    gstRateBps: variant.gstRateBps ?? findHsnRate(await getSettings("tax"), variant.hsnCode),
    weightGrams: Math.ceil(variant.weightGrams),
    categoryId: variant.categoryId,
    sellerId: variant.sellerId,
    isReturnable: product.isReturnable,
    unitPrice: variant.salePrice,
    unitMrp: variant.mrp,
    maxPerOrder: variant.maxPerOrder,
  };
}

/** "Amla Shampoo" and "200 ml" → "Amla Shampoo, 200 ml"; a variant's name may include the product's already. */
function lineName(product: string, variant: string): string {
  if (variant === "" || variant === product) return product;
  return variant.startsWith(product) ? variant : `${product}, ${variant}`;
}
