import { type Model, type QueryFilter, type Types, trusted } from "mongoose";
import { BulkDownload, JobRun, OutboxMessage, WebhookEvent } from "../../models/index.js";
import { DAY_MS, isPast } from "../../utils/clock.js";
import { OUTBOX_STATE, WEBHOOK_STATE } from "../../utils/constants.js";
import { getSettings } from "./settings.service.js";

/** Small enough not to delay concurrent requests. */
const BATCH = 500;

interface Old<D> {
  model: Model<D>;
  /** Called per query, because Mongoose rewrites a filter that it has run. Needs an index in the order of `sort`. */
  filter: () => QueryFilter<D>;
  sort: Record<string, 1>;
}

/** Handles everything old in batches of ids, oldest first, until none is left. @returns how many */
async function inBatches<D extends { _id: Types.ObjectId }>(
  { model, filter, sort }: Old<D>,
  signal: AbortSignal,
  write: (among: QueryFilter<D>) => Promise<number>,
): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const found = await model
      .find(filter(), { _id: 1 })
      .sort(sort)
      .limit(BATCH)
      .lean<{ _id: Types.ObjectId }[]>();
    if (found.length > 0)
      total += await write({ ...filter(), _id: trusted({ $in: found.map(({ _id }) => _id) }) });
    if (found.length < BATCH) break;
  }
  return total;
}

const deleteOld = <D extends { _id: Types.ObjectId }>(old: Old<D>, signal: AbortSignal): Promise<number> =>
  inBatches(old, signal, async (among) => (await old.model.deleteMany(among)).deletedCount);

/** Deletes delivered outbox messages. Pending and dead ones stay: they still have to be delivered. @returns how many */
export async function deleteOldMessages(signal: AbortSignal): Promise<number> {
  const { outboxDays } = await getSettings("retention");
  const isOld = [isPast("createdAt", outboxDays * DAY_MS), isPast("deliveredAt", outboxDays * DAY_MS)];
  const filter = () => ({ state: OUTBOX_STATE.DELIVERED, $expr: trusted({ $and: isOld }) });
  return deleteOld({ model: OutboxMessage, filter, sort: { createdAt: 1 } }, signal);
}

/** Deletes finished job runs. @returns how many */
export async function deleteOldRuns(signal: AbortSignal): Promise<number> {
  const { jobRunDays } = await getSettings("retention");
  const filter = () => ({
    state: trusted({ $ne: "running" as const }),
    $expr: trusted(isPast("startedAt", jobRunDays * DAY_MS)),
  });
  return deleteOld({ model: JobRun, filter, sort: { startedAt: 1 } }, signal);
}

const isFinished = () => trusted({ $ne: WEBHOOK_STATE.RECEIVED });

/** Deletes webhook events that were applied or flagged. @returns how many */
export async function deleteOldEvents(signal: AbortSignal): Promise<number> {
  const { webhookEventDays } = await getSettings("retention");
  const filter = () => ({
    state: isFinished(),
    $expr: trusted(isPast("receivedAt", webhookEventDays * DAY_MS)),
  });
  return deleteOld({ model: WebhookEvent, filter, sort: { receivedAt: 1 } }, signal);
}

/** Drops the bodies of webhook events; id and hash stay, so that a repeated delivery is recognised. @returns how many */
export async function dropOldBodies(signal: AbortSignal): Promise<number> {
  const { webhookBodyDays } = await getSettings("retention");
  const filter = () => ({
    state: isFinished(),
    payload: trusted({ $exists: true }),
    $expr: trusted(isPast("receivedAt", webhookBodyDays * DAY_MS)),
  });
  return inBatches({ model: WebhookEvent, filter, sort: { receivedAt: 1 } }, signal, async (among) => {
    const { modifiedCount } = await WebhookEvent.updateMany(among, { $unset: { payload: 1 } });
    return modifiedCount;
  });
}

/** Deletes the jobs of archives that have expired. @returns how many */
export function deleteOldArchiveJobs(signal: AbortSignal): Promise<number> {
  const filter = () => ({ expiresAt: trusted({ $ne: null }), $expr: trusted(isPast("expiresAt")) });
  return deleteOld({ model: BulkDownload, filter, sort: { expiresAt: 1 } }, signal);
}
