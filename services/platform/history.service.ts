import { type ClientSession, Types, trusted } from "mongoose";
import { type ChangedBy, OrderStatusHistory, type OrderStatusHistoryDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { StatusType } from "../../utils/constants.js";

export interface HistoryDraft {
  orderId: Types.ObjectId;
  statusType: StatusType;
  /** Null in the first row of a type. */
  from: string | null;
  to: string;
  by: ChangedBy;
  note?: string;
}

/** Writes the first rows of a new order, in the given order and in the transaction that creates it. */
export const startHistory = (drafts: readonly HistoryDraft[], tx: ClientSession): Promise<void> =>
  insertRows(drafts, now(), tx);

/**
 * Appends rows to the history of orders, in the given order and in the transaction of the change. They are later than
 * the last row of each order, even if the clock of this instance is behind the one that wrote it: the time is what the
 * history is sorted by.
 */
export async function appendHistory(drafts: readonly HistoryDraft[], tx: ClientSession): Promise<void> {
  const last = await lastTime(
    drafts.map(({ orderId }) => orderId),
    tx,
  );
  await insertRows(drafts, new Date(Math.max(now().getTime(), last + 1)), tx);
}

/** When the last row of these orders was written; 0 without one. */
async function lastTime(orderIds: readonly Types.ObjectId[], tx: ClientSession): Promise<number> {
  const last = await OrderStatusHistory.findOne({ orderId: trusted({ $in: orderIds }) }, { createdAt: 1 })
    .sort({ createdAt: -1 })
    .session(tx)
    .lean<Pick<OrderStatusHistoryDoc, "createdAt">>();
  return last?.createdAt.getTime() ?? 0;
}

async function insertRows(drafts: readonly HistoryDraft[], at: Date, tx: ClientSession): Promise<void> {
  const rows = drafts.map(
    (draft): OrderStatusHistoryDoc => ({
      _id: new Types.ObjectId(),
      orderId: draft.orderId,
      statusType: draft.statusType,
      fromStatus: draft.from,
      toStatus: draft.to,
      note: draft.note ?? null,
      changedByType: draft.by.type,
      changedById: draft.by.id ?? null,
      createdAt: at,
    }),
  );
  await OrderStatusHistory.insertMany(rows, { session: tx, lean: true });
}
