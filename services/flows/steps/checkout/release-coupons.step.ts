import type { Types } from "mongoose";
import { CheckoutSession } from "../../../../models/index.js";
import { unwrap } from "../../../../utils/result.js";
import { reverseCouponUsage } from "../../../integrations/pricing-integration.service.js";
import { withDocumentLease } from "../../../platform/document-lease.service.js";
import { placementInProgress } from "../payment/supersede-payment.step.js";
import { CHECKOUT_LEASE } from "./checkout-state.step.js";

/**
 * Releases coupon uses that a session claimed and no longer needs. Holds the session's lease, because the same
 * coupon may be claimed again at the same moment: by the next payment method, or by an order that a late capture
 * makes of an expired session. What the session pays with now, or its order was made with, is left alone.
 * @throws ConflictError PLACEMENT_IN_PROGRESS while an order is being placed; whether it needs the coupon is known
 *   once that has ended
 */
export async function releaseCoupons(
  checkoutSessionId: Types.ObjectId,
  codes: readonly string[],
): Promise<void> {
  const lease = { model: CheckoutSession, id: checkoutSessionId, ...CHECKOUT_LEASE };
  await withDocumentLease(lease, async (checkout) => {
    if (!checkout || checkout.status === "completed") return;
    if (checkout.placement) throw placementInProgress();
    const frozen = checkout.status === "payment_pending" ? checkout.frozen : null;
    const inUse = new Set(frozen?.coupons.map((coupon) => coupon.code));
    for (const code of codes.filter((candidate) => !inUse.has(candidate))) {
      unwrap(await reverseCouponUsage({ code, orderId: checkoutSessionId.toHexString() }));
      await CheckoutSession.updateOne({ _id: checkoutSessionId }, { $pull: { couponClaims: code } });
    }
  });
}
