import Joi from "joi";
import { WEBHOOK_SOURCES, type WebhookEventDoc } from "../../models/index.js";
import { WEBHOOK_STATES } from "../../utils/constants.js";
import { toRupees } from "../../utils/money.js";
import { listView, moment, momentOrNull, nullable, rupees } from "../../utils/view-schemas.js";
import { count, id, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { EventDetail } from "./webhooks.admin.service.js";

export const toWebhookEventView = (event: WebhookEventDoc) => ({
  id: event._id.toHexString(),
  eventId: event.eventId,
  source: event.source,
  event: event.event,
  state: event.state,
  reason: event.reason,
  awaits: event.awaits ?? [],
  attempts: event.attempts,
  lastError: event.lastError,
  dueAt: event.dueAt,
  receivedAt: event.receivedAt,
  processedAt: event.processedAt,
});

const eventFields = {
  id,
  eventId: text.description("The sender's id of the event"),
  source: Joi.string().valid(...WEBHOOK_SOURCES),
  event: text,
  state: Joi.string().valid(...WEBHOOK_STATES),
  reason: textOrNull.description("Why it has no effect, or what a person has to look at"),
  awaits: Joi.array().items(text).description("Gateway ids: the event is due again once one is known here"),
  attempts: count,
  lastError: textOrNull,
  dueAt: moment,
  receivedAt: moment,
  processedAt: momentOrNull,
};

export const WebhookEventView = viewOf<ReturnType<typeof toWebhookEventView>>("WebhookEvent", eventFields);
export const WebhookEventListView = listView(WebhookEventView);

/** The part of the event that a person needs to find it at the gateway. */
function toContentView({ content }: EventDetail) {
  if (!content) return null;
  const { payment, refund, dispute, downtime, settlement, occurredAt, unreadable } = content;
  return {
    occurredAt,
    payment: payment && {
      ...{ id: payment.id, orderId: payment.orderId, status: payment.status, currency: payment.currency },
      ...{ amount: toRupees(payment.amount), amountRefunded: toRupees(payment.amountRefunded) },
    },
    refund: refund && {
      ...{ id: refund.id, paymentId: refund.paymentId, receipt: refund.receipt, status: refund.status },
      amount: toRupees(refund.amount),
    },
    dispute: dispute && {
      ...{ id: dispute.id, paymentId: dispute.paymentId, status: dispute.status, phase: dispute.phase },
      ...{ amount: toRupees(dispute.amount), respondBy: dispute.respondBy },
    },
    downtime: downtime && { id: downtime.id, method: downtime.method, status: downtime.status },
    settlement: settlement && { id: settlement.id, createdAt: settlement.createdAt },
    unreadable: unreadable.map(({ part, reason }) => `${part}: ${reason}`),
  };
}

export const toWebhookEventDetailView = (detail: EventDetail) => ({
  ...toWebhookEventView(detail.stored),
  content: toContentView(detail),
});

type ContentView = NonNullable<ReturnType<typeof toContentView>>;
type Part<K extends keyof ContentView> = NonNullable<ContentView[K]>;

const ContentView = viewOf<ContentView>("WebhookContent", {
  occurredAt: momentOrNull,
  payment: nullable(
    viewOf<Part<"payment">>("WebhookPayment", {
      ...{
        id: text,
        orderId: textOrNull,
        status: text,
        currency: text,
        amount: rupees,
        amountRefunded: rupees,
      },
    }),
  ),
  refund: nullable(
    viewOf<Part<"refund">>("WebhookRefund", {
      ...{ id: text, paymentId: text, receipt: textOrNull, status: text, amount: rupees },
    }),
  ),
  dispute: nullable(
    viewOf<Part<"dispute">>("WebhookDispute", {
      ...{ id: text, paymentId: text, status: text, phase: text, amount: rupees, respondBy: momentOrNull },
    }),
  ),
  downtime: nullable(
    viewOf<Part<"downtime">>("WebhookDowntime", { id: text, method: textOrNull, status: text }),
  ),
  settlement: nullable(viewOf<Part<"settlement">>("WebhookSettlement", { id: text, createdAt: moment })),
  unreadable: Joi.array().items(text),
});

export const WebhookEventDetailView = viewOf<ReturnType<typeof toWebhookEventDetailView>>(
  "WebhookEventDetail",
  {
    ...eventFields,
    content: nullable(ContentView).description("Null when the body has been removed"),
  },
);
