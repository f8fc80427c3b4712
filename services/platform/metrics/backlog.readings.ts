import { trusted } from "mongoose";
import { invoiceGauges, outboxGauges, webhookGauges } from "../../../config/metrics.config.js";
import { InvoiceRequest, WEBHOOK_SOURCES, WebhookEvent } from "../../../models/index.js";
import { DAY_MS, databaseTime, now } from "../../../utils/clock.js";
import { INVOICE_TYPES, WEBHOOK_STATE } from "../../../utils/constants.js";
import { readOutboxBacklog } from "../outbox.service.js";
import { QUERY_LIMIT, type Reading } from "./refresh-readings.js";

/** What waits to be delivered, applied or issued, and for how long. */

export const outboxReading: Reading = {
  name: "outbox",
  everyMs: 15_000,
  async read() {
    const { pending, retrying, dead, lagSeconds } = await readOutboxBacklog(QUERY_LIMIT);
    outboxGauges.messages.set({ state: "pending" }, pending);
    outboxGauges.messages.set({ state: "retrying" }, retrying);
    outboxGauges.messages.set({ state: "dead" }, dead);
    outboxGauges.lag.set(lagSeconds);
  },
};

/** Flagged events are kept for months; older ones were looked at. */
const FLAGGED_FOR_MS = DAY_MS;

const ageSeconds = { $divide: [{ $subtract: [databaseTime(), "$dueAt"] }, 1_000] };

export const webhookReading: Reading = {
  name: "webhooks",
  everyMs: 15_000,
  async read() {
    const waiting = { state: WEBHOOK_STATE.RECEIVED };
    webhookGauges.waiting.set(await WebhookEvent.countDocuments(waiting, QUERY_LIMIT));
    const [oldest] = await WebhookEvent.aggregate<{ age: number }>(
      [{ $match: waiting }, { $sort: { dueAt: 1 } }, { $limit: 1 }, { $project: { age: ageSeconds } }],
      QUERY_LIMIT,
    );
    webhookGauges.lag.set(Math.max(0, oldest?.age ?? 0));
    const flagged = await WebhookEvent.aggregate<{ _id: string; count: number }>(
      [
        {
          $match: {
            state: WEBHOOK_STATE.FLAGGED,
            receivedAt: { $gt: new Date(now().getTime() - FLAGGED_FOR_MS) },
          },
        },
        { $group: { _id: "$source", count: { $sum: 1 } } },
      ],
      QUERY_LIMIT,
    );
    const counts = new Map(flagged.map(({ _id, count }) => [_id, count]));
    for (const source of WEBHOOK_SOURCES) webhookGauges.flagged.set({ source }, counts.get(source) ?? 0);
  },
};

export const invoiceReading: Reading = {
  name: "invoices",
  everyMs: 15_000,
  async read() {
    // The index begins with the type.
    const waiting = { type: trusted({ $in: [...INVOICE_TYPES] }), refusal: null };
    invoiceGauges.waiting.set(await InvoiceRequest.countDocuments(waiting, QUERY_LIMIT));
    const ages = await Promise.all(
      INVOICE_TYPES.map((type) =>
        InvoiceRequest.aggregate<{ age: number }>(
          [
            { $match: { type, refusal: null } },
            { $sort: { dueAt: 1 } },
            { $limit: 1 },
            { $project: { age: ageSeconds } },
          ],
          QUERY_LIMIT,
        ),
      ),
    );
    invoiceGauges.lag.set(Math.max(0, ...ages.flat().map(({ age }) => age)));
    const failing = { ...waiting, attempts: trusted({ $gte: FAILING_AFTER }) };
    invoiceGauges.failing.set(await InvoiceRequest.countDocuments(failing, QUERY_LIMIT));
  },
};

/** Failed attempts, after which about a minute has passed. */
const FAILING_AFTER = 4;
