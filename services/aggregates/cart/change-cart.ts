import type { Types } from "mongoose";
import { Cart } from "../../../models/index.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { placementInProgress } from "../payment/supersede-payment.js";
import { type CartDraft, type CartState, startDraft } from "./cart-draft.js";
import { cartNotFound, linesOf } from "./cart-reads.js";
import { totalDraft } from "./cart-totals.js";
import { reconcileGifts } from "./gift-lines.js";
import { applyPromotions } from "./promotions.js";
import { CartMovedOn, explainMovedOn, saveCart } from "./save-cart.js";

export type { CartDraft, CartState } from "./cart-draft.js";

/**
 * Five upstream calls in a row at their limit of 3 s. A change that takes longer may have lost the lease to
 * the next one; the compare-and-set at the end detects that.
 */
export const CART_LEASE = { ttlMs: 15_000, waitMs: 10_000 } as const;

/** Works on the draft, and reserves with the undo beside it. */
export type CartChange = (draft: CartDraft) => Promise<void> | void;

/**
 * The single writer of a cart: for the customer's changes, the checkout and the jobs.
 *
 * Takes the cart's lease, lets `change` work on a draft, asks anew for coupons, discounts and gifts, totals,
 * and writes everything in one transaction. Whatever throws on the way: reservations are taken back and
 * nothing has changed. Outside the transaction it calls pricing, inventory and catalog; inside, nobody.
 * @throws NotFoundError CART_NOT_FOUND when it is not active (any more); ConflictError PLACEMENT_IN_PROGRESS,
 *   VERSION_CONFLICT, REQUEST_IN_PROGRESS; the typed upstream errors; whatever `change` throws.
 */
export function changeCart(cartId: Types.ObjectId, change: CartChange): Promise<CartState> {
  return withDocumentLease({ model: Cart, id: cartId, ...CART_LEASE }, async (cart, token, ended) => {
    if (cart?.status !== "active") throw cartNotFound();
    if (cart.placing) throw placementInProgress();
    const stored: CartState = { cart, lines: await linesOf(cart) };
    const draft = startDraft(stored, token);
    try {
      await change(draft);
      if (draft.isUnchanged) return stored;
      await reconcileGifts(draft, await applyPromotions(draft));
      const saved = await saveCart(draft, await totalDraft(draft));
      ended();
      return saved;
    } catch (error) {
      throw await giveUp(draft, error);
    }
  });
}

/** Takes back what was reserved, inside the lease. @returns the error to throw */
async function giveUp(draft: CartDraft, error: unknown): Promise<unknown> {
  const isUnsure = error instanceof CartMovedOn || error instanceof OutcomeUnknownError;
  await draft.undo.takeBack(isUnsure ? "unsure" : "unchanged");
  return error instanceof CartMovedOn ? explainMovedOn(draft) : error;
}
