import type { ProductRow, VariantRow } from "./product-rows.js";
import { PRODUCT_ROWS } from "./product-rows.js";

export type ProductStatus = "active" | "inactive";

export interface SeedVariant {
  id: string;
  productId: string;
  productName: string;
  name: string;
  sku: string;
  attributes: Record<string, string>;
  /** Rupees. */
  salePrice: number;
  mrp: number;
  currency: "INR";
  imageUrl: string;
  hsnCode: string;
  gstRate: number;
  weightGrams: number;
  categoryId: string;
  sellerId?: string;
  status: ProductStatus;
  maxPerOrder?: number;
}

export interface SeedProduct {
  id: string;
  name: string;
  slug: string;
  status: ProductStatus;
  images: string[];
  categoryId: string;
  hsnCode: string;
  gstRate: number;
  sellerId?: string;
  isReturnable: boolean;
  variants: SeedVariant[];
}

const IMAGES = "https://images.example.in/products";

/** `ashwagandha-churna`, `100g` → `ASH-CHU-100G` */
const toSku = (slug: string, size: string): string =>
  [...slug.split("-").map((word) => word.slice(0, 3)), size].join("-").toUpperCase();

function toVariant(row: ProductRow, [size, salePrice, mrp, weightGrams]: VariantRow): SeedVariant {
  const readableSize = size.replaceAll("-", " ");
  return {
    id: `var-${row.slug}-${size}`,
    productId: `prod-${row.slug}`,
    productName: row.name,
    name: `${row.name} ${readableSize}`,
    sku: toSku(row.slug, size),
    attributes: { size: readableSize },
    salePrice,
    mrp,
    currency: "INR",
    imageUrl: `${IMAGES}/${row.slug}-${size}.jpg`,
    hsnCode: row.hsnCode,
    gstRate: row.gstRate,
    weightGrams,
    categoryId: row.category,
    status: row.status ?? "active",
    ...(row.sellerId === undefined ? {} : { sellerId: row.sellerId }),
    ...(row.maxPerOrder === undefined ? {} : { maxPerOrder: row.maxPerOrder }),
  };
}

function toProduct(row: ProductRow): SeedProduct {
  return {
    id: `prod-${row.slug}`,
    name: row.name,
    slug: row.slug,
    status: row.status ?? "active",
    images: [`${IMAGES}/${row.slug}.jpg`, `${IMAGES}/${row.slug}-back.jpg`],
    categoryId: row.category,
    hsnCode: row.hsnCode,
    gstRate: row.gstRate,
    isReturnable: row.isReturnable ?? true,
    variants: row.variants.map((variant) => toVariant(row, variant)),
    ...(row.sellerId === undefined ? {} : { sellerId: row.sellerId }),
  };
}

/** A fresh copy each time: the catalog's controls change prices in place. */
export const seedProducts = (): SeedProduct[] => PRODUCT_ROWS.map(toProduct);
