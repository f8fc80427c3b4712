import type { Types } from "mongoose";
import type { CartDoc, CartItemDoc, CheckoutSessionDoc, FrozenLine } from "../../models/index.js";
import { toCheckoutTotals } from "../../services/aggregates/checkout/freeze-checkout.js";
import { CURRENCY } from "../../utils/constants.js";
import { rupeesToPaise, ZERO_PAISE } from "../../utils/money.js";
import { chargesOf, SHIPPING } from "./baskets.js";
import { KINDS, type OrderFacts } from "./order-facts.js";

const DAY_MS = 86_400_000;
const CART_LIFE_MS = 7 * DAY_MS;
/** The time from the first line in the cart to the order. */
const SHOPPING_MS = 5 * 60_000;

const beganAt = (placed: Date): Date => new Date(placed.getTime() - SHOPPING_MS);

/** @param kind the kind of the lines' ids */
export function toCartItems(
  { basket, cartId, newId, placed }: Pick<OrderFacts, "basket" | "cartId" | "newId" | "placed">,
  kind = KINDS.cartItem,
): CartItemDoc[] {
  return basket.lines.map(({ product, variant, quantity }, index) => ({
    _id: newId(kind, index),
    cartId,
    productId: product.id,
    variantId: variant.id,
    bundleId: null,
    sku: variant.sku,
    name: variant.name,
    imageUrl: variant.imageUrl,
    attributes: variant.attributes,
    hsnCode: variant.hsnCode,
    gstRateBps: variant.gstRate * 100,
    weightGrams: variant.weightGrams,
    categoryId: variant.categoryId,
    sellerId: variant.sellerId ?? null,
    isReturnable: product.isReturnable,
    quantity,
    unitPrice: rupeesToPaise(variant.salePrice),
    unitMrp: rupeesToPaise(variant.mrp),
    lineDiscount: ZERO_PAISE,
    lineTotal: basket.totals.lines[index]?.lineTotal ?? ZERO_PAISE,
    isFreeGift: false,
    giftRuleId: null,
    maxPerOrder: variant.maxPerOrder ?? null,
    reservationId: null,
    reservationExpiresAt: null,
    addedAt: beganAt(placed),
    createdAt: beganAt(placed),
    updatedAt: placed,
  }));
}

/** The facts that a cart needs. */
export type CartFacts = Pick<OrderFacts, "cartId" | "owner" | "basket" | "placed"> & {
  orderId: Types.ObjectId | null;
};

export function toCart({ cartId, owner, basket, orderId, placed }: CartFacts): CartDoc {
  const { subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal } = basket.totals;
  return {
    _id: cartId,
    ...owner,
    status: "converted",
    currency: CURRENCY,
    ...{ subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal },
    taxEstimated: false,
    placeOfSupply: null,
    shipping: { rate: SHIPPING.rate, codFee: basket.isCod ? SHIPPING.codFee : ZERO_PAISE },
    pricesIncludeTax: true,
    itemCount: basket.lines.length,
    totalQuantity: basket.lines.reduce((units, { quantity }) => units + quantity, 0),
    appliedCoupons: [],
    appliedDiscounts: [],
    notices: [],
    source: "web",
    convertedOrderId: orderId,
    mergedIntoCartId: null,
    version: basket.lines.length,
    placing: null,
    lease: null,
    expiresAt: new Date(placed.getTime() + CART_LIFE_MS),
    abandonedAt: null,
    reminderSentAt: null,
    createdAt: beganAt(placed),
    updatedAt: placed,
  };
}

/** The lines with their shares of order-level discounts and tax. */
export function toFrozenLines({ basket }: OrderFacts, items: readonly CartItemDoc[]): FrozenLine[] {
  return items.map((item, index) => {
    const totals = basket.totals.lines[index];
    if (!totals) throw new Error("the basket has no totals");
    const { _id, cartId, maxPerOrder, reservationExpiresAt, addedAt, createdAt, updatedAt, ...sold } = item;
    const { orderDiscountShare, taxableValue, taxes, lineTax } = totals;
    return { ...sold, cartItemId: _id, orderDiscountShare, taxableValue, taxes, lineTax };
  });
}

export function toSession(facts: OrderFacts, lines: FrozenLine[]): CheckoutSessionDoc {
  const { orderId, cartId, owner, address, basket, placed, paymentId, orderNumber } = facts;
  const totals = toCheckoutTotals(basket.totals);
  const cartVersion = basket.lines.length;
  return {
    _id: orderId,
    cartId,
    ...owner,
    status: "completed",
    email: facts.email,
    phone: address.phone,
    customerName: address.name,
    shippingAddressId: null,
    shippingAddress: address,
    billingAddress: address,
    billingSameAsShipping: true,
    gstin: null,
    shippingMethodId: SHIPPING.id,
    shippingMethod: SHIPPING,
    paymentMethod: basket.isCod ? "cod" : "upi",
    totals,
    isGiftOrder: false,
    giftMessage: null,
    customerNotes: null,
    termsAcceptedAt: placed,
    loyaltyPoints: 0,
    loyaltyPointValue: ZERO_PAISE,
    storeCreditAmount: ZERO_PAISE,
    source: "web",
    cartVersion,
    frozen: {
      ...{ lines, totals, cartVersion },
      charges: chargesOf(basket),
      coupons: [],
      discounts: [],
      at: placed,
    },
    couponClaims: [],
    paymentId,
    placement: null,
    orderNumber,
    failureReason: null,
    failedAt: null,
    completedAt: placed,
    reminderSentAt: null,
    version: 4,
    lease: null,
    expiresAt: new Date(placed.getTime() + CART_LIFE_MS),
    steps: {
      initiatedAt: beganAt(placed),
      addressEnteredAt: beganAt(placed),
      paymentPendingAt: beganAt(placed),
      completedAt: placed,
      failedAt: null,
    },
    createdAt: beganAt(placed),
    updatedAt: placed,
  };
}
