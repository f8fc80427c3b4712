import Joi from "joi";
import type { CartDoc, CartItemDoc } from "../../models/index.js";
import { CART_STATUS, CART_STATUSES, CURRENCY, NOTICE_CODES, type Notice } from "../constants.js";
import { toRupees, ZERO_PAISE } from "../money.js";
import { moment, momentOrNull, nullable, rupees } from "../view-schemas.js";
import { count, id, productFields, text, toTotalsView, totalsFields } from "./parts.view.js";
import { viewOf } from "./view-of.js";

/** The stock of a line; null while the inventory service is unavailable. */
export interface AvailabilityView {
  isAvailable: boolean;
  available: number;
}

interface CartViewSource {
  cart: CartDoc;
  /** In the order in which they were added, gifts among them. */
  lines: readonly CartItemDoc[];
  /** By the line's id; a line without an entry has `availability: null`. */
  availability?: ReadonlyMap<string, AvailabilityView | null>;
  /** Default: the notices of the last write. */
  notices?: readonly Notice[];
}

export const toAvailabilityView = ({ isAvailable, available }: AvailabilityView) => ({
  isAvailable,
  available,
});

export const toCartItemView = (line: CartItemDoc, availability: AvailabilityView | null = null) => ({
  id: line._id.toHexString(),
  productId: line.productId,
  variantId: line.variantId,
  bundleId: line.bundleId ?? undefined,
  sku: line.sku,
  name: line.name,
  imageUrl: line.imageUrl,
  attributes: line.attributes,
  quantity: line.quantity,
  unitPrice: toRupees(line.unitPrice),
  unitMrp: toRupees(line.unitMrp),
  lineDiscount: toRupees(line.lineDiscount),
  lineTotal: toRupees(line.lineTotal),
  isFreeGift: line.isFreeGift,
  giftRuleId: line.giftRuleId ?? undefined,
  availability: availability && toAvailabilityView(availability),
  addedAt: line.addedAt,
});

export const availabilityView = viewOf<AvailabilityView>("Availability", {
  isAvailable: Joi.boolean(),
  available: count,
});

export const CartItemView = viewOf<ReturnType<typeof toCartItemView>>(
  "CartItemView",
  {
    id,
    ...productFields,
    quantity: Joi.number().integer().min(1),
    unitPrice: rupees,
    unitMrp: rupees,
    lineDiscount: rupees,
    lineTotal: rupees,
    isFreeGift: Joi.boolean(),
    availability: nullable(availabilityView),
    addedAt: moment,
  },
  { bundleId: text, giftRuleId: text },
);

export const toNoticeView = ({ code, message, itemId, details }: Notice) => ({
  code,
  message,
  itemId,
  // The database stores null for missing details.
  details: details ?? undefined,
});

export const NoticeView = viewOf<ReturnType<typeof toNoticeView>>(
  "Notice",
  { code: Joi.string().valid(...NOTICE_CODES), message: text },
  { itemId: text, details: Joi.object().unknown(true) },
);

export const toAppliedCouponView = ({ code, discountAmount }: CartDoc["appliedCoupons"][number]) => ({
  code,
  discountAmount: toRupees(discountAmount),
});

export const AppliedCouponView = viewOf<ReturnType<typeof toAppliedCouponView>>("AppliedCoupon", {
  code: text,
  discountAmount: rupees,
});

const toAppliedDiscountView = ({ id, name, type, discountAmount }: CartDoc["appliedDiscounts"][number]) => ({
  id,
  name,
  type,
  discountAmount: toRupees(discountAmount),
});

const AppliedDiscountView = viewOf<ReturnType<typeof toAppliedDiscountView>>("AppliedDiscount", {
  id: text,
  name: text,
  type: text,
  discountAmount: rupees,
});

const totalsOf = (cart: CartDoc) => ({ ...toTotalsView(cart), taxEstimated: cart.taxEstimated });

/** A cart as its owner sees it. `items` holds every line; `freeGifts` repeats those that are gifts. */
export function toCartView({ cart, lines, availability, notices }: CartViewSource) {
  const items = lines.map((line) => toCartItemView(line, availability?.get(line._id.toHexString()) ?? null));
  return {
    id: cart._id.toHexString(),
    sessionId: cart.userId ? undefined : cart.sessionId,
    status: cart.status,
    currency: cart.currency,
    items,
    itemCount: cart.itemCount,
    totalQuantity: cart.totalQuantity,
    totals: totalsOf(cart),
    appliedCoupons: cart.appliedCoupons.map(toAppliedCouponView),
    appliedDiscounts: cart.appliedDiscounts.map(toAppliedDiscountView),
    freeGifts: items.filter((item) => item.isFreeGift),
    expiresAt: cart.expiresAt,
    notices: (notices ?? cart.notices).map(toNoticeView),
    version: cart.version,
  };
}

type CartFields = ReturnType<typeof toCartView>;

/** The view for a caller without a cart: it has no id and does not expire. */
export const toEmptyCartView = (cart: { sessionId?: string; pricesIncludeTax: boolean }) => ({
  id: null,
  sessionId: cart.sessionId,
  status: CART_STATUS.ACTIVE,
  currency: CURRENCY,
  items: [] as CartFields["items"],
  itemCount: 0,
  totalQuantity: 0,
  totals: {
    ...toTotalsView({
      subtotal: ZERO_PAISE,
      discountTotal: ZERO_PAISE,
      shippingTotal: ZERO_PAISE,
      taxTotal: ZERO_PAISE,
      roundOff: ZERO_PAISE,
      grandTotal: ZERO_PAISE,
      pricesIncludeTax: cart.pricesIncludeTax,
    }),
    taxEstimated: true,
  },
  appliedCoupons: [] as CartFields["appliedCoupons"],
  appliedDiscounts: [] as CartFields["appliedDiscounts"],
  freeGifts: [] as CartFields["freeGifts"],
  expiresAt: null,
  notices: [] as CartFields["notices"],
  version: 0,
});

const CartTotalsView = viewOf<CartFields["totals"]>("CartTotals", {
  ...totalsFields,
  taxEstimated: Joi.boolean(),
});

export const CartView = viewOf<CartFields>(
  "CartView",
  {
    id: id.allow(null),
    status: Joi.string().valid(...CART_STATUSES),
    currency: text,
    items: Joi.array().items(CartItemView),
    itemCount: count,
    totalQuantity: count,
    totals: CartTotalsView,
    appliedCoupons: Joi.array().items(AppliedCouponView),
    appliedDiscounts: Joi.array().items(AppliedDiscountView),
    freeGifts: Joi.array().items(CartItemView),
    expiresAt: momentOrNull,
    notices: Joi.array().items(NoticeView),
    version: count,
  },
  { sessionId: text },
);
