import { Cart, type CartDoc } from "../../../models/index.js";
import { CART_STATUS, type CartSource } from "../../../utils/constants.js";
import type { Profile } from "../../../utils/principal.js";
import type { CartDraft } from "../../aggregates/cart/cart-draft.js";
import { findCartLines } from "../../aggregates/cart/cart-reads.js";
import { changeStoredCart, findOrReviveCart } from "../../aggregates/cart/open-cart.js";
import { applyPromotions, firstKnown } from "../../aggregates/cart/promotions.js";
import { moveSavedItems } from "../../aggregates/cart/saved-items.js";
import { assignOrders } from "../../aggregates/order/assign-orders.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { assertNotBought, closeMergedCart, type HeldCart } from "./close-merged-cart.step.js";
import { mergeLines } from "./merge-lines.step.js";
import { moveReservations } from "./transfer-reservations.step.js";

export interface MergeRequest {
  userId: string;
  /** The guest id from before the login. */
  sessionId: string;
  /** The token's claims, for coupons that count uses per person. */
  profile: Profile;
  /** Source of the customer's cart, if it has to be created. */
  source: CartSource;
}

/** Longer than the wait for the customer's cart (10 s) and its change (15 s) together, which happen under it. */
const GUEST_CART_LEASE = { ttlMs: 30_000, waitMs: 10_000 } as const;

/**
 * Moves a guest's lines and saved items to the customer on login, and assigns the guest's orders to the customer
 * (docs/decisions/006 and 016). Limits and stock reduce quantities, with notices; they never refuse the merge.
 *
 * The leases are taken in one order, the guest's cart first, so that merges cannot deadlock. Every step may run
 * twice: an idempotent call transfers the reservations first, one transaction then writes both carts, and saved
 * items and orders follow in transactions of their own. After a crash the next call continues. Orders come last:
 * once the guest's cart is closed, no order can be placed from it.
 * @returns whether lines or saved items were moved; a repeat returns false and changes nothing
 * @throws ConflictError PLACEMENT_IN_PROGRESS when either cart is being bought; as `changeCart`
 */
export async function mergeGuestIntoCustomer(request: MergeRequest): Promise<boolean> {
  const { userId, sessionId } = request;
  const guestCart = await findOrReviveCart({ sessionId });
  const isCartMoved = guestCart !== null && (await mergeCart(guestCart, request));
  const savedItems = await inTransaction((tx) => moveSavedItems(sessionId, userId, tx));
  await assignOrders({ userId, guestId: sessionId });
  return isCartMoved || savedItems > 0;
}

function mergeCart({ _id }: CartDoc, { userId, profile, source }: MergeRequest): Promise<boolean> {
  return withDocumentLease({ model: Cart, id: _id, ...GUEST_CART_LEASE }, async (cart, token) => {
    // Another request has merged, ordered or emptied it while this one waited for the lease.
    if (cart?.status !== CART_STATUS.ACTIVE) return false;
    const lines = await findCartLines(cart._id);
    if (lines.length === 0) return false;
    await assertNotBought(cart);
    await changeStoredCart({ owner: { userId }, source }, (draft) =>
      takeOver(draft, { cart, token }, profile),
    );
    return true;
  });
}

async function takeOver(draft: CartDraft, guest: HeldCart, profile: Profile): Promise<void> {
  const lines = await findCartLines(guest.cart._id);
  const merged = await mergeLines(draft, lines);
  // The customer's coupons come first, so they take precedence over the guest's.
  const guestCodes = guest.cart.appliedCoupons.map((coupon) => coupon.code);
  draft.couponCodes.push(...guestCodes.filter((code) => !draft.couponCodes.includes(code)));
  draft.contact = firstKnown(draft.contact, profile, guest.cart.contact);
  draft.claimsOf.push(guest.cart._id);
  // `changeCart` asks again; this call makes a pricing failure happen before any reservation is transferred.
  await applyPromotions(draft);
  await moveReservations(draft, { cartId: guest.cart._id, lines }, merged);
  draft.alongside.push((tx) => closeMergedCart(guest, draft.cart._id, tx));
}
