import { CheckoutSession, Payment } from "../../../../models/index.js";
import { now } from "../../../../utils/clock.js";
import type { CheckoutFailure } from "../../../../utils/constants.js";
import { type Result, unwrapEffect } from "../../../../utils/result.js";
import { paymentMachine } from "../../../../utils/state-machines.js";
import * as engagement from "../../../integrations/engagement-integration.service.js";
import * as inventory from "../../../integrations/inventory-integration.service.js";
import { paymentGateway } from "../../../integrations/payment-gateway.service.js";
import * as pricing from "../../../integrations/pricing-integration.service.js";
import { tryTransition } from "../../../platform/transition.service.js";
import type { Claim } from "./placement-claim.step.js";

/** A neighbour said a definite no: the placement is undone and the session fails with this reason. */
export class PlacementRefused extends Error {
  constructor(
    readonly failure: CheckoutFailure,
    cause: string,
  ) {
    super(`placement refused: ${failure} (${cause})`);
    this.name = "PlacementRefused";
  }
}

/**
 * Step 2: everything outside that an order needs, each idempotent by the order's id, so that all of it may
 * run twice. The four independent effects go out together; money is captured last, once stock is taken.
 * @throws PlacementRefused on a definite no; the typed upstream errors when an outcome is not known.
 */
export async function performEffects(claim: Claim): Promise<void> {
  if (claim.isPaymentLost)
    throw new PlacementRefused("capture_refused", "the gateway gave the authorisation back");
  if (claim.cart === "sold")
    throw new PlacementRefused("cart_gone", "the cart was ordered through another session");
  const results = await Promise.allSettled([
    takeStock(claim),
    useCoupons(claim),
    redeemPoints(claim),
    deductCredit(claim),
  ]);
  const failures = results
    .filter((result) => result.status === "rejected")
    .map((result) => result.reason as unknown);
  // A definite no decides, even while another effect's outcome is unknown: the undo covers both.
  const refused = failures.find((failure) => failure instanceof PlacementRefused);
  if (refused) throw refused;
  if (failures.length > 0) throw failures[0];
  await captureIfAuthorized(claim);
}

function settleEffect<T>(result: Result<T>, failure: CheckoutFailure): T {
  if (!result.success && result.outcome === "refused")
    throw new PlacementRefused(failure, `${result.service}: ${result.code}`);
  return unwrapEffect(result);
}

async function takeStock(claim: Claim): Promise<void> {
  const quantities = new Map<string, number>();
  for (const line of claim.frozen.lines) {
    quantities.set(line.variantId, (quantities.get(line.variantId) ?? 0) + line.quantity);
  }
  const result = await inventory.convertReservations({
    cartId: claim.cart === "held" ? claim.checkout.cartId.toHexString() : null,
    orderId: claim.checkout._id.toHexString(),
    items: [...quantities].map(([variantId, quantity]) => ({ variantId, quantity })),
  });
  settleEffect(result, "out_of_stock");
}

/** Claimed with the payment method already, as a rule (D37); a repeat by the same order id costs no use. */
async function useCoupons(claim: Claim): Promise<void> {
  const { checkout, frozen } = claim;
  const codes = frozen.coupons.map((coupon) => coupon.code);
  if (codes.some((code) => !checkout.couponClaims.includes(code))) {
    // Written down before the call, so that an undo after a crash knows what to give back.
    await CheckoutSession.updateOne({ _id: checkout._id }, { $set: { couponClaims: codes } });
  }
  await Promise.all(
    frozen.coupons.map(async (coupon) => {
      const result = await pricing.recordCouponUsage({
        code: coupon.code,
        ...(checkout.userId ? { userId: checkout.userId } : {}),
        email: checkout.email,
        phone: checkout.phone,
        orderId: checkout._id.toHexString(),
        discountAmount: coupon.discountAmount,
      });
      settleEffect(result, "coupon_invalid");
    }),
  );
}

async function redeemPoints(claim: Claim): Promise<void> {
  const { checkout, frozen } = claim;
  if (!checkout.userId || frozen.totals.loyaltyDiscount === 0) return;
  const result = await engagement.redeemLoyalty({
    userId: checkout.userId,
    orderId: checkout._id.toHexString(),
    points: pointsUsed(claim),
    expectedDiscount: frozen.totals.loyaltyDiscount,
  });
  settleEffect(result, "insufficient_points");
}

/** Totals may use fewer points than were offered (D41), but always whole ones. */
export function pointsUsed({ checkout, frozen }: Pick<Claim, "checkout" | "frozen">): number {
  if (checkout.loyaltyPointValue === 0) return 0;
  return Math.round(frozen.totals.loyaltyDiscount / checkout.loyaltyPointValue);
}

async function deductCredit(claim: Claim): Promise<void> {
  const { checkout, frozen } = claim;
  if (!checkout.userId || frozen.totals.storeCredit === 0) return;
  const result = await engagement.deductStoreCredit({
    userId: checkout.userId,
    amount: frozen.totals.storeCredit,
    reference: checkout._id.toHexString(),
  });
  settleEffect(result, "insufficient_credit");
}

/** Manual capture (D10): after stock is taken, before the commit. */
async function captureIfAuthorized(claim: Claim): Promise<void> {
  const { payment } = claim;
  if (payment?.status !== "authorized" || !payment.gatewayPaymentId) return;
  const result = await paymentGateway.capturePayment({
    paymentId: payment.gatewayPaymentId,
    amount: payment.amount,
  });
  const captured = settleEffect(result, "capture_refused");
  await tryTransition({
    machine: paymentMachine,
    model: Payment,
    id: payment._id,
    to: "captured",
    set: { capturedAmount: captured.amount, capturedAt: now(), fee: captured.fee, tax: captured.tax },
    by: { type: "system" },
    note: "placement",
  });
  payment.status = "captured";
  payment.capturedAmount = captured.amount;
}
