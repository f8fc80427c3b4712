import Joi from "joi";
import { config } from "../../config/env.config.js";
import { emailKey } from "../../utils/contact.js";
import type { Paise } from "../../utils/money.js";
import { toRupees } from "../../utils/money.js";
import type { Result } from "../../utils/result.js";
import { flag, id, listOf, nothing, optionalText, quantity, refusal, rupees, text } from "./contract.js";
import { apiPath, createHttpClient } from "./http-client.service.js";

/** Pricing & promotions. `cartTotal` is always the subtotal before any discount. */

const pricingClient = createHttpClient({ name: "pricing", baseUrl: config.upstreams.pricing });

export const COUPON_TYPES = ["percentage", "fixed", "free_shipping"] as const;
export type CouponType = (typeof COUPON_TYPES)[number];

export interface PricedItem {
  productId: string;
  variantId: string;
  quantity: number;
  unitPrice: Paise;
  lineTotal: Paise;
}

/** The customer who uses a coupon. The service counts uses by each of these fields that is present. */
export interface CouponUser {
  userId?: string | undefined;
  email?: string | null | undefined;
  phone?: string | null | undefined;
}

export interface CouponQuestion extends CouponUser {
  code: string;
  cartTotal: Paise;
  items: readonly PricedItem[];
}

export interface ValidCoupon {
  valid: true;
  code: string;
  type: CouponType;
  /** Percent for `percentage`, rupees for `fixed`: for display only, the discount is `discountAmount`. */
  value: number;
  discountAmount: Paise;
  stackable: boolean;
}

export type CouponCheck = ValidCoupon | { valid: false; code: string; reason: string | null };

export interface AutomaticDiscount {
  id: string;
  name: string;
  discountAmount: Paise;
}

export interface TierDiscount {
  tier: { id: string; name: string; minAmount: Paise } | null;
  discountAmount: Paise;
}

export interface EligibleGift {
  ruleId: string;
  productId: string;
  variantId: string;
  quantity: number;
  name: string;
}

const validCouponSchema = Joi.object<ValidCoupon>({
  valid: Joi.valid(true),
  code: text,
  type: Joi.string().valid(...COUPON_TYPES),
  value: Joi.number().min(0).max(1e8).optional().empty(null).default(0),
  discountAmount: rupees,
  stackable: flag.optional().empty(null).default(false),
});

const invalidCouponSchema = Joi.object({ valid: Joi.valid(false), code: text, reason: optionalText });
const couponCheckSchema = Joi.alternatives<CouponCheck>().try(validCouponSchema, invalidCouponSchema);

const discountsSchema = Joi.object<{ discounts: AutomaticDiscount[] }>({
  discounts: listOf(Joi.object<AutomaticDiscount>({ id, name: text, discountAmount: rupees })),
});

const tierSchema = Joi.object<TierDiscount>({
  tier: Joi.object({ id, name: text, minAmount: rupees }).allow(null),
  discountAmount: rupees,
});

const giftsSchema = Joi.object<{ gifts: EligibleGift[] }>({
  gifts: listOf(
    Joi.object<EligibleGift>({
      ruleId: id,
      productId: id,
      variantId: id,
      quantity: quantity.min(1),
      name: text,
    }),
  ),
});

/** The e-mail address in the form in which addresses are compared, so that each person counts once. */
const toUserFields = ({ userId, email, phone }: CouponUser) => ({
  ...(userId && { userId }),
  ...(email && { email: emailKey(email) }),
  ...(phone && { phone }),
});

/** Whether a coupon applies, and its discount. Claims nothing. */
export function validateCoupon(question: CouponQuestion): Promise<Result<CouponCheck>> {
  const { code, cartTotal, items } = question;
  return pricingClient.ask({
    path: apiPath`/api/coupons/validate`,
    body: {
      code,
      ...toUserFields(question),
      cartTotal: toRupees(cartTotal),
      items: items.map((item) => ({
        productId: item.productId,
        variantId: item.variantId,
        quantity: item.quantity,
        unitPrice: toRupees(item.unitPrice),
        lineTotal: toRupees(item.lineTotal),
      })),
    },
    schema: couponCheckSchema,
  });
}

export interface AutomaticDiscountQuestion {
  cartTotal: Paise;
  /** Units, not lines. */
  itemCount: number;
  productIds: readonly string[];
  userId?: string | undefined;
}

export function getAutomaticDiscounts(
  question: AutomaticDiscountQuestion,
): Promise<Result<{ discounts: AutomaticDiscount[] }>> {
  return pricingClient.get({
    path: apiPath`/api/automatic-discounts/apply`,
    query: {
      cartTotal: toRupees(question.cartTotal),
      itemCount: question.itemCount,
      productIds: question.productIds.join(","),
      userId: question.userId,
    },
    schema: discountsSchema,
  });
}

export function getTierDiscount(question: {
  cartTotal: Paise;
  userId?: string | undefined;
}): Promise<Result<TierDiscount>> {
  return pricingClient.get({
    path: apiPath`/api/tier-discounts/calculate`,
    query: { cartTotal: toRupees(question.cartTotal), userId: question.userId },
    schema: tierSchema,
  });
}

export function getEligibleGifts(question: {
  cartTotal: Paise;
  productIds: readonly string[];
}): Promise<Result<{ gifts: EligibleGift[] }>> {
  return pricingClient.get({
    path: apiPath`/api/free-gifts/eligible`,
    query: { cartTotal: toRupees(question.cartTotal), productIds: question.productIds.join(",") },
    schema: giftsSchema,
  });
}

export interface CouponUsage extends CouponUser {
  code: string;
  orderId: string;
  discountAmount: Paise;
}

/** Claims one use; idempotent by code and order. @returns refused `USAGE_LIMIT` when none is left */
export function recordCouponUsage(usage: CouponUsage): Promise<Result<unknown>> {
  const { code, orderId, discountAmount } = usage;
  return pricingClient.write({
    method: "POST",
    path: apiPath`/api/coupons/usage`,
    refusals: [refusal(409, "USAGE_LIMIT")],
    body: { code, ...toUserFields(usage), orderId, discountAmount: toRupees(discountAmount) },
    idempotencyKey: `${orderId}:coupon-${code}`,
    schema: nothing,
  });
}

/** Releases a use; idempotent, and succeeds without one. */
export function reverseCouponUsage(usage: { code: string; orderId: string }): Promise<Result<unknown>> {
  const { code, orderId } = usage;
  return pricingClient.write({
    method: "POST",
    path: apiPath`/api/coupons/usage/reverse`,
    body: { code, orderId },
    idempotencyKey: `${orderId}:coupon-${code}-reverse`,
    schema: nothing,
  });
}
