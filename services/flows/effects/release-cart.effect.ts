import { type Types, trusted } from "mongoose";
import { Cart, CartItem, CheckoutSession } from "../../../models/index.js";
import { LIVE_CHECKOUT_STATUSES } from "../../../utils/constants.js";
import { unwrap } from "../../../utils/result.js";
import { releaseCartReservations } from "../../integrations/inventory-integration.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";

/**
 * Releases everything a cart has reserved, once nobody is buying it: its time or its checkout's has passed.
 * Stands in the cart's line and looks again there: whoever came back meanwhile (another version, another
 * status, a new checkout) keeps his stock.
 * @param idle the cart's version and status when the release was owed
 */
export async function releaseIdleCart(
  cartId: Types.ObjectId,
  idle: { version: number; status: string },
): Promise<void> {
  await withDocumentLease({ model: Cart, id: cartId, ttlMs: 15_000, waitMs: 10_000 }, async (cart) => {
    if (!cart || cart.placing || cart.version !== idle.version || cart.status !== idle.status) return;
    if (await CheckoutSession.exists({ cartId, status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }) }))
      return;
    unwrap(await releaseCartReservations(cartId.toHexString()));
    await CartItem.updateMany({ cartId }, { $set: { reservationId: null, reservationExpiresAt: null } });
  });
}
