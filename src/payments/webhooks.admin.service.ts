import type { Types } from "mongoose";
import type { WebhookEventDoc } from "../../models/index.js";
import type { GatewayEvent } from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { recordAudit } from "../../services/platform/audit.service.js";
import {
  findWebhookEvent,
  listWebhookEvents,
  replayWebhookEvent,
} from "../../services/platform/stored-webhooks.service.js";
import { inTransaction } from "../../services/platform/transaction.service.js";
import { NotFoundError } from "../../utils/errors.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";

export const listEvents = listWebhookEvents;

export interface EventDetail {
  stored: WebhookEventDoc;
  /** What it says; null when its body has been removed, or is not an event of the gateway. */
  content: GatewayEvent | null;
}

/** @throws NotFoundError */
export async function getEvent(id: Types.ObjectId): Promise<EventDetail> {
  const stored = await findWebhookEvent(id);
  if (!stored) throw new NotFoundError("NOT_FOUND", "There is no such event");
  const isOfGateway = stored.source === paymentGateway.name;
  return { stored, content: isOfGateway ? paymentGateway.parseWebhook(stored.payload) : null };
}

/**
 * Makes an event that is not applied due again with all its attempts, and records who did it in the audit log. The
 * retry job applies it within seconds.
 * @throws NotFoundError when there is no such event, it was applied, or its body has been removed
 */
export function replayEvent(id: Types.ObjectId, by: AdminPrincipal): Promise<WebhookEventDoc> {
  return inTransaction(async (tx) => {
    const replayed = await replayWebhookEvent(id, tx);
    if (!replayed) throw new NotFoundError("NOT_FOUND", "There is no such event that is not applied");
    const { before, after } = replayed;
    await recordAudit(
      {
        actor: actorOf(by),
        action: "webhook.replay",
        resourceType: "webhookEvent",
        resourceId: id.toHexString(),
        before: { state: before.state, attempts: before.attempts, reason: before.reason },
        after: { state: after.state, attempts: after.attempts, event: after.event, eventId: after.eventId },
      },
      tx,
    );
    return after;
  });
}
