import { seedProducts } from "./products.js";

export interface SeedStock {
  variantId: string;
  sku: string;
  quantity: number;
  lowStockThreshold: number;
}

/** Variants that do not have the usual stock; the names are in `SEED.variants`. */
const SPECIAL: Readonly<Record<string, number>> = {
  "var-shatavari-kalpa-200g": 0,
  "var-eucalyptus-oil-15ml": 0,
  "var-copper-bottle-950ml": 0,
  "var-saffron-face-cream-50g": 1,
  "var-guggul-extract-50g": 3,
  "var-soy-candle-200g": 4,
};

/** Enough for a demo day; load tests ask for more with `defaultStock`. */
export const DEFAULT_STOCK = 1_000;
const LOW_STOCK_THRESHOLD = 10;

export const seedStock = (usual = DEFAULT_STOCK): SeedStock[] =>
  seedProducts().flatMap(({ variants }) =>
    variants.map(({ id, sku }) => ({
      variantId: id,
      sku,
      quantity: SPECIAL[id] ?? usual,
      lowStockThreshold: LOW_STOCK_THRESHOLD,
    })),
  );
