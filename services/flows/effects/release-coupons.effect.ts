import type { Types } from "mongoose";
import { CheckoutSession } from "../../../models/index.js";
import { unwrap } from "../../../utils/result.js";
import { reverseCouponUsage } from "../../integrations/pricing-integration.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { CHECKOUT_LEASE } from "../steps/checkout/checkout-state.step.js";

/**
 * Gives coupon uses back that a session claimed and no longer needs (D37). Stands in the session's line,
 * because the same coupon may be claimed again at the same moment: what the session pays with now, or what
 * its order was made with, is left alone.
 */
export async function releaseCoupons(
  checkoutSessionId: Types.ObjectId,
  codes: readonly string[],
): Promise<void> {
  const lease = { model: CheckoutSession, id: checkoutSessionId, ...CHECKOUT_LEASE };
  await withDocumentLease(lease, async (checkout) => {
    if (!checkout || checkout.status === "completed") return;
    const frozen = checkout.status === "payment_pending" ? checkout.frozen : null;
    const inUse = new Set(frozen?.coupons.map((coupon) => coupon.code));
    for (const code of codes.filter((candidate) => !inUse.has(candidate))) {
      unwrap(await reverseCouponUsage({ code, orderId: checkoutSessionId.toHexString() }));
      await CheckoutSession.updateOne({ _id: checkoutSessionId }, { $pull: { couponClaims: code } });
    }
  });
}
