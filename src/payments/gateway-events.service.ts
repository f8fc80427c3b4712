import { logger } from "../../config/logger.config.js";
import type { WebhookEventDoc } from "../../models/index.js";
import { recordDowntime } from "../../services/aggregates/payment/downtimes.js";
import { placeOrder } from "../../services/flows/place-order/place-order.flow.js";
import { reportDispute } from "../../services/flows/report-dispute.flow.js";
import {
  type ReportedRefund,
  reportRefund,
  reportRefundMadeElsewhere,
} from "../../services/flows/report-refund.flow.js";
import { type SettledPayment, settlePayment } from "../../services/flows/settle-payment.flow.js";
import type {
  GatewayDispute,
  GatewayEvent,
  GatewayEventPart,
  GatewayPayment,
  GatewayRefund,
  GatewaySettlement,
} from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { enqueueOutbox } from "../../services/platform/outbox.service.js";
import type { Awaited } from "../../services/platform/webhook-event.service.js";
import { AppError } from "../../utils/errors.js";
import { indianDayOf } from "../../utils/periods.js";

/**
 * The result of an event. `processed` with a reason: it has no effect, by design. `flagged`: a person has to look.
 * `later`: it is about something that is not known here *yet*; a worker applies it again.
 */
export type Applied =
  | { kind: "processed"; reason: string | null }
  | { kind: "flagged"; reason: string }
  | { kind: "later"; awaited: Awaited };

const applied: Applied = { kind: "processed", reason: null };
const withoutEffect = (reason: string): Applied => ({ kind: "processed", reason });
const flagged = (reason: string): Applied => ({ kind: "flagged", reason });
const later = (reason: string, ...ids: (string | null)[]): Applied => ({
  kind: "later",
  awaited: { reason, ids: ids.filter((id) => id !== null) },
});

/**
 * Applies one stored event of the gateway. Any order and any number of repetitions end in the same state, because
 * reports only move forward, and every move of a payment goes through `settlePayment`, as the client's callback does.
 */
export async function applyGatewayEvent({
  payload,
  receivedAt,
}: Pick<WebhookEventDoc, "payload" | "receivedAt">): Promise<Applied> {
  const event = paymentGateway.parseWebhook(payload);
  if (!event) return flagged("not an event of the gateway");
  if (event.isForeignAccount) return flagged("another merchant's account");
  if (!event.subject) return withoutEffect(NO_EFFECT);
  // Only the part that the event is about must be readable: a capture counts even if its order cannot be read.
  const unreadable = event.unreadable.find(({ part }) => part === event.subject);
  if (unreadable) return flagged(`${unreadable.part}: ${unreadable.reason}`);
  return (
    (await applyPart(event, event.subject, receivedAt)) ?? flagged(`the event contains no ${event.subject}`)
  );
}

/** @returns null when the event lacks the part that it is about */
async function applyPart(
  event: GatewayEvent,
  subject: GatewayEventPart,
  receivedAt: Date,
): Promise<Applied | null> {
  const reportedAt = event.occurredAt ?? receivedAt;
  switch (subject) {
    case "payment":
      return event.payment && applyPayment(event.payment);
    case "refund":
      return event.refund && applyRefund(event.refund, event.payment);
    case "dispute":
      return event.dispute && applyDispute({ ...event.dispute, reportedAt }, event.payment);
    case "downtime":
      if (!event.downtime) return null;
      return (await recordDowntime(event.downtime, reportedAt)) ? applied : withoutEffect(OLD_DOWNTIME);
    case "settlement":
      return event.settlement && pullSettlement(event.settlement);
    case "order":
      return withoutEffect(NO_EFFECT);
  }
}

const NO_EFFECT = "events of this type have no effect here";
const OLD_DOWNTIME = "a newer report of this downtime is known, or the gateway's list contains it by now";

async function applyPayment(report: GatewayPayment): Promise<Applied> {
  const settled = await settleAndPlace(report);
  if (!settled) return later("unknown gateway order", report.orderId, report.id);
  return settled.changed
    ? applied
    : withoutEffect(`nothing new: the payment is ${settled.payment.status} already`);
}

async function settleAndPlace(report: GatewayPayment): Promise<SettledPayment | null> {
  const settled = await settlePayment(report, "webhook");
  if (settled?.awaitsOrder && settled.payment.checkoutSessionId) {
    await placeWithoutClient(settled.payment.checkoutSessionId);
  }
  return settled;
}

/** Places the order in case the client does not return. The recovery job retries after a failure. */
async function placeWithoutClient(
  checkoutSessionId: Parameters<typeof placeOrder>[0]["checkoutSessionId"],
): Promise<void> {
  try {
    await placeOrder({ checkoutSessionId, termsAcceptedAt: null, waitForOthers: false });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    logger.info(
      { checkoutSessionId: checkoutSessionId.toHexString(), code: error.code, reason: error.message },
      "> A webhook could not place the order; the client or the recovery job retries",
    );
  }
}

/**
 * A refund of ours, or one that was made elsewhere. The latter may be the first that is heard of its payment's
 * capture, so the payment in the event is applied before it.
 */
async function applyRefund(report: GatewayRefund, payment: GatewayPayment | null): Promise<Applied> {
  let reported = await reportRefund(report);
  if (reported.kind === "unknown" && payment?.id === report.paymentId) {
    const settled = await settleAndPlace(payment);
    // The gateway returned an authorisation on its own, such as that of a second payment on one order.
    if (settled && payment.status === "refunded" && !payment.captured) return applied;
    // Settling a capture that pays for no order records the gateway's refunds too.
    if (settled) reported = await reportRefund(report);
  }
  if (reported.kind === "unknown") reported = await reportRefundMadeElsewhere(report);
  return toApplied(reported, report, payment);
}

function toApplied(reported: ReportedRefund, report: GatewayRefund, payment: GatewayPayment | null): Applied {
  switch (reported.kind) {
    case "settled":
      return applied;
    case "doubtful":
      return flagged(reported.reason);
    case "exceeds":
      // A refund of ours may be in flight for the same money; once it has ended, this one may fit.
      return later(reported.reason, report.paymentId);
    case "unknown":
      return later("unknown refund", report.paymentId, payment?.orderId ?? null);
  }
}

/** The payment in a dispute's event reports no change of it, unless this is the first that is heard of its capture. */
async function applyDispute(
  report: GatewayDispute & { reportedAt: Date },
  payment: GatewayPayment | null,
): Promise<Applied> {
  let reported = await reportDispute(report);
  if (reported === "unknown" && payment?.id === report.paymentId && (await settleAndPlace(payment))) {
    reported = await reportDispute(report);
  }
  if (reported === "recorded") return applied;
  if (reported === "stale") return withoutEffect("a newer report of this dispute is known");
  // As with a refund: it may fit once a refund of ours has ended.
  if (reported === "exceeds") return later("more was deducted than is left of the payment", report.paymentId);
  return later("unknown payment", report.paymentId, payment?.orderId ?? null);
}

async function pullSettlement({ id, createdAt }: GatewaySettlement): Promise<Applied> {
  const payload = { settlementId: id, date: indianDayOf(createdAt) };
  await enqueueOutbox([{ type: "settlement.pull", dedupeKey: `settlement.pull:${id}`, payload }]);
  return applied;
}
