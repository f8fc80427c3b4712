import type { AddressSnapshot, Charge, ShippingMethodSnapshot } from "../../models/index.js";
import { calculateTotals, type Totals } from "../../services/calculations/totals-calculator.service.js";
import { CHARGE_NAMES } from "../../utils/constants.js";
import { findState } from "../../utils/gst/states.js";
import { paise, rupeesToPaise, ZERO_PAISE } from "../../utils/money.js";
import { type SeedProduct, type SeedVariant, seedProducts } from "../sandbox/seed/products.js";
import { createRandom } from "../sandbox/shared/random.js";

/** Who buys what, and where it is shipped. The same in every run. */

/** With 200,000 orders, each customer has about forty; the rest are guests'. */
export const SEEDED_CUSTOMERS = 4_000;
export const seededUserId = (number: number): string => `user-seed-${String(number).padStart(5, "0")}`;

const FIRST_NAMES = [
  "Aarav",
  "Ananya",
  "Diya",
  "Ishaan",
  "Kavya",
  "Meera",
  "Rohan",
  "Saanvi",
  "Vikram",
  "Zoya",
];
const LAST_NAMES = ["Iyer", "Khan", "Mehta", "Nair", "Patel", "Rao", "Sharma", "Singh"];

const CITIES = [
  { city: "Bengaluru", state: "Karnataka", pincode: "560001" },
  { city: "Mumbai", state: "Maharashtra", pincode: "400001" },
  { city: "New Delhi", state: "Delhi", pincode: "110001" },
  { city: "Chennai", state: "Tamil Nadu", pincode: "600001" },
  { city: "Kolkata", state: "West Bengal", pincode: "700001" },
  { city: "Chandigarh", state: "Chandigarh", pincode: "160017" },
];

const SUPPLIER_STATE = "29";

/** Picks an element; the same number picks the same one. */
export function pickFrom<T>(list: readonly T[], number: number): T {
  const found = list[number % list.length];
  if (found === undefined) throw new Error("the list is empty");
  return found;
}

export const customerNameOf = (number: number): string =>
  `${pickFrom(FIRST_NAMES, number)} ${pickFrom(LAST_NAMES, Math.floor(number / FIRST_NAMES.length))}`;

export const phoneOf = (number: number): string => `+9198${String(10_000_000 + number).slice(-8)}`;

export function addressOf(number: number, name: string, city: (typeof CITIES)[number]): AddressSnapshot {
  const line1 = `${(number % 200) + 1} Temple Street`;
  return { name, phone: phoneOf(number), line1, ...city, country: "IN" };
}

export const SHIPPING: ShippingMethodSnapshot = {
  id: "standard",
  name: "standard",
  displayName: "Standard delivery",
  carrier: "BlueDart",
  rate: rupeesToPaise(49),
  estimatedDaysMin: 3,
  estimatedDaysMax: 6,
  isCodAvailable: true,
  codFee: rupeesToPaise(29),
};

export interface BasketLine {
  product: SeedProduct;
  variant: SeedVariant;
  quantity: number;
}

/** Items for one city with their totals. Computed once and used for many orders. */
export interface Basket {
  lines: readonly BasketLine[];
  city: (typeof CITIES)[number];
  isCod: boolean;
  totals: Totals;
}

export const chargesOf = ({ totals }: Basket): Charge[] =>
  totals.charges.map(({ kind, rateBps, amount, taxableValue, taxes, tax }) => ({
    kind,
    description: CHARGE_NAMES[kind],
    hsnCode: null,
    gstRateBps: rateBps,
    ...{ amount, taxableValue, taxes },
    taxTotal: tax,
  }));

const BASKETS = 480;
const MOST_LINES = 3;
const MOST_UNITS = 3;
const SEED_OF_BASKETS = 20_261_101;

/** @returns the baskets that the orders use; every other one is cash on delivery */
export function makeBaskets(): Basket[] {
  const random = createRandom(SEED_OF_BASKETS);
  const below = (limit: number) => Math.floor(random() * limit);
  const sold = seedProducts().filter(({ status }) => status === "active");
  return Array.from({ length: BASKETS }, (_, number) => {
    const first = below(sold.length);
    const lines = Array.from({ length: 1 + below(MOST_LINES) }, (_line, index) => {
      const product = pickFrom(sold, first + index * 7);
      const variant = pickFrom(product.variants, below(product.variants.length));
      return {
        product,
        variant,
        quantity: 1 + below(Math.min(MOST_UNITS, variant.maxPerOrder ?? MOST_UNITS)),
      };
    });
    const isCod = number % 2 === 1;
    const city = pickFrom(CITIES, below(CITIES.length));
    return { lines, city, isCod, totals: totalsOf(lines, city.state, isCod) };
  });
}

function totalsOf(lines: readonly BasketLine[], state: string, isCod: boolean): Totals {
  return calculateTotals({
    lines: lines.map(({ variant, quantity }, index) => ({
      id: String(index),
      unitPrice: rupeesToPaise(variant.salePrice),
      quantity,
      lineDiscount: ZERO_PAISE,
      gstRateBps: variant.gstRate * 100,
      isFreeGift: false,
    })),
    discounts: { coupons: [], automatic: [], tier: ZERO_PAISE },
    shipping: { rate: SHIPPING.rate, codFee: isCod ? SHIPPING.codFee : paise(0), isFree: false },
    supplierState: SUPPLIER_STATE,
    placeOfSupply: findState(state)?.code ?? null,
    pricesIncludeTax: true,
    chargeRatePolicy: "proportional",
    roundToRupee: false,
    storeCredit: ZERO_PAISE,
    loyaltyDiscount: ZERO_PAISE,
  });
}
