import { model, type Types } from "mongoose";
import {
  INSPECTION_STATUSES,
  type InspectionStatus,
  RETURN_CONDITIONS,
  RETURN_REASONS,
  RETURN_STATUSES,
  type ReturnCondition,
  type ReturnReason,
  type ReturnStatus,
} from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import {
  count,
  date,
  listOf,
  money,
  no,
  oneOf,
  optionalDate,
  optionalOneOf,
  optionalPart,
  optionalReference,
  optionalText,
  ownerId,
  quantity,
  reference,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import { type StaffNote, type StatusEntry, staffNotePart, statusEntryPart } from "./parts/trail.js";

export interface ReturnItem {
  orderItemId: Types.ObjectId;
  productId: string;
  sku: string;
  name: string;
  quantity: number;
  reason: ReturnReason;
  condition: ReturnCondition | null;
}

/** A photo: of the customer, about the goods; of the warehouse, about their inspection. */
export interface ReturnImage {
  fileId: Types.ObjectId;
  orderItemId: Types.ObjectId;
  addedBy: "customer" | "admin";
  at: Date;
}

export interface ReturnPickup {
  pickupId: string;
  date: Date | null;
  slot: string | null;
  carrier: string | null;
  trackingNumber: string | null;
}

export interface InspectedItem {
  orderItemId: Types.ObjectId;
  quantityReceived: number;
  quantityPassed: number;
  quantityRestockable: number;
  note: string | null;
}

export interface Inspection {
  items: InspectedItem[];
  notes: string | null;
  inspectedById: string;
  at: Date;
}

export interface ReturnRefundBreakdown {
  items: Paise;
  returnShipping: Paise;
  total: Paise;
}

export interface ReturnDoc {
  _id: Types.ObjectId;
  /** The RMA number, drawn on approval. */
  returnNumber: string | null;
  orderId: Types.ObjectId;
  orderNumber: string;
  userId?: string;
  sessionId?: string;
  status: ReturnStatus;
  reason: string;
  items: ReturnItem[];
  images: ReturnImage[];
  customerNotes: string | null;
  /** Of the request, so that its repetition asks for no other units; null without an idempotency key. */
  requestKey: string | null;
  adminNotes: StaffNote[];
  rejectionReason: string | null;
  /** Returned to origin: created by the system, starts at `approved`. */
  isReturnToOrigin: boolean;
  pickup: ReturnPickup | null;
  receivedAt: Date | null;
  inspectionStatus: InspectionStatus;
  inspection: Inspection | null;
  refundBreakdown: ReturnRefundBreakdown | null;
  /** Of the money that came from the first of the order's sources; the others name this return too. */
  refundId: Types.ObjectId | null;
  refundNumber: string | null;
  approvedById: string | null;
  approvedAt: Date | null;
  completedAt: Date | null;
  history: StatusEntry[];
  createdAt: Date;
  updatedAt: Date;
}

const itemPart = definePart<ReturnItem>({
  orderItemId: reference,
  productId: text,
  sku: text,
  name: text,
  quantity,
  reason: oneOf(RETURN_REASONS),
  condition: optionalOneOf(RETURN_CONDITIONS),
});

const imagePart = definePart<ReturnImage>({
  fileId: reference,
  orderItemId: reference,
  addedBy: oneOf(["customer", "admin"]),
  at: date,
});

const pickupPart = definePart<ReturnPickup>({
  pickupId: text,
  date: optionalDate,
  slot: optionalText,
  carrier: optionalText,
  trackingNumber: optionalText,
});

const inspectedItemPart = definePart<InspectedItem>({
  orderItemId: reference,
  quantityReceived: count,
  quantityPassed: count,
  quantityRestockable: count,
  note: optionalText,
});

const inspectionPart = definePart<Inspection>({
  items: listOf(inspectedItemPart),
  notes: optionalText,
  inspectedById: text,
  at: date,
});

const breakdownPart = definePart<ReturnRefundBreakdown>({
  items: money,
  returnShipping: money,
  total: money,
});

const schema = defineSchema<ReturnDoc>("returns", {
  returnNumber: optionalText,
  orderId: reference,
  orderNumber: text,
  userId: ownerId,
  sessionId: ownerId,
  status: oneOf(RETURN_STATUSES, "requested"),
  reason: text,
  items: listOf(itemPart),
  images: listOf(imagePart),
  customerNotes: { ...optionalText, maxlength: 1000 },
  requestKey: optionalText,
  adminNotes: listOf(staffNotePart),
  rejectionReason: optionalText,
  isReturnToOrigin: no,
  pickup: optionalPart(pickupPart),
  receivedAt: optionalDate,
  inspectionStatus: oneOf(INSPECTION_STATUSES, "pending"),
  inspection: optionalPart(inspectionPart),
  refundBreakdown: optionalPart(breakdownPart),
  refundId: optionalReference,
  refundNumber: optionalText,
  approvedById: optionalText,
  approvedAt: optionalDate,
  completedAt: optionalDate,
  history: listOf(statusEntryPart),
});

schema.index({ returnNumber: 1 }, { unique: true, partialFilterExpression: { returnNumber: { $gt: "" } } });
schema.index({ orderId: 1, createdAt: -1 });
schema.index({ orderNumber: 1, createdAt: -1 });
schema.index({ userId: 1, createdAt: -1 });
schema.index({ sessionId: 1, createdAt: -1 }, { partialFilterExpression: { sessionId: { $gt: "" } } });
schema.index({ status: 1, createdAt: -1 });
schema.index({ status: 1, approvedAt: 1 });
schema.index({ createdAt: -1 });

export const Return = model<ReturnDoc>("Return", schema);
