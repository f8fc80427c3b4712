import {
  CheckoutSession,
  type CheckoutSessionDoc,
  type FrozenCheckout,
  Payment,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { CHECKOUT_FAILURE, type CheckoutFailure, PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { isRefused, type Result, unwrap } from "../../../utils/result.js";
import { paymentMachine } from "../../../utils/state-machines.js";
import { claimCouponUse } from "../../aggregates/checkout-session/coupon-uses.js";
import { PlacementRefused } from "../../aggregates/checkout-session/placement-failure.js";
import * as engagement from "../../integrations/engagement-integration.service.js";
import * as inventory from "../../integrations/inventory-integration.service.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import * as pricing from "../../integrations/pricing-integration.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import type { Claim } from "./claim.step.js";

/** A session whose placement was undone, with what it may have taken. */
export interface UndonePlacement {
  checkout: CheckoutSessionDoc;
  frozen: FrozenCheckout;
  orderId: string;
  /** Each reversal is sent twice: at once, and after every lease has certainly ended. */
  round: ReversalRound;
}

export const REVERSAL_ROUNDS = ["first", "second", "late"] as const;
export type ReversalRound = (typeof REVERSAL_ROUNDS)[number];

/** One thing that placing an order changes outside this service. */
export interface PlacementEffect {
  /** Never rename it: outbox messages record by it which reversals are done. */
  name: string;
  /**
   * Idempotent by the order's id, so it may run twice.
   * @throws PlacementRefused on a definite no; the typed upstream errors when the outcome is unknown
   */
  run(claim: Claim): Promise<void>;
  /**
   * Idempotent by the order's id. It does not rely on whether `run` happened, so that a process that was suspended
   * in the middle leaves nothing behind. Null: nothing to send; the undo writes the refund itself.
   */
  undo: ((undone: UndonePlacement) => Promise<void>) | null;
}

const stock: PlacementEffect = {
  name: "stock",
  async run({ checkout, frozen, cart }) {
    const quantities = new Map<string, number>();
    for (const { variantId, quantity } of frozen.lines) {
      quantities.set(variantId, (quantities.get(variantId) ?? 0) + quantity);
    }
    const result = await inventory.convertReservationsToSale({
      cartId: cart === "held" ? checkout.cartId.toHexString() : null,
      orderId: checkout._id.toHexString(),
      items: [...quantities].map(([variantId, quantity]) => ({ variantId, quantity })),
    });
    requireSuccess(result, CHECKOUT_FAILURE.OUT_OF_STOCK);
  },
  async undo({ orderId }) {
    unwrap(await inventory.voidConversion(orderId));
  },
};

const coupons: PlacementEffect = {
  name: "coupons",
  /** Usually claimed with the payment method; repeating the claim with the same order id costs no second use. */
  async run({ checkout, frozen, token }) {
    const codes = frozen.coupons.map(({ code }) => code);
    if (codes.some((code) => !checkout.couponClaims.includes(code))) {
      // Recorded before the call, so that an undo after a crash knows what to release.
      await CheckoutSession.updateOne(
        { _id: checkout._id, "placement.token": token },
        { $addToSet: { couponClaims: { $each: codes } } },
      );
    }
    await Promise.all(
      frozen.coupons.map(async (coupon) =>
        requireSuccess(await claimCouponUse(checkout, coupon), CHECKOUT_FAILURE.COUPON_INVALID),
      ),
    );
  },
  async undo({ checkout, orderId }) {
    for (const code of checkout.couponClaims) unwrap(await pricing.reverseCouponUsage({ code, orderId }));
  },
};

const points: PlacementEffect = {
  name: "points",
  async run({ checkout, frozen }) {
    if (!checkout.userId || frozen.totals.loyaltyDiscount === 0) return;
    const result = await engagement.redeemLoyalty({
      userId: checkout.userId,
      orderId: checkout._id.toHexString(),
      points: pointsUsed({ checkout, frozen }),
      expectedDiscount: frozen.totals.loyaltyDiscount,
    });
    requireSuccess(result, CHECKOUT_FAILURE.INSUFFICIENT_POINTS);
  },
  /**
   * Returning points that were not redeemed returns nothing. Each round has its own reference, so the second
   * returns what a suspended process redeemed after the first. Do not redeem here to be certain: redeeming is
   * idempotent by order, and does not show whether the points were returned in between.
   */
  async undo({ checkout, frozen, orderId, round }) {
    const { userId } = checkout;
    const used = pointsUsed({ checkout, frozen });
    if (!userId || used === 0) return;
    const reference = `${orderId}:undo:${round}`;
    unwrap(await engagement.reverseLoyalty({ userId, orderId, points: used, reference }));
  },
};

const credit: PlacementEffect = {
  name: "credit",
  async run({ checkout, frozen }) {
    if (!checkout.userId || frozen.totals.storeCredit === 0) return;
    const result = await engagement.deductStoreCredit({
      userId: checkout.userId,
      amount: frozen.totals.storeCredit,
      reference: checkout._id.toHexString(),
    });
    requireSuccess(result, CHECKOUT_FAILURE.INSUFFICIENT_CREDIT);
  },
  /**
   * Issuing credit does not check whether any was deducted. Deducting is idempotent by the order's id, without a time
   * limit: so deduct first, to be certain, then issue the credit. A refusal means that nothing was deducted.
   */
  async undo({ checkout: { userId }, frozen, orderId }) {
    const amount = frozen.totals.storeCredit;
    if (!userId || amount === 0) return;
    const deducted = await engagement.deductStoreCredit({ userId, amount, reference: orderId });
    if (isRefused(deducted)) return;
    unwrap(deducted);
    const reason = "order_not_placed";
    unwrap(await engagement.issueStoreCredit({ userId, amount, reason, reference: `${orderId}:undo` }));
  },
};

/** With manual capture: the gateway has only authorised the payment. */
const capture: PlacementEffect = {
  name: "capture",
  async run({ payment }) {
    if (payment?.status !== PAYMENT_GATEWAY_STATUS.AUTHORIZED || !payment.gatewayPaymentId) return;
    const result = await paymentGateway.capturePayment({
      paymentId: payment.gatewayPaymentId,
      amount: payment.amount,
    });
    const { amount, fee, tax } = requireSuccess(result, CHECKOUT_FAILURE.CAPTURE_REFUSED);
    await tryTransition({
      machine: paymentMachine,
      model: Payment,
      id: payment._id,
      to: PAYMENT_GATEWAY_STATUS.CAPTURED,
      set: { capturedAmount: amount, capturedAt: now(), fee, tax },
      by: { type: "system" },
      note: "placement",
    });
    payment.status = PAYMENT_GATEWAY_STATUS.CAPTURED;
    payment.capturedAmount = amount;
  },
  undo: null,
};

/** Everything that placing an order changes outside this service, each change with its reversal. */
export const PLACEMENT_EFFECTS: readonly PlacementEffect[] = [stock, coupons, points, credit, capture];

/**
 * Runs all effects: in parallel those that can be undone, then the capture, once everything else is taken.
 * @throws PlacementRefused on a definite no; the typed upstream errors when an outcome is unknown
 */
export async function performEffects(claim: Claim): Promise<void> {
  if (claim.isPaymentLost)
    throw new PlacementRefused(CHECKOUT_FAILURE.CAPTURE_REFUSED, "the gateway returned the authorisation");
  if (claim.cart === "sold")
    throw new PlacementRefused(CHECKOUT_FAILURE.CART_GONE, "the cart was ordered through another session");
  await runTogether(
    claim,
    PLACEMENT_EFFECTS.filter(({ undo }) => undo !== null),
  );
  await runTogether(
    claim,
    PLACEMENT_EFFECTS.filter(({ undo }) => undo === null),
  );
}

async function runTogether(claim: Claim, effects: readonly PlacementEffect[]): Promise<void> {
  const results = await Promise.allSettled(effects.map((effect) => effect.run(claim)));
  const failures = results.flatMap((result): unknown[] =>
    result.status === "rejected" ? [result.reason] : [],
  );
  if (failures.length === 0) return;
  // A definite no decides, even while another outcome is unknown: the undo covers both.
  throw failures.find((failure) => failure instanceof PlacementRefused) ?? failures[0];
}

function requireSuccess<T>(result: Result<T>, failure: CheckoutFailure): T {
  if (isRefused(result)) throw new PlacementRefused(failure, `${result.service}: ${result.code}`);
  // The effect may have happened, and recovery finds out: the caller repeats the request.
  if (!result.success && result.outcome === "unknown") throw new OutcomeUnknownError(result.service);
  return unwrap(result);
}

/** Totals may use fewer points than the customer offered, but always whole ones. */
export function pointsUsed({ checkout, frozen }: Pick<Claim, "checkout" | "frozen">): number {
  if (checkout.loyaltyPointValue === 0) return 0;
  return Math.round(frozen.totals.loyaltyDiscount / checkout.loyaltyPointValue);
}
