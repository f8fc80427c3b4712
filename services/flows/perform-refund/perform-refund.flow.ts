import { type Types, trusted } from "mongoose";
import { Refund, type RefundDoc } from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_STATUS,
  type RefundDestination,
  type RefundSource,
} from "../../../utils/constants.js";
import { unwrap } from "../../../utils/result.js";
import { completeRefund } from "../../aggregates/refund/complete-refund.js";
import { failRefund } from "../../aggregates/refund/fail-refund.js";
import { REFUND_TROUBLE } from "../../aggregates/refund/refund-trouble.js";
import { issueStoreCredit, reverseLoyalty } from "../../integrations/engagement-integration.service.js";
import { refundAtGateway } from "./refund-at-gateway.js";

type Channel = (refund: RefundDoc) => Promise<void>;

/** Which way the money goes back: from its source to its destination. */
const CHANNELS: Record<RefundSource, Record<RefundDestination, Channel>> = {
  payment: { original: refundAtGateway, store_credit: giveCredit, bank_transfer: waitForTransfer },
  store_credit: { original: giveCredit, store_credit: giveCredit, bank_transfer: waitForTransfer },
  points: { original: givePoints, store_credit: giveCredit, bank_transfer: waitForTransfer },
};

/**
 * Performs a refund that is `processing`: approved, or in no need of approval. Each channel may be called again at any
 * time, by the outbox, the sweep or a request, and refunds once.
 * @throws the typed upstream error when the outcome is unknown: the outbox and the sweep call again
 */
export async function performRefund(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (refund?.status !== REFUND_STATUS.PROCESSING) return;
  await CHANNELS[refund.source][refund.destination](refund);
}

/** The neighbour knows a refund by this, and performs it once. */
const referenceOf = ({ _id }: RefundDoc): string => `refund:${_id.toHexString()}`;

async function giveCredit(refund: RefundDoc): Promise<void> {
  const { userId, amount } = refund;
  if (!userId) return failRefund(refund, REFUND_TROUBLE.NO_ACCOUNT);
  unwrap(await issueStoreCredit({ userId, amount, reason: "refund", reference: referenceOf(refund) }));
  await completeRefund(refund);
}

/** An amount may be worth less than one point; then there is nothing to give back. */
async function givePoints(refund: RefundDoc): Promise<void> {
  const { userId, orderId, points } = refund;
  if (!userId || !orderId) return failRefund(refund, REFUND_TROUBLE.NO_ACCOUNT);
  if (points) {
    const reversal = { userId, orderId: orderId.toHexString(), points, reference: referenceOf(refund) };
    const given = unwrap(await reverseLoyalty(reversal));
    if (given.points < points) return failRefund(refund, REFUND_TROUBLE.MISSING_POINTS);
  }
  await completeRefund(refund);
}

/** A person sends the money, and confirms it with the bank's reference. */
async function waitForTransfer(): Promise<void> {}

/** The least is a little under a minute, so that the sweep of the next minute finds the refund due. */
const LOOK_AGAIN = { leastMs: 45_000, mostMs: 3_600_000 };

/** What the service performs itself. */
const PERFORMED_HERE = [REFUND_DESTINATION.ORIGINAL, REFUND_DESTINATION.STORE_CREDIT];

export type UnfinishedRefund = Pick<RefundDoc, "_id" | "dueAt">;

/**
 * Refunds whose outcome is not known yet and that are due to be looked at. Those that were never looked at come first, the
 * newest before the others: their events may be lost, while an old one that is still pending waits for its bank.
 */
export function findUnfinishedRefunds(limit: number): Promise<UnfinishedRefund[]> {
  return Refund.find(
    {
      status: REFUND_STATUS.PROCESSING,
      destination: trusted({ $in: PERFORMED_HERE }),
      // A refund without a due time counts as due: null sorts before every date.
      $expr: trusted({ $lte: ["$dueAt", "$$NOW"] }),
    },
    { _id: 1, dueAt: 1 },
  )
    .sort({ dueAt: 1, createdAt: -1 })
    .limit(limit)
    .lean<UnfinishedRefund[]>();
}

/**
 * Looks up one unfinished refund, and performs it if that has not been done. The next look-up comes after
 * a quarter of its age (45 seconds to an hour), so that refunds that take a bank days leave room for new ones.
 * @returns whether this call looked it up; false when another instance did
 * @throws as `performRefund`
 */
export async function lookUpRefund({ _id, dueAt }: UnfinishedRefund): Promise<boolean> {
  const quarterOfAge = { $divide: [{ $subtract: ["$$NOW", "$createdAt"] }, 4] };
  const waitMs = { $min: [{ $max: [quarterOfAge, LOOK_AGAIN.leastMs] }, LOOK_AGAIN.mostMs] };
  const claimed = await Refund.updateOne(
    { _id, status: REFUND_STATUS.PROCESSING, dueAt },
    [{ $set: { dueAt: { $add: ["$$NOW", waitMs] } } }],
    { updatePipeline: true, timestamps: false },
  );
  if (claimed.modifiedCount === 0) return false;
  await performRefund(_id);
  return true;
}
