import type { WebhookEventDoc } from "../../models/index.js";
import { claimWebhookEvent, findDueWebhookEvents } from "../../services/platform/webhook-event.service.js";

/** As the retry job does it. @returns the events that this call claimed */
export async function claimDueWebhookEvents(limit: number): Promise<WebhookEventDoc[]> {
  const claimed = await Promise.all((await findDueWebhookEvents(limit)).map(claimWebhookEvent));
  return claimed.filter((event) => event !== null);
}
