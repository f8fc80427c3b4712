import type { AppliedCoupon, CartItemDoc } from "../../../../models/index.js";
import type { Notice } from "../../../../utils/constants.js";
import { type Paise, toRupees } from "../../../../utils/money.js";
import { idOf } from "./cart-draft.step.js";

/** The notices of a cart (`api.md`), each with what a storefront needs to show it. Amounts are rupees. */

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

export const couponDroppedNotice = (code: AppliedCoupon["code"], reason: string): Notice => ({
  code: "COUPON_DROPPED",
  message: `The coupon ${code} no longer applies`,
  details: { code, reason },
});

/** Of a read: what it would have told, had the neighbour answered. */
const NOT_KNOWN = {
  inventory: "Availability cannot be shown at the moment",
  catalog: "Prices are the last known ones; they cannot be compared at the moment",
} as const;

export const upstreamUnavailableNotice = (service: keyof typeof NOT_KNOWN): Notice => ({
  code: "UPSTREAM_UNAVAILABLE",
  message: NOT_KNOWN[service],
  details: { service },
});
