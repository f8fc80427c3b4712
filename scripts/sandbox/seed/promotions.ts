type CouponType = "percentage" | "fixed" | "free_shipping";

export interface SeedCoupon {
  code: string;
  type: CouponType;
  /** Per cent, or rupees; 0 for free shipping. */
  value: number;
  stackable: boolean;
  /** Rupees. */
  maxDiscount?: number;
  minCartTotal?: number;
  /** Uses in total. */
  usageLimit?: number;
  perUserLimit?: number;
  /** Milliseconds since 1970. */
  expiresAt?: number;
  /** Applies to lines of these products only. */
  productIds?: string[];
}

export interface SeedAutomaticDiscount {
  id: string;
  name: string;
  minCartTotal: number;
  minItemCount?: number;
  productIds?: string[];
  type: "percentage" | "fixed";
  value: number;
}

export interface SeedTier {
  id: string;
  name: string;
  minAmount: number;
  percent: number;
}

export interface SeedGiftRule {
  ruleId: string;
  name: string;
  minCartTotal: number;
  /** One of these must be in the cart; absent: any cart. */
  productIds?: string[];
  productId: string;
  variantId: string;
  quantity: number;
}

export interface SeedPromotions {
  coupons: SeedCoupon[];
  automaticDiscounts: SeedAutomaticDiscount[];
  tiers: SeedTier[];
  giftRules: SeedGiftRule[];
}

const COUPONS: readonly SeedCoupon[] = [
  { code: "WELCOME10", type: "percentage", value: 10, stackable: true, maxDiscount: 300 },
  { code: "FLAT100", type: "fixed", value: 100, stackable: false, minCartTotal: 499 },
  { code: "FREESHIP", type: "free_shipping", value: 0, stackable: true },
  { code: "LASTONE", type: "fixed", value: 50, stackable: false, usageLimit: 1 },
  { code: "ONCE20", type: "percentage", value: 20, stackable: false, perUserLimit: 1 },
  { code: "BIG500", type: "fixed", value: 500, stackable: false, minCartTotal: 5_000 },
  {
    code: "HAIR15",
    type: "percentage",
    value: 15,
    stackable: true,
    productIds: ["prod-bhringraj-hair-oil", "prod-amla-shampoo", "prod-hibiscus-conditioner"],
  },
  { code: "EXPIRED5", type: "percentage", value: 5, stackable: false, expiresAt: Date.UTC(2025, 0, 1) },
];

/** The promotions at the start. Amounts are rupees; a cart that equals a threshold reaches it. */
export const seedPromotions = (): SeedPromotions => ({
  coupons: COUPONS.map((coupon) => ({ ...coupon })),
  automaticDiscounts: [
    { id: "auto-festive-100", name: "₹100 off from ₹2,000", minCartTotal: 2_000, type: "fixed", value: 100 },
  ],
  tiers: [
    { id: "tier-silver", name: "Silver: 3% from ₹3,000", minAmount: 3_000, percent: 3 },
    { id: "tier-gold", name: "Gold: 5% from ₹5,000", minAmount: 5_000, percent: 5 },
  ],
  giftRules: [
    {
      ruleId: "gift-lip-balm",
      name: "A rose lip balm from ₹1,499",
      minCartTotal: 1_499,
      productId: "prod-rose-lip-balm",
      variantId: "var-rose-lip-balm-8g",
      quantity: 1,
    },
    {
      ruleId: "gift-tongue-cleaner",
      name: "A copper tongue cleaner with every copper bottle",
      minCartTotal: 0,
      productIds: ["prod-copper-bottle"],
      productId: "prod-copper-tongue-cleaner",
      variantId: "var-copper-tongue-cleaner-single",
      quantity: 1,
    },
  ],
});
