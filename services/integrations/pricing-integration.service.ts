import Joi from "joi";
import { config } from "../../config/env.config.js";
import { COUPON_TYPES, type CouponType } from "../../utils/constants.js";
import { emailKey } from "../../utils/contact.js";
import type { Paise } from "../../utils/money.js";
import { toRupees } from "../../utils/money.js";
import type { Result } from "../../utils/result.js";
import { createCachedLookup } from "./cached-lookup.js";
import { flag, id, listOf, nothing, optionalText, quantity, refusal, rupees, text } from "./contract.js";
import { apiPath, createHttpClient } from "./http-client.service.js";

/** Pricing & promotions. `cartTotal` is always the subtotal before any discount. */

const pricingClient = createHttpClient({ name: "pricing", baseUrl: config.upstreams.pricing });

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

/** What discounts and gifts depend on besides their rules. */
export interface PromotionQuestion {
  cartTotal: Paise;
  /** Units, not lines. */
  itemCount: number;
  productIds: readonly string[];
  userId?: string | undefined;
}

export interface RecentOptions {
  /** An answer to the identical question may be up to five seconds old. Otherwise the service is asked. */
  mayBeRecent?: boolean;
}

const RECENT_SECONDS = 5;

/** Answers by query, as a query string. Without a cache of the catalog, nothing is kept here either. */
const recentAnswers = <T extends object>(path: string | null, schema: Joi.ObjectSchema<T>) =>
  createCachedLookup<T>({
    ttlSeconds: Math.min(RECENT_SECONDS, config.catalogCacheSeconds),
    maxEntries: 5_000,
    load: (query) =>
      pricingClient.get({ path, query: Object.fromEntries(new URLSearchParams(query)), schema }),
  });

const automaticDiscounts = recentAnswers(apiPath`/api/automatic-discounts/apply`, discountsSchema);
const tierDiscounts = recentAnswers(apiPath`/api/tier-discounts/calculate`, tierSchema);
const eligibleGifts = recentAnswers(apiPath`/api/free-gifts/eligible`, giftsSchema);

const queryOf = (parameters: Record<string, string | undefined>): string =>
  new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();

const totalOf = ({ cartTotal }: Pick<PromotionQuestion, "cartTotal">): string => String(toRupees(cartTotal));
const fresh = ({ mayBeRecent = false }: RecentOptions) => ({ fresh: !mayBeRecent });

export function getAutomaticDiscounts(
  question: PromotionQuestion,
  options: RecentOptions = {},
): Promise<Result<{ discounts: AutomaticDiscount[] }>> {
  const { itemCount, productIds, userId } = question;
  const query = queryOf({
    ...{ cartTotal: totalOf(question), itemCount: String(itemCount) },
    ...{ productIds: productIds.join(","), userId },
  });
  return automaticDiscounts.get(query, fresh(options));
}

export function getTierDiscount(
  question: Pick<PromotionQuestion, "cartTotal" | "userId">,
  options: RecentOptions = {},
): Promise<Result<TierDiscount>> {
  const query = queryOf({ cartTotal: totalOf(question), userId: question.userId });
  return tierDiscounts.get(query, fresh(options));
}

export function getEligibleGifts(
  question: Pick<PromotionQuestion, "cartTotal" | "productIds">,
  options: RecentOptions = {},
): Promise<Result<{ gifts: EligibleGift[] }>> {
  const query = queryOf({ cartTotal: totalOf(question), productIds: question.productIds.join(",") });
  return eligibleGifts.get(query, fresh(options));
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
