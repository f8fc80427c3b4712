import Joi from "joi";
import type { CartDoc, CartItemDoc } from "../../models/index.js";
import type { CartState } from "../../services/flows/steps/cart-draft.step.js";
import { availabilityOf, noticesOf, type StockLevels } from "../../services/flows/steps/stock-levels.step.js";
import { CART_STATUSES, CURRENCY, NOTICE_CODES, type Notice } from "../../utils/constants.js";
import { toRupees } from "../../utils/money.js";

/** What leaves the service about carts (`api.md`, Views). Amounts are rupees. */

const rupees = Joi.number();
const text = Joi.string().allow("");

export const TotalsView = Joi.object({
  subtotal: rupees.required(),
  discountTotal: rupees.required(),
  shippingTotal: rupees.required(),
  taxTotal: rupees.required(),
  roundOff: rupees.required(),
  grandTotal: rupees.required(),
  taxEstimated: Joi.boolean(),
  pricesIncludeTax: Joi.boolean().required(),
}).meta({ className: "Totals" });

export const NoticeView = Joi.object({
  code: Joi.string()
    .valid(...NOTICE_CODES)
    .required(),
  message: Joi.string().required(),
  itemId: Joi.string(),
  details: Joi.object().unknown(),
}).meta({ className: "Notice" });

export const AvailabilityView = Joi.object({
  isAvailable: Joi.boolean().required(),
  available: Joi.number().integer().required(),
})
  .allow(null)
  .meta({ className: "Availability" });

export const CartItemView = Joi.object({
  id: Joi.string().required(),
  productId: Joi.string().required(),
  variantId: Joi.string().required(),
  bundleId: Joi.string(),
  sku: text.required(),
  name: text.required(),
  imageUrl: text.allow(null).required(),
  attributes: Joi.object().pattern(Joi.string(), text).required(),
  quantity: Joi.number().integer().min(1).required(),
  unitPrice: rupees.required(),
  unitMrp: rupees.required(),
  lineDiscount: rupees.required(),
  lineTotal: rupees.required(),
  isFreeGift: Joi.boolean().required(),
  giftRuleId: Joi.string(),
  availability: AvailabilityView.required(),
  addedAt: Joi.string().isoDate().required(),
}).meta({ className: "CartItem" });

export const AppliedCouponView = Joi.object({
  code: Joi.string().required(),
  discountAmount: rupees.required(),
}).meta({ className: "AppliedCoupon" });

export const AppliedDiscountView = Joi.object({
  id: Joi.string().required(),
  name: text.required(),
  type: Joi.string().required(),
  discountAmount: rupees.required(),
}).meta({ className: "AppliedDiscount" });

export const CartView = Joi.object({
  id: Joi.string().allow(null).required(),
  sessionId: Joi.string(),
  status: Joi.string()
    .valid(...CART_STATUSES)
    .required(),
  currency: Joi.string().required(),
  items: Joi.array().items(CartItemView).required(),
  itemCount: Joi.number().integer().required(),
  totalQuantity: Joi.number().integer().required(),
  totals: TotalsView.required(),
  appliedCoupons: Joi.array().items(AppliedCouponView).required(),
  appliedDiscounts: Joi.array().items(AppliedDiscountView).required(),
  freeGifts: Joi.array().items(CartItemView).required(),
  expiresAt: Joi.string().isoDate().allow(null).required(),
  notices: Joi.array().items(NoticeView).required(),
  version: Joi.number().integer().required(),
}).meta({ className: "Cart" });

export const MiniCartView = Joi.object({
  itemCount: Joi.number().integer().required(),
  totalQuantity: Joi.number().integer().required(),
  grandTotal: rupees.required(),
  currency: Joi.string().required(),
}).meta({ className: "MiniCart" });

/** A cart with what is in stock at the moment; `stock` null: inventory cannot be asked. */
export interface CartSnapshot {
  state: CartState;
  stock: StockLevels;
}

export function toCartItemView(line: CartItemDoc, stock: StockLevels) {
  return {
    id: line._id.toHexString(),
    productId: line.productId,
    variantId: line.variantId,
    ...(line.bundleId === null ? {} : { bundleId: line.bundleId }),
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
    ...(line.giftRuleId === null ? {} : { giftRuleId: line.giftRuleId }),
    availability: availabilityOf(line, stock),
    addedAt: line.addedAt.toISOString(),
  };
}

export function toTotalsView(cart: CartDoc) {
  return {
    subtotal: toRupees(cart.subtotal),
    discountTotal: toRupees(cart.discountTotal),
    shippingTotal: toRupees(cart.shippingTotal),
    taxTotal: toRupees(cart.taxTotal),
    roundOff: toRupees(cart.roundOff),
    grandTotal: toRupees(cart.grandTotal),
    taxEstimated: cart.taxEstimated,
    pricesIncludeTax: cart.pricesIncludeTax,
  };
}

const toNoticeView = ({ code, message, itemId, details }: Notice) => ({
  code,
  message,
  ...(itemId === undefined ? {} : { itemId }),
  ...(details === undefined || details === null ? {} : { details }),
});

/** `items` are all lines, gifts among them (`isFreeGift`); `freeGifts` shows the gifts once more on their own. */
export function toCartView({ state, stock }: CartSnapshot) {
  const { cart, lines } = state;
  const items = lines.map((line) => toCartItemView(line, stock));
  return {
    id: cart._id.toHexString(),
    ...(cart.sessionId && !cart.userId ? { sessionId: cart.sessionId } : {}),
    status: cart.status,
    currency: cart.currency,
    items,
    itemCount: cart.itemCount,
    totalQuantity: cart.totalQuantity,
    totals: toTotalsView(cart),
    appliedCoupons: cart.appliedCoupons.map(({ code, discountAmount }) => ({
      code,
      discountAmount: toRupees(discountAmount),
    })),
    appliedDiscounts: cart.appliedDiscounts.map(({ id, name, type, discountAmount }) => ({
      id,
      name,
      type,
      discountAmount: toRupees(discountAmount),
    })),
    freeGifts: items.filter((item) => item.isFreeGift),
    expiresAt: cart.expiresAt.toISOString(),
    notices: noticesOf(state, stock).map(toNoticeView),
    version: cart.version,
  };
}

/** The cart of somebody who has none. Reading never makes one. */
export function toEmptyCartView(options: { pricesIncludeTax: boolean; sessionId?: string }) {
  const { pricesIncludeTax, sessionId } = options;
  const nothing = {
    subtotal: 0,
    discountTotal: 0,
    shippingTotal: 0,
    taxTotal: 0,
    roundOff: 0,
    grandTotal: 0,
  };
  return {
    id: null,
    ...(sessionId === undefined ? {} : { sessionId }),
    status: "active" as const,
    currency: CURRENCY,
    items: [],
    itemCount: 0,
    totalQuantity: 0,
    totals: { ...nothing, taxEstimated: true, pricesIncludeTax },
    appliedCoupons: [],
    appliedDiscounts: [],
    freeGifts: [],
    expiresAt: null,
    notices: [],
    version: 0,
  };
}

export type MiniCart = Pick<CartDoc, "itemCount" | "totalQuantity" | "grandTotal" | "currency">;

export const toMiniCartView = (cart: MiniCart | null) => ({
  itemCount: cart?.itemCount ?? 0,
  totalQuantity: cart?.totalQuantity ?? 0,
  grandTotal: cart ? toRupees(cart.grandTotal) : 0,
  currency: cart?.currency ?? CURRENCY,
});
