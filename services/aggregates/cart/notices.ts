import type { AppliedCoupon, CartItemDoc } from "../../../models/index.js";
import type { Notice } from "../../../utils/constants.js";
import { type Paise, toRupees } from "../../../utils/money.js";
import type { EligibleGift } from "../../integrations/pricing-integration.service.js";
import { idOf } from "./cart-draft.js";

/** The notices of a cart, each with what a storefront needs to show it. Amounts are rupees. */

const nameOf = ({ productId, variantId, sku, name }: CartItemDoc) => ({ productId, variantId, sku, name });

export const priceChangedNotice = (line: CartItemDoc, before: Paise): Notice => ({
  code: "PRICE_CHANGED",
  message: `The price of ${line.name} has changed`,
  itemId: idOf(line),
  details: { ...nameOf(line), previousPrice: toRupees(before), currentPrice: toRupees(line.unitPrice) },
});

export const productUnavailableNotice = (line: CartItemDoc): Notice => ({
  code: "PRODUCT_UNAVAILABLE",
  message: `${line.name} is no longer sold`,
  itemId: idOf(line),
  details: { ...nameOf(line), quantity: line.quantity },
});

export const quantityReducedNotice = (line: CartItemDoc, before: number): Notice => ({
  code: "QUANTITY_REDUCED",
  message: `Only ${line.quantity} of ${line.name} can be had`,
  itemId: idOf(line),
  details: { ...nameOf(line), previousQuantity: before, currentQuantity: line.quantity },
});

export const outOfStockNotice = (line: CartItemDoc, available: number): Notice => ({
  code: "OUT_OF_STOCK",
  message: available === 0 ? `${line.name} is out of stock` : `Only ${available} of ${line.name} can be had`,
  itemId: idOf(line),
  details: { ...nameOf(line), requested: line.quantity, available },
});

export const lowStockNotice = (line: CartItemDoc, available: number): Notice => ({
  code: "LOW_STOCK",
  message: `Only ${available} of ${line.name} left`,
  itemId: idOf(line),
  details: { ...nameOf(line), requested: line.quantity, available },
});

export const giftAddedNotice = (line: CartItemDoc): Notice => ({
  code: "GIFT_ADDED",
  message: `${line.name} is added as a gift`,
  itemId: idOf(line),
  details: { ...nameOf(line), quantity: line.quantity, giftRuleId: line.giftRuleId },
});

export const giftRemovedNotice = (line: CartItemDoc): Notice => ({
  code: "GIFT_REMOVED",
  message: `The gift ${line.name} no longer comes with this cart`,
  itemId: idOf(line),
  details: { ...nameOf(line), quantity: line.quantity, giftRuleId: line.giftRuleId },
});

/** A gift that the cart has earned and does not get, or not in full: of `quantity` units, `available` are in it. */
export const giftUnavailableNotice = (gift: EligibleGift, available: number): Notice => ({
  code: "GIFT_UNAVAILABLE",
  message:
    available === 0
      ? `The gift ${gift.name} is not available at the moment`
      : `Only ${available} of the gift ${gift.name} is available at the moment`,
  details: {
    productId: gift.productId,
    variantId: gift.variantId,
    name: gift.name,
    quantity: gift.quantity,
    available,
    giftRuleId: gift.ruleId,
  },
});

export const couponDroppedNotice = (code: AppliedCoupon["code"], reason: string): Notice => ({
  code: "COUPON_DROPPED",
  message: `The coupon ${code} no longer applies`,
  details: { code, reason },
});

/** What cannot be shown or checked while a neighbour is down. */
const NOT_KNOWN = {
  inventory: "Availability cannot be shown at the moment",
  catalog: "Prices are the last known ones; they cannot be compared at the moment",
  shipping: "The shipping price is the last known one; it cannot be checked at the moment",
} as const;

export const upstreamUnavailableNotice = (service: keyof typeof NOT_KNOWN): Notice => ({
  code: "UPSTREAM_UNAVAILABLE",
  message: NOT_KNOWN[service],
  details: { service },
});
