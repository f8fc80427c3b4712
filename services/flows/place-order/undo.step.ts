import type { ClientSession, Types } from "mongoose";
import { Cart, CheckoutSession, type CheckoutSessionDoc, Order, Payment } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import {
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  type CheckoutFailure,
  PAYMENT_GATEWAY_STATUS,
} from "../../../utils/constants.js";
import { codPaymentMachine } from "../../../utils/state-machines.js";
import { oweSystemRefund } from "../../aggregates/refund/system-refunds.js";
import { generateUniqueRefundNumber } from "../../platform/order-number.service.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import type { Claim } from "./claim.step.js";
import {
  PLACEMENT_EFFECTS,
  REVERSAL_ROUNDS,
  type ReversalRound,
  type UndonePlacement,
} from "./effects.step.js";

/** After every lease has ended: a process that was suspended before its effects may still perform them. */
const SECOND_REVERSAL_AFTER_MS = 90_000;

/**
 * Instead of the commit: fails the session with its reason, frees the cart, and writes a refund of what was captured
 * and the outbox rows of the reversals. One transaction; everything outside follows from the outbox. It compares the
 * token of the claim, which the commit removes: after a commit that succeeded without a response, nothing is undone.
 * @returns null when another caller has finished or undone this placement
 */
export async function undoPlacement(
  claim: Claim,
  failure: CheckoutFailure,
): Promise<{ refundNumber: string | null } | null> {
  const refundNumber =
    claim.payment?.status === PAYMENT_GATEWAY_STATUS.CAPTURED ? await generateUniqueRefundNumber() : null;
  return inTransaction(async (tx) => {
    if (!(await failSession(claim, failure, tx))) return null;
    await Cart.updateOne(
      { _id: claim.checkout.cartId, placing: claim.checkout._id },
      { $set: { placing: null } },
    ).session(tx);
    if (claim.payment && refundNumber) {
      await oweSystemRefund({ paymentId: claim.payment._id, reason: "undo", refundNumber }, tx);
    }
    await failCodPayment(claim, tx);
    await enqueueOutbox(reversalsOf(claim), tx);
    return { refundNumber };
  });
}

/** Bypasses the state table, because an expired session stays failed and only gets a new reason. */
async function failSession(claim: Claim, failure: CheckoutFailure, tx: ClientSession): Promise<boolean> {
  const at = now();
  const failed = await CheckoutSession.updateOne(
    { _id: claim.checkout._id, status: claim.checkout.status, "placement.token": claim.token },
    {
      $set: {
        status: CHECKOUT_STATUS.FAILED,
        failureReason: failure,
        failedAt: at,
        "steps.failedAt": at,
        placement: null,
      },
    },
  ).session(tx);
  return failed.modifiedCount === 1;
}

async function failCodPayment(claim: Claim, tx: ClientSession): Promise<void> {
  if (claim.payment?.gateway !== "cod") return;
  await tryTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: claim.payment._id,
    to: PAYMENT_GATEWAY_STATUS.FAILED,
    set: { errorCode: "placement_failed", errorMessage: "The order could not be placed" },
    by: { type: "system" },
    tx,
  });
}

function reversalOf({ checkout, token }: Claim, round: ReversalRound, delayMs: number): OutboxDraft {
  const checkoutSessionId = checkout._id.toHexString();
  return {
    type: "placement.reverse",
    dedupeKey: `placement.reverse:${checkoutSessionId}:${token}:${round}`,
    payload: { checkoutSessionId, round },
    delayMs,
  };
}

const reversalsOf = (claim: Claim): OutboxDraft[] => [
  reversalOf(claim, "first", 0),
  reversalOf(claim, "second", SECOND_REVERSAL_AFTER_MS),
];

/**
 * For a process that finds its claim gone after it has performed effects: it may have been suspended for longer than both
 * reversals waited. Reverses nothing of an order that another caller has placed.
 */
export const reverseLateEffects = (claim: Claim): Promise<void> =>
  enqueueOutbox([reversalOf(claim, "late", 0)]);

/** As a message's payload names it. */
export const toReversalRound = (text: string): ReversalRound =>
  REVERSAL_ROUNDS.find((round) => round === text) ?? "first";

interface PlacementReversal {
  /** Of the effect. */
  name: string;
  reverse(checkoutSessionId: Types.ObjectId, round: ReversalRound): Promise<void>;
}

/** Run by the outbox after the undo: one reversal for each effect that can be undone. */
export const placementReversals: readonly PlacementReversal[] = PLACEMENT_EFFECTS.flatMap(({ name, undo }) =>
  undo === null
    ? []
    : [
        {
          name,
          async reverse(checkoutSessionId, round) {
            const undone = await findUndone(checkoutSessionId, round);
            if (undone) await undo(undone);
          },
        },
      ],
);

/**
 * Null when there is an order, or can still be one, as of an expired session: a reversal must never affect either. A session
 * that was undone is never placed again.
 */
async function findUndone(
  checkoutSessionId: Types.ObjectId,
  round: ReversalRound,
): Promise<UndonePlacement | null> {
  const [checkout, order] = await Promise.all([
    CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>(),
    Order.exists({ _id: checkoutSessionId }),
  ]);
  if (order || checkout?.status !== CHECKOUT_STATUS.FAILED || !checkout.frozen) return null;
  if (checkout.failureReason === CHECKOUT_FAILURE.EXPIRED) return null;
  return { checkout, frozen: checkout.frozen, orderId: checkoutSessionId.toHexString(), round };
}
