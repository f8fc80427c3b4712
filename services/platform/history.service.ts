import { type ClientSession, Types } from "mongoose";
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

/** Appends rows to an order's history, in the given order and in the transaction of the change. */
export async function appendHistory(drafts: readonly HistoryDraft[], tx: ClientSession): Promise<void> {
  const at = now();
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
