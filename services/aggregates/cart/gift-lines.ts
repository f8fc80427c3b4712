import type { CartItemDoc } from "../../../models/index.js";
import { NotFoundError } from "../../../utils/errors.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import type { EligibleGift } from "../../integrations/pricing-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { type CartDraft, dropLine, priceLine } from "./cart-draft.js";
import { newLine } from "./cart-lines.js";
import { giftAddedNotice, giftRemovedNotice, giftUnavailableNotice } from "./notices.js";
import { tryReserveLine } from "./reserve-lines.js";
import { getSellable, type SellableVariant } from "./snapshot.service.js";

/**
 * Makes the gift lines those that the cart has earned: reserves and adds new gifts, and removes those that are
 * no longer earned. A gift that is withdrawn or out of stock is left out (notice GIFT_UNAVAILABLE).
 * @throws the typed upstream errors
 */
export async function reconcileGifts(draft: CartDraft, earned: readonly EligibleGift[]): Promise<void> {
  const wanted = mergeByVariant(earned);
  for (const line of draft.lines.filter((candidate) => candidate.isFreeGift)) {
    const gift = wanted.get(line.variantId);
    wanted.delete(line.variantId);
    if (!gift) removeGift(draft, line);
    else await keepGift(draft, line, gift);
  }
  // In sequence: each reservation must have its undo entry before the next call can fail.
  for (const gift of wanted.values()) await addGift(draft, gift);
}

/** One gift line per variant, even when two rules give it. */
function mergeByVariant(gifts: readonly EligibleGift[]): Map<string, EligibleGift> {
  const merged = new Map<string, EligibleGift>();
  for (const gift of gifts) {
    const other = merged.get(gift.variantId);
    merged.set(gift.variantId, other ? { ...other, quantity: other.quantity + gift.quantity } : gift);
  }
  return merged;
}

function removeGift(draft: CartDraft, line: CartItemDoc): void {
  dropLine(draft, line);
  draft.notices.push(giftRemovedNotice(line));
}

/** The rule or the quantity may have changed. Without enough stock, the cart keeps the units it has. */
async function keepGift(draft: CartDraft, line: CartItemDoc, gift: EligibleGift): Promise<void> {
  line.giftRuleId = gift.ruleId;
  if (line.quantity === gift.quantity) return;
  const { reservationTtlMinutes } = await getSettings("cart");
  const before = line.quantity;
  line.quantity = gift.quantity;
  const outcome = await tryReserveLine(draft, line, reservationTtlMinutes);
  if (outcome.reserved) return;
  line.quantity = before;
  if (before < gift.quantity) draft.notices.push(giftUnavailableNotice(gift, before));
}

async function addGift(draft: CartDraft, gift: EligibleGift): Promise<void> {
  const sellable = await findSellableGift(gift);
  if (!sellable) return skipGift(draft, gift);
  const { reservationTtlMinutes } = await getSettings("cart");
  const line: CartItemDoc = {
    ...(await newLine(draft, sellable)),
    quantity: gift.quantity,
    unitPrice: ZERO_PAISE,
    isFreeGift: true,
    giftRuleId: gift.ruleId,
  };
  priceLine(line);
  const outcome = await tryReserveLine(draft, line, reservationTtlMinutes);
  if (!outcome.reserved) return skipGift(draft, gift);
  draft.lines.push(line);
  draft.notices.push(giftAddedNotice(line));
}

const skipGift = (draft: CartDraft, gift: EligibleGift): void =>
  void draft.notices.push(giftUnavailableNotice(gift, 0));

async function findSellableGift(gift: EligibleGift): Promise<SellableVariant | null> {
  try {
    return await getSellable(gift.productId, gift.variantId);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
