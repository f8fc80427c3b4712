import { model, type Types } from "mongoose";
import { CHANGED_BY_TYPES, type ChangedByType, STATUS_TYPES, type StatusType } from "../utils/constants.js";
import { appendOnly } from "./parts/append-only.js";
import { oneOf, optionalText, reference, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** Every move of an order's three statuses, and its assignment to a customer. Append-only. */
export interface OrderStatusHistoryDoc {
  _id: Types.ObjectId;
  orderId: Types.ObjectId;
  statusType: StatusType;
  /** Null in the first row of each type. */
  fromStatus: string | null;
  toStatus: string;
  note: string | null;
  changedByType: ChangedByType;
  changedById: string | null;
  createdAt: Date;
}

const schema = defineSchema<OrderStatusHistoryDoc>(
  "orderStatusHistories",
  {
    orderId: reference,
    statusType: oneOf(STATUS_TYPES),
    fromStatus: optionalText,
    toStatus: text,
    note: optionalText,
    changedByType: oneOf(CHANGED_BY_TYPES),
    changedById: optionalText,
  },
  "created",
);
schema.plugin(appendOnly);

schema.index({ orderId: 1, createdAt: 1 });
schema.index({ orderId: 1, statusType: 1, createdAt: 1 });

export const OrderStatusHistory = model<OrderStatusHistoryDoc>("OrderStatusHistory", schema);
