import type { CartItemDoc } from "../../../models/index.js";
import { boughtLines, type CartDraft, findStoredLine, priceLine } from "../../aggregates/cart/cart-draft.js";
import { refreshLine, unitLimitOf } from "../../aggregates/cart/cart-lines.js";
import { quantityReducedNotice } from "../../aggregates/cart/notices.js";
import { isReserved } from "../../aggregates/cart/reserve-lines.js";
import { findSellable } from "../../aggregates/cart/snapshot.service.js";
import { getProducts } from "../../integrations/catalog-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";

/** What merging the lines did to the draft; the reservations follow. */
export interface MergedLines {
  /** Lines of the draft that were added or have grown. */
  touched: CartItemDoc[];
  /** Reservations of guest lines that did not fit. */
  leftOver: string[];
}

/**
 * Adds the lines of a guest's cart to the draft. Quantities of the same variant are added, up to its limit; other
 * lines are moved with their ids and prices while the cart has room. What does not fit becomes a notice
 * QUANTITY_REDUCED. A line that grew takes today's price; while the catalog is down it keeps its own.
 */
export async function mergeLines(draft: CartDraft, guestLines: readonly CartItemDoc[]): Promise<MergedLines> {
  const merged: MergedLines = { touched: [], leftOver: [] };
  const { maxLines } = await getSettings("cart");
  for (const guestLine of boughtLines(guestLines)) {
    const own = findSameVariant(draft, guestLine);
    if (own) await growLine(draft, own, guestLine);
    else if (boughtLines(draft.lines).length < maxLines) await moveLine(draft, guestLine);
    else leaveBehind(draft, guestLine, merged);
    const line = findSameVariant(draft, guestLine);
    if (line) merged.touched.push(line);
  }
  moveGifts(draft, guestLines, merged);
  await refreshGrownLines(draft, merged.touched);
  return merged;
}

const findSameVariant = (draft: CartDraft, { variantId, isFreeGift }: CartItemDoc): CartItemDoc | undefined =>
  draft.lines.find((line) => line.variantId === variantId && line.isFreeGift === isFreeGift);

/** The customer's own quantity is never reduced, even if the limit has been lowered below it. */
async function growLine(draft: CartDraft, own: CartItemDoc, guestLine: CartItemDoc): Promise<void> {
  const wanted = own.quantity + guestLine.quantity;
  own.quantity = Math.max(own.quantity, Math.min(wanted, await unitLimitOf(own)));
  own.bundleId ??= guestLine.bundleId;
  if (!isReserved(own)) {
    own.reservationId = guestLine.reservationId;
    own.reservationExpiresAt = guestLine.reservationExpiresAt;
  } else if (isReserved(guestLine)) own.reservationExpiresAt = laterExpiry(own, guestLine);
  priceLine(own);
  if (own.quantity < wanted) draft.notices.push(quantityReducedNotice(own, wanted));
}

/** The two reservations become one, which keeps the later expiry. */
function laterExpiry(own: CartItemDoc, guestLine: CartItemDoc): Date | null {
  const [a, b] = [own.reservationExpiresAt, guestLine.reservationExpiresAt];
  return a && b && b > a ? b : a;
}

async function moveLine(draft: CartDraft, guestLine: CartItemDoc): Promise<void> {
  const line = { ...guestLine, cartId: draft.cart._id };
  line.quantity = Math.min(guestLine.quantity, await unitLimitOf(line));
  priceLine(line);
  draft.lines.push(line);
  if (line.quantity < guestLine.quantity) draft.notices.push(quantityReducedNotice(line, guestLine.quantity));
}

function leaveBehind(draft: CartDraft, guestLine: CartItemDoc, merged: MergedLines): void {
  if (guestLine.reservationId) merged.leftOver.push(guestLine.reservationId);
  draft.notices.push(quantityReducedNotice({ ...guestLine, quantity: 0 }, guestLine.quantity));
}

/** A reserved gift is moved, so that its last unit is not lost. Repricing then decides whether it stays. */
function moveGifts(draft: CartDraft, guestLines: readonly CartItemDoc[], merged: MergedLines): void {
  for (const gift of guestLines.filter((line) => line.isFreeGift && isReserved(line))) {
    const own = findSameVariant(draft, gift);
    if (own) merged.touched.push(own);
    else {
      const line = { ...gift, cartId: draft.cart._id };
      draft.lines.push(line);
      merged.touched.push(line);
    }
  }
}

async function refreshGrownLines(draft: CartDraft, touched: readonly CartItemDoc[]): Promise<void> {
  const grown = boughtLines(touched).filter((line) => findStoredLine(draft, line));
  if (grown.length === 0) return;
  const products = await getProducts(grown.map((line) => line.productId));
  if (!products.success) return;
  for (const line of grown) {
    const sellable = findSellable(products.data.get(line.productId), line.variantId);
    if (sellable) await refreshLine(draft, line, sellable);
  }
}
