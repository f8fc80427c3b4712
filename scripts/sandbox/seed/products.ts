import { PRODUCT_ROWS, type ProductRow, type VariantRow } from "./product-rows.js";

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

/** A new copy on each call, because the catalog's controls change prices in place. */
export const seedProducts = (): SeedProduct[] => PRODUCT_ROWS.map(toProduct);

export interface SeedStock {
  variantId: string;
  sku: string;
  quantity: number;
  lowStockThreshold: number;
}

/** Variants with a special stock; their names are in `SEED.variants`. */
const SPECIAL_STOCK: Readonly<Record<string, number>> = {
  "var-shatavari-kalpa-200g": 0,
  "var-eucalyptus-oil-15ml": 0,
  "var-copper-bottle-950ml": 0,
  "var-saffron-face-cream-50g": 1,
  "var-guggul-extract-50g": 3,
  "var-soy-candle-200g": 4,
};

/** Enough for a demo; load tests set `defaultStock`. */
const DEFAULT_STOCK = 1_000;
const LOW_STOCK_THRESHOLD = 10;

export const seedStock = (usual = DEFAULT_STOCK): SeedStock[] =>
  seedProducts().flatMap(({ variants }) =>
    variants.map(({ id, sku }) => ({
      variantId: id,
      sku,
      quantity: SPECIAL_STOCK[id] ?? usual,
      lowStockThreshold: LOW_STOCK_THRESHOLD,
    })),
  );
