import Joi from "joi";
import type { Types } from "mongoose";
import type { InspectedItem, ReturnDoc, ReturnImage, StatusEntry } from "../../models/index.js";
import {
  INSPECTION_STATUSES,
  RETURN_CONDITIONS,
  RETURN_REASONS,
  RETURN_STATUS,
  RETURN_STATUSES,
} from "../constants.js";
import { toRupees } from "../money.js";
import { moment, nullable, rupees } from "../view-schemas.js";
import { count, id, text, textOrNull } from "./parts.view.js";
import { StaffNoteView, toStaffNoteView } from "./staff-note.view.js";
import { viewOf } from "./view-of.js";

/** A return as its customer sees it, and as administrators do. */

/** Makes the signed link of a photo. */
export type LinkOfImage = (fileId: Types.ObjectId) => string;

function toItemView(item: ReturnDoc["items"][number], { inspection }: ReturnDoc) {
  const found = inspection?.items.find(({ orderItemId }) => orderItemId.equals(item.orderItemId));
  return {
    orderItemId: item.orderItemId.toHexString(),
    name: item.name,
    quantity: item.quantity,
    reason: item.reason,
    condition: item.condition ?? undefined,
    quantityReceived: found?.quantityReceived,
    quantityPassed: found?.quantityPassed,
    quantityRestockable: found?.quantityRestockable,
  };
}

const toImageView = ({ fileId, orderItemId }: ReturnImage, linkOf: LinkOfImage) => ({
  id: fileId.toHexString(),
  orderItemId: orderItemId.toHexString(),
  url: linkOf(fileId),
});

const toImageViews = ({ images }: ReturnDoc, addedBy: ReturnImage["addedBy"], linkOf: LinkOfImage) =>
  images.filter((image) => image.addedBy === addedBy).map((image) => toImageView(image, linkOf));

const toInspectedItemView = ({ orderItemId, note, ...quantities }: InspectedItem) => ({
  orderItemId: orderItemId.toHexString(),
  quantityReceived: quantities.quantityReceived,
  quantityPassed: quantities.quantityPassed,
  quantityRestockable: quantities.quantityRestockable,
  note,
});

const toInspectionView = (found: ReturnDoc, linkOf: LinkOfImage) =>
  found.inspection
    ? {
        items: found.inspection.items.map(toInspectedItemView),
        notes: found.inspection.notes,
        images: toImageViews(found, "admin", linkOf),
        at: found.inspection.at,
      }
    : undefined;

const toPickupView = (pickup: NonNullable<ReturnDoc["pickup"]>) => ({
  pickupId: pickup.pickupId,
  date: pickup.date,
  slot: pickup.slot,
  carrier: pickup.carrier,
  trackingNumber: pickup.trackingNumber,
});

const toBreakdownView = (breakdown: NonNullable<ReturnDoc["refundBreakdown"]>) => ({
  items: toRupees(breakdown.items),
  returnShipping: toRupees(breakdown.returnShipping),
  total: toRupees(breakdown.total),
});

const toReturnFacts = (found: ReturnDoc, linkOf: LinkOfImage) => ({
  id: found._id.toHexString(),
  returnNumber: found.returnNumber ?? undefined,
  orderNumber: found.orderNumber,
  status: found.status,
  items: found.items.map((item) => toItemView(item, found)),
  reason: found.reason,
  customerNotes: found.customerNotes,
  images: toImageViews(found, "customer", linkOf),
  pickup: found.pickup ? toPickupView(found.pickup) : undefined,
  receivedAt: found.receivedAt ?? undefined,
  inspection: toInspectionView(found, linkOf),
  refundBreakdown: found.refundBreakdown ? toBreakdownView(found.refundBreakdown) : undefined,
  refundNumber: found.refundNumber ?? undefined,
  rejectionReason: found.rejectionReason ?? undefined,
  createdAt: found.createdAt,
});

/** The notes of the history are the staff's; the customer gets the reason of a rejection. */
const toCustomersEntry = ({ from, to, at }: StatusEntry, { rejectionReason }: ReturnDoc) => ({
  ...{ from, to, at },
  note: to === RETURN_STATUS.REJECTED ? rejectionReason : null,
});

export const toReturnView = (found: ReturnDoc, linkOf: LinkOfImage) => ({
  ...toReturnFacts(found, linkOf),
  timeline: found.history.map((entry) => toCustomersEntry(entry, found)),
});

const toAdminsEntry = ({ from, to, at, note, by }: StatusEntry) => ({
  ...{ from, to, at, note },
  changedByType: by.type,
  changedById: by.id ?? null,
});

export const toAdminReturnView = (found: ReturnDoc, linkOf: LinkOfImage) => ({
  ...toReturnFacts(found, linkOf),
  timeline: found.history.map(toAdminsEntry),
  orderId: found.orderId.toHexString(),
  userId: found.userId ?? null,
  isReturnToOrigin: found.isReturnToOrigin,
  inspectionStatus: found.inspectionStatus,
  inspectionImages: toImageViews(found, "admin", linkOf),
  adminNotes: found.adminNotes.map(toStaffNoteView),
  approvedById: found.approvedById,
  approvedAt: found.approvedAt,
  completedAt: found.completedAt,
});

const ItemView = viewOf<ReturnType<typeof toItemView>>(
  "ReturnItem",
  { orderItemId: id, name: text, quantity: count, reason: text },
  {
    condition: Joi.string().valid(...RETURN_CONDITIONS),
    quantityReceived: count,
    quantityPassed: count.description("Refunded"),
    quantityRestockable: count,
  },
);

const ImageView = viewOf<ReturnType<typeof toImageView>>("ReturnImage", {
  id,
  orderItemId: id,
  url: text.description("A signed link, valid for 15 minutes"),
});

const InspectedItemView = viewOf<ReturnType<typeof toInspectedItemView>>("InspectedItem", {
  orderItemId: id,
  quantityReceived: count,
  quantityPassed: count,
  quantityRestockable: count,
  note: textOrNull,
});

const InspectionView = viewOf<NonNullable<ReturnType<typeof toInspectionView>>>("ReturnInspection", {
  items: Joi.array().items(InspectedItemView),
  notes: textOrNull,
  images: Joi.array().items(ImageView),
  at: moment,
});

const PickupView = viewOf<ReturnType<typeof toPickupView>>("ReturnPickup", {
  pickupId: text,
  date: nullable(moment),
  slot: textOrNull,
  carrier: textOrNull,
  trackingNumber: textOrNull,
});

const BreakdownView = viewOf<ReturnType<typeof toBreakdownView>>("ReturnRefundBreakdown", {
  items: rupees.description("What was paid for the units that passed the inspection"),
  returnShipping: rupees.description("What the customer pays for the way back"),
  total: rupees,
});

const EntryView = viewOf<ReturnType<typeof toCustomersEntry>>("ReturnTransition", {
  from: textOrNull,
  to: text,
  at: moment,
  note: textOrNull,
});

export const ReturnView = viewOf<ReturnType<typeof toReturnView>>(
  "ReturnView",
  {
    id,
    orderNumber: text,
    status: Joi.string().valid(...RETURN_STATUSES),
    items: Joi.array().items(ItemView),
    reason: text.description(
      `One of ${RETURN_REASONS.join(", ")}; \`returned_to_origin\` for a parcel that was never delivered`,
    ),
    customerNotes: textOrNull,
    images: Joi.array().items(ImageView),
    createdAt: moment,
    timeline: Joi.array().items(EntryView),
  },
  {
    returnNumber: text.description("The RMA number, from the approval on"),
    pickup: PickupView,
    receivedAt: moment,
    inspection: InspectionView,
    refundBreakdown: BreakdownView.description("From the inspection on; final once the return is completed"),
    refundNumber: text,
    rejectionReason: text,
  },
);

const AdminEntryView = viewOf<ReturnType<typeof toAdminsEntry>>("AdminReturnTransition", {
  from: textOrNull,
  to: text,
  at: moment,
  note: textOrNull,
  changedByType: text,
  changedById: textOrNull,
});

export const AdminReturnView = ReturnView.keys({
  timeline: Joi.array().items(AdminEntryView).required(),
  orderId: id.required(),
  userId: textOrNull.required(),
  isReturnToOrigin: Joi.boolean().required().description("A parcel that came back undelivered"),
  inspectionStatus: Joi.string()
    .valid(...INSPECTION_STATUSES)
    .required(),
  inspectionImages: Joi.array().items(ImageView).required().description("Photos of the warehouse"),
  adminNotes: Joi.array().items(StaffNoteView).required(),
  approvedById: textOrNull.required(),
  approvedAt: nullable(moment).required(),
  completedAt: nullable(moment).required(),
}).meta({ className: "AdminReturn" });
