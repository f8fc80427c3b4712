import type { AppliedCoupon, CartItemDoc } from "../../../models/index.js";
import type { Notice, NoticeCode } from "../../../utils/constants.js";
import { type Paise, toRupees } from "../../../utils/money.js";
import { getProducts } from "../../integrations/catalog-integration.service.js";
import type { EligibleGift } from "../../integrations/pricing-integration.service.js";
import { boughtLines, idOf } from "./cart-draft.js";
import { findSellable } from "./snapshot.service.js";

/** The notices of a cart, each with what a storefront needs to show it. Amounts are rupees. */

const itemOf = ({ productId, variantId, sku, name }: CartItemDoc) => ({ productId, variantId, sku, name });

export const stockText = (name: string, available: number): string =>
  available === 0 ? `${name} is out of stock` : `Only ${available} of ${name} available`;

export const priceChangedNotice = (line: CartItemDoc, before: Paise): Notice => ({
  code: "PRICE_CHANGED",
  message: `The price of ${line.name} has changed`,
  itemId: idOf(line),
  details: { ...itemOf(line), previousPrice: toRupees(before), currentPrice: toRupees(line.unitPrice) },
});

export const productUnavailableNotice = (line: CartItemDoc): Notice => ({
  code: "PRODUCT_UNAVAILABLE",
  message: `${line.name} is no longer sold`,
  itemId: idOf(line),
  details: { ...itemOf(line), quantity: line.quantity },
});

export const quantityReducedNotice = (line: CartItemDoc, before: number): Notice => ({
  code: "QUANTITY_REDUCED",
  message: `The quantity of ${line.name} was reduced to ${line.quantity}`,
  itemId: idOf(line),
  details: { ...itemOf(line), previousQuantity: before, currentQuantity: line.quantity },
});

export const outOfStockNotice = (line: CartItemDoc, available: number): Notice => ({
  code: "OUT_OF_STOCK",
  message: stockText(line.name, available),
  itemId: idOf(line),
  details: { ...itemOf(line), requested: line.quantity, available },
});

export const lowStockNotice = (line: CartItemDoc, available: number): Notice => ({
  code: "LOW_STOCK",
  message: `Only ${available} of ${line.name} left`,
  itemId: idOf(line),
  details: { ...itemOf(line), requested: line.quantity, available },
});

export const giftAddedNotice = (line: CartItemDoc): Notice => ({
  code: "GIFT_ADDED",
  message: `${line.name} was added as a gift`,
  itemId: idOf(line),
  details: { ...itemOf(line), quantity: line.quantity, giftRuleId: line.giftRuleId },
});

export const giftRemovedNotice = (line: CartItemDoc): Notice => ({
  code: "GIFT_REMOVED",
  message: `The gift ${line.name} no longer comes with this cart`,
  itemId: idOf(line),
  details: { ...itemOf(line), quantity: line.quantity, giftRuleId: line.giftRuleId },
});

/** A gift that the cart has earned but does not hold in full: of `quantity` units, it holds `available`. */
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

/** What cannot be shown or checked while a service is down. */
const DOWN_MESSAGES = {
  inventory: "Availability cannot be shown at the moment",
  catalog: "Prices are the last known ones; they cannot be checked at the moment",
  shipping: "The shipping price is the last known one; it cannot be checked at the moment",
} as const;

export const upstreamUnavailableNotice = (service: keyof typeof DOWN_MESSAGES): Notice => ({
  code: "UPSTREAM_UNAVAILABLE",
  message: DOWN_MESSAGES[service],
  details: { service },
});

/**
 * How the lines differ from the catalog (at most as old as its cache): changed prices and products that are no
 * longer sold. A read shows the difference and does not store it: a line takes today's price when its quantity
 * grows and at checkout start. While the catalog is down, a notice says so.
 */
export async function findCatalogNotices(lines: readonly CartItemDoc[]): Promise<Notice[]> {
  const bought = boughtLines(lines);
  if (bought.length === 0) return [];
  const products = await getProducts(bought.map((line) => line.productId));
  if (!products.success) return [upstreamUnavailableNotice("catalog")];
  return bought.flatMap((line) => {
    const sellable = findSellable(products.data.get(line.productId), line.variantId);
    if (!sellable) return [productUnavailableNotice(line)];
    const { salePrice } = sellable.variant;
    return salePrice === line.unitPrice
      ? []
      : [priceChangedNotice({ ...line, unitPrice: salePrice }, line.unitPrice)];
  });
}

/** Stored notices that a newer catalog notice about the same line replaces. */
const CATALOG_CODES: ReadonlySet<NoticeCode> = new Set(["PRICE_CHANGED", "PRODUCT_UNAVAILABLE"]);
/** Notices without meaning for a product that is no longer sold. */
const STOCK_CODES: ReadonlySet<NoticeCode> = new Set(["OUT_OF_STOCK", "LOW_STOCK"]);

/** The notices of a read: those of the catalog, then the others that still apply. */
export function withCatalogNotices(notices: readonly Notice[], fromCatalog: readonly Notice[]): Notice[] {
  const replaced = new Set(fromCatalog.map(({ itemId }) => itemId));
  const withdrawn = new Set(
    fromCatalog.filter(({ code }) => code === "PRODUCT_UNAVAILABLE").map(({ itemId }) => itemId),
  );
  const rest = notices.filter(
    ({ code, itemId }) =>
      !(CATALOG_CODES.has(code) && replaced.has(itemId)) && !(STOCK_CODES.has(code) && withdrawn.has(itemId)),
  );
  return [...fromCatalog, ...rest];
}
