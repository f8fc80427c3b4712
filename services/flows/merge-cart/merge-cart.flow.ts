import { Cart, type CartDoc } from "../../../models/index.js";
import type { CartSource } from "../../../utils/constants.js";
import type { Profile } from "../../../utils/principal.js";
import { firstKnown } from "../../aggregates/cart/buyer-contact.js";
import type { CartDraft } from "../../aggregates/cart/cart-draft.js";
import { findCartLines, findOrReviveCart, withOpenCart } from "../../aggregates/cart/cart-reads.js";
import { changeCart } from "../../aggregates/cart/change-cart.js";
import { applyPromotions } from "../../aggregates/cart/promotions.js";
import { moveSavedItems } from "../../aggregates/cart/saved-items.js";
import { assignOrders } from "../../aggregates/order/assign-orders.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { assertNotBought, closeMergedCart, type HeldCart } from "./close-merged-cart.step.js";
import { mergeLines } from "./merge-lines.step.js";
import { moveReservations } from "./transfer-reservations.step.js";

export interface MergeRequest {
  userId: string;
  /** The guest session of before the login. */
  sessionId: string;
  /** What the token says, for coupons that count uses per person. */
  profile: Profile;
  /** Of a cart that has to be made for the customer. */
  source: CartSource;
}

/** The guest's cart waits for the customer's own (10 s in line) and for its work (15 s): longer than both. */
const GUEST_CART_LEASE = { ttlMs: 30_000, waitMs: 10_000 } as const;

/**
 * Brings what a guest collected into the customer's cart on login, and assigns the guest's orders to the
 * customer (docs/decisions/006 and 016). Limits and stock lower quantities (with notices), they never refuse.
 *
 * The leases are taken in one order, guest's then customer's, so that merges wait and never block each other.
 * Everything here may run twice: the reservations move first, by a call that is idempotent; one transaction
 * then writes both carts; saved items and orders follow in transactions of their own. After a crash the next
 * call continues. Orders come last: once the guest's cart is closed, no order can be placed from it any more.
 * @returns whether lines or saved items were moved; a repetition returns false and changes nothing
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
    // Another request merged, ordered or emptied it while this one waited.
    if (cart?.status !== "active") return false;
    const lines = await findCartLines(cart._id);
    if (lines.length === 0) return false;
    await assertNotBought(cart);
    await withOpenCart({ owner: { userId }, source }, (own) =>
      changeCart(own._id, (draft) => takeOver(draft, { cart, token }, profile)),
    );
    return true;
  });
}

async function takeOver(draft: CartDraft, guest: HeldCart, profile: Profile): Promise<void> {
  const lines = await findCartLines(guest.cart._id);
  const merged = await mergeLines(draft, lines);
  // The customer's own come first, so they win where two do not go together.
  const brought = guest.cart.appliedCoupons.map((coupon) => coupon.code);
  draft.couponCodes.push(...brought.filter((code) => !draft.couponCodes.includes(code)));
  draft.contact = firstKnown(draft.contact, profile, guest.cart.contact);
  draft.claimsOf.push(guest.cart._id);
  // Asked here once more than needed: what cannot be priced should fail before any reservation has moved.
  await applyPromotions(draft);
  await moveReservations(draft, { cartId: guest.cart._id, lines }, merged);
  draft.alongside.push((tx) => closeMergedCart(guest, draft.cart._id, tx));
}
