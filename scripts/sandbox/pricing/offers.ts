import type {
  SeedAutomaticDiscount,
  SeedCoupon,
  SeedGiftRule,
  SeedPromotions,
  SeedTier,
} from "../seed/promotions.js";
import { fromWholePaise, percentOf, toWholePaise } from "../shared/values.js";

/** Amounts are rupees. */
export interface CouponLine {
  productId: string;
  variantId: string;
  quantity: number;
  unitPrice: number;
  lineTotal: number;
}

export interface CartFacts {
  /** The subtotal before any discount. */
  cartTotal: number;
  itemCount?: number;
  productIds: string[];
}

const sumRupees = (amounts: number[]): number =>
  fromWholePaise(amounts.reduce((sum, amount) => sum + toWholePaise(amount), 0));

/** The amount that the coupon applies to: the whole cart, or the lines of its products. */
export function eligibleAmount(coupon: SeedCoupon, cartTotal: number, lines: CouponLine[]): number {
  const { productIds } = coupon;
  if (!productIds) return cartTotal;
  return sumRupees(lines.filter((line) => productIds.includes(line.productId)).map((line) => line.lineTotal));
}

/** In rupees, at most the eligible amount. Free shipping discounts no line. */
export function couponDiscount(coupon: SeedCoupon, eligible: number): number {
  if (coupon.type === "free_shipping") return 0;
  const full = coupon.type === "percentage" ? percentOf(eligible, coupon.value) : coupon.value;
  return Math.min(full, coupon.maxDiscount ?? full, eligible);
}

const containsOne = (productIds: string[] | undefined, cart: CartFacts): boolean =>
  productIds === undefined || productIds.some((id) => cart.productIds.includes(id));

const appliesTo = (rule: SeedAutomaticDiscount, cart: CartFacts): boolean =>
  cart.cartTotal >= rule.minCartTotal &&
  (cart.itemCount ?? 0) >= (rule.minItemCount ?? 0) &&
  containsOne(rule.productIds, cart);

export function automaticDiscounts({ automaticDiscounts: rules }: SeedPromotions, cart: CartFacts) {
  return rules
    .filter((rule) => appliesTo(rule, cart))
    .map(({ id, name, type, value }) => {
      const full = type === "percentage" ? percentOf(cart.cartTotal, value) : value;
      return { id, name, discountAmount: Math.min(full, cart.cartTotal) };
    });
}

/** The highest tier that the total reaches. */
export function tierDiscount({ tiers }: SeedPromotions, cartTotal: number) {
  const reached = tiers.filter((tier) => cartTotal >= tier.minAmount);
  const best = reached.reduce<SeedTier | null>(
    (highest, tier) => (highest && highest.minAmount > tier.minAmount ? highest : tier),
    null,
  );
  if (!best) return { tier: null, discountAmount: 0 };
  const { id, name, minAmount, percent } = best;
  return { tier: { id, name, minAmount }, discountAmount: percentOf(cartTotal, percent) };
}

const isEarned = (rule: SeedGiftRule, cart: CartFacts): boolean =>
  cart.cartTotal >= rule.minCartTotal && containsOne(rule.productIds, cart);

export function eligibleGifts({ giftRules }: SeedPromotions, cart: CartFacts) {
  return giftRules
    .filter((rule) => isEarned(rule, cart))
    .map(({ ruleId, productId, variantId, quantity, name }) => ({
      ruleId,
      productId,
      variantId,
      quantity,
      name,
    }));
}
