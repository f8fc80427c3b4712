import { type ClientSession, type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { WebhookEvent, type WebhookEventDoc, type WebhookSource } from "../../models/index.js";
import { databaseTime } from "../../utils/clock.js";
import { WEBHOOK_STATE, type WebhookState } from "../../utils/constants.js";
import { dateRange, type Page, type PageRequest, paginate } from "./paginate.service.js";

/** Stored events after their delivery: made due again, replayed by an administrator, listed. */

const DUE_AGAIN = {
  state: WEBHOOK_STATE.RECEIVED,
  attempts: 0,
  processedAt: null,
  reason: null,
  awaits: null,
};
const hasBody = () => ({ payload: trusted({ $exists: true }) });

/**
 * Makes the events due that wait for one of these gateway ids, which has just become known. Call it after the id is
 * stored: an attempt that has not seen the id yet then finds its event changed, and cannot flag it.
 */
export async function reopenWebhooksAbout(
  ids: readonly (string | null)[],
  tx?: ClientSession,
): Promise<void> {
  const known = ids.filter((id) => id !== null);
  const reopened = await WebhookEvent.updateMany(
    { awaits: trusted({ $in: known }), ...hasBody() },
    [{ $set: { ...DUE_AGAIN, dueAt: databaseTime() } }],
    { updatePipeline: true, session: tx },
  );
  if (reopened.modifiedCount === 0) return;
  logger.info({ ids: known, events: reopened.modifiedCount }, "> Webhook events can be applied now");
}

export interface ReplayedEvent {
  before: WebhookEventDoc;
  after: WebhookEventDoc;
}

/**
 * Makes an event that is not applied due now, with all its attempts, because an administrator asks for it.
 * @returns null when there is none, it was applied, or its body has been removed
 */
export async function replayWebhookEvent(
  id: Types.ObjectId,
  tx: ClientSession,
): Promise<ReplayedEvent | null> {
  const state = trusted({ $in: [WEBHOOK_STATE.RECEIVED, WEBHOOK_STATE.FLAGGED] });
  const before = await WebhookEvent.findOneAndUpdate(
    { _id: id, state, ...hasBody() },
    [{ $set: { ...DUE_AGAIN, dueAt: databaseTime() } }],
    { returnDocument: "before", session: tx, updatePipeline: true },
  ).lean<WebhookEventDoc>();
  if (!before) return null;
  const after = await WebhookEvent.findById(id).session(tx).orFail().lean<WebhookEventDoc>();
  return { before, after };
}

export interface WebhookQuery extends PageRequest {
  state?: WebhookState;
  event?: string;
  source?: WebhookSource;
  /** When the event was received. */
  dateFrom?: Date;
  dateTo?: Date;
}

/** Events by the time they were received, newest first by default, without their bodies. */
export const listWebhookEvents = (query: WebhookQuery): Promise<Page<WebhookEventDoc>> =>
  paginate(
    { model: WebhookEvent, filter: () => filterOf(query), sortBy: "receivedAt", projection: { payload: 0 } },
    query,
  );

function filterOf({ state, event, source, ...dates }: WebhookQuery) {
  const receivedAt = dateRange(dates);
  return {
    ...(state ? { state } : {}),
    ...(event ? { event } : {}),
    ...(source ? { source } : {}),
    ...(receivedAt ? { receivedAt } : {}),
  };
}

export const findWebhookEvent = (id: Types.ObjectId): Promise<WebhookEventDoc | null> =>
  WebhookEvent.findById(id).lean<WebhookEventDoc>();
