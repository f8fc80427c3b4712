import { logger } from "../../config/logger.config.js";
import { Refund, type RefundDoc } from "../../models/index.js";
import { placeOrder } from "../../services/flows/place-order.flow.js";
import { applyRefundWord } from "../../services/flows/refund-payment.flow.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import type {
  GatewayEvent,
  GatewayPayment,
  GatewayRefund,
} from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { AppError } from "../../utils/errors.js";

/** What became of an event. `later`: it is about something we do not know *yet* (F21); a worker applies it again. */
export type Applied =
  | { kind: "processed" }
  | { kind: "flagged"; reason: string }
  | { kind: "later"; reason: string };

const processed: Applied = { kind: "processed" };

/**
 * Applies one stored event of the gateway. Any order and any number of repetitions end in the same state,
 * because every move goes through the same door as the client's callback (`domain.md` §5.3).
 */
export async function applyGatewayEvent(payload: unknown): Promise<Applied> {
  const event = paymentGateway.parseWebhook(payload);
  if (!event) return { kind: "flagged", reason: "not an event of the gateway" };
  if (event.isForeignAccount) return { kind: "flagged", reason: "another merchant's account" };
  if (event.unreadable.length > 0) return { kind: "flagged", reason: event.unreadable.join("; ") };
  if (event.refund) return applyRefund(event.refund);
  if (event.payment && movesPayment(event)) return applyPayment(event.payment);
  return processed;
}

/** Disputes carry the payment along, but say nothing new about it. */
const movesPayment = (event: GatewayEvent): boolean => event.dispute === null;

async function applyPayment(word: GatewayPayment): Promise<Applied> {
  const settled = await settlePayment(word, "webhook");
  if (!settled) return { kind: "later", reason: "unknown gateway order" };
  if (settled.awaitsOrder && settled.payment.checkoutSessionId) {
    await placeWithoutClient(settled.payment.checkoutSessionId);
  }
  return processed;
}

/** The client may have vanished: then this places the order (D9). What stops it, the recovery job takes up. */
async function placeWithoutClient(
  checkoutSessionId: Parameters<typeof placeOrder>[0]["checkoutSessionId"],
): Promise<void> {
  try {
    await placeOrder({ checkoutSessionId, termsAcceptedAt: null, waitForOthers: false });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    logger.info(
      { checkoutSessionId: checkoutSessionId.toHexString(), code: error.code },
      "> A webhook could not place the order; the client or the recovery job will",
    );
  }
}

async function applyRefund(word: GatewayRefund): Promise<Applied> {
  const refund = await findRefund(word);
  if (!refund) return { kind: "later", reason: "unknown refund" };
  await applyRefundWord(refund._id, word);
  return processed;
}

async function findRefund(word: GatewayRefund): Promise<RefundDoc | null> {
  const byId = await Refund.findOne({ gatewayRefundId: word.id }).lean<RefundDoc>();
  if (byId || !word.receipt) return byId;
  // `REF-2026-000001-2` is the second attempt of REF-2026-000001.
  const refundNumber = /^REF-\d{4}-\d{6}/.exec(word.receipt)?.[0];
  return refundNumber ? Refund.findOne({ refundNumber }).lean<RefundDoc>() : null;
}
