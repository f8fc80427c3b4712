import { COUPON_TYPES, type CouponType, NOTICE_CODES, type Notice } from "../../utils/constants.js";
import type { Paise } from "../../utils/money.js";
import { count, json, money, no, oneOf, optionalText, quantity, text } from "./fields.js";
import { definePart } from "./schema.js";

/** Copies of data that other services own, kept as they were when they were taken. */

export interface AddressSnapshot {
  name: string;
  phone: string;
  line1: string;
  line2?: string;
  landmark?: string;
  city: string;
  state: string;
  pincode: string;
  country: string;
}

export const addressPart = definePart<AddressSnapshot>({
  name: text,
  phone: text,
  line1: text,
  line2: { type: String },
  landmark: { type: String },
  city: text,
  state: text,
  pincode: text,
  country: { ...text, default: "IN" },
});

export interface ShippingMethodSnapshot {
  id: string;
  name: string;
  displayName: string;
  carrier: string;
  rate: Paise;
  estimatedDaysMin: number;
  estimatedDaysMax: number;
  isCodAvailable: boolean;
  codFee: Paise;
}

export const shippingMethodPart = definePart<ShippingMethodSnapshot>({
  id: text,
  name: text,
  displayName: text,
  carrier: text,
  rate: money,
  estimatedDaysMin: count,
  estimatedDaysMax: count,
  isCodAvailable: no,
  codFee: money,
});

export interface AppliedCoupon {
  code: string;
  type: CouponType;
  /** Percent or rupees, as the pricing service sends it. Only `discountAmount` is used in calculations. */
  value: number;
  discountAmount: Paise;
  stackable: boolean;
}

export const appliedCouponPart = definePart<AppliedCoupon>({
  code: text,
  type: oneOf(COUPON_TYPES),
  value: { type: Number, required: true, default: 0 },
  discountAmount: money,
  stackable: no,
});

export const DISCOUNT_TYPES = ["automatic", "tier"] as const;
export type DiscountType = (typeof DISCOUNT_TYPES)[number];

export interface AppliedDiscount {
  id: string;
  name: string;
  type: DiscountType;
  discountAmount: Paise;
}

export const appliedDiscountPart = definePart<AppliedDiscount>({
  id: text,
  name: text,
  type: oneOf(DISCOUNT_TYPES),
  discountAmount: money,
});

export const noticePart = definePart<Notice>({
  code: oneOf(NOTICE_CODES),
  message: text,
  itemId: { type: String },
  details: { type: json.type },
});

/** Catalog data of a line, copied when the line was added. */
export interface ItemSnapshot {
  productId: string;
  variantId: string;
  bundleId: string | null;
  sku: string;
  name: string;
  imageUrl: string | null;
  attributes: Record<string, string>;
  hsnCode: string | null;
  /** Basis points: 1800 is 18 %. */
  gstRateBps: number;
  weightGrams: number;
  categoryId: string | null;
  sellerId: string | null;
  isReturnable: boolean;
}

/** Picks exactly these fields from an object. */
export const toItemSnapshot = (item: ItemSnapshot): ItemSnapshot => ({
  productId: item.productId,
  variantId: item.variantId,
  bundleId: item.bundleId,
  sku: item.sku,
  name: item.name,
  imageUrl: item.imageUrl,
  attributes: item.attributes,
  hsnCode: item.hsnCode,
  gstRateBps: item.gstRateBps,
  weightGrams: item.weightGrams,
  categoryId: item.categoryId,
  sellerId: item.sellerId,
  isReturnable: item.isReturnable,
});

export const itemSnapshotFields = {
  productId: text,
  variantId: text,
  bundleId: optionalText,
  sku: text,
  name: text,
  imageUrl: optionalText,
  attributes: { type: json.type, default: () => ({}) },
  hsnCode: optionalText,
  gstRateBps: { ...count, max: 10_000 },
  weightGrams: count,
  categoryId: optionalText,
  sellerId: optionalText,
  isReturnable: { type: Boolean, required: true, default: true },
} as const;

/** What a line costs before order-level discounts and tax. */
export interface LinePrice {
  quantity: number;
  unitPrice: Paise;
  unitMrp: Paise;
  lineDiscount: Paise;
  /** unitPrice × quantity − lineDiscount */
  lineTotal: Paise;
  isFreeGift: boolean;
  giftRuleId: string | null;
}

export const linePriceFields = {
  quantity,
  unitPrice: money,
  unitMrp: money,
  lineDiscount: money,
  lineTotal: money,
  isFreeGift: no,
  giftRuleId: optionalText,
} as const;
