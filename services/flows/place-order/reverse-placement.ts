import type { Types } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc, Order } from "../../../models/index.js";
import { PLACEMENT_EFFECTS, type ReversalRound, type UndonePlacement } from "./effects.step.js";

interface PlacementReversal {
  /** Of the effect. */
  name: string;
  reverse(checkoutSessionId: Types.ObjectId, round: ReversalRound): Promise<void>;
}

/** Returns what an undone placement may have taken: one reversal for each effect that can be undone. */
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

/** Null when there is an order after all: a reversal must never touch a placed one. */
async function findUndone(
  checkoutSessionId: Types.ObjectId,
  round: ReversalRound,
): Promise<UndonePlacement | null> {
  const [checkout, order] = await Promise.all([
    CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>(),
    Order.exists({ _id: checkoutSessionId }),
  ]);
  if (order || checkout?.status !== "failed" || !checkout.frozen) return null;
  return { checkout, frozen: checkout.frozen, orderId: checkoutSessionId.toHexString(), round };
}
