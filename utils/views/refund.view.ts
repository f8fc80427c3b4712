import Joi from "joi";
import type {
  RefundBankAccount,
  RefundDoc,
  RefundItem,
  RefundPart,
  StatusEntry,
} from "../../models/index.js";
import {
  REFUND_DESTINATIONS,
  REFUND_INITIATOR,
  REFUND_INITIATORS,
  REFUND_SOURCE,
  REFUND_SOURCES,
  REFUND_STATUS,
  REFUND_STATUSES,
  REFUND_TYPES,
} from "../constants.js";
import { toRupees } from "../money.js";
import { moment, rupees } from "../view-schemas.js";
import { count, id, text, textOrNull } from "./parts.view.js";
import { StaffNoteView, toStaffNoteView } from "./staff-note.view.js";
import { viewOf } from "./view-of.js";

/** A refund as its customer sees it: without notes of staff, ids of the gateway and reasons from inside. */

/** The gateway's own reasons say nothing to a customer. */
const FAILED = "The refund could not be made. Our support team takes care of it.";

export const toRefundItemView = ({ orderItemId, quantity, amount }: RefundItem) => ({
  orderItemId: orderItemId.toHexString(),
  quantity,
  amount: toRupees(amount),
});

const toPartView = ({ source, destination, amount }: RefundPart) => ({
  source,
  destination,
  amount: toRupees(amount),
});

const toBankAccountView = ({ accountHolder, last4, ifsc }: RefundBankAccount) => ({
  accountHolder,
  last4,
  ifsc,
});

/** The notes of the history are the staff's and the service's; the customer gets a sentence where one helps. */
function toCustomersEntry({ from, to, at }: StatusEntry, { rejectionReason }: RefundDoc) {
  if (to === REFUND_STATUS.FAILED) return { from, to, at, note: FAILED };
  return { from, to, at, note: to === REFUND_STATUS.REJECTED ? rejectionReason : null };
}

/** What customers and admins see alike. */
const toRefundFacts = (refund: RefundDoc) => ({
  id: refund._id.toHexString(),
  refundNumber: refund.refundNumber,
  orderNumber: refund.orderNumber ?? undefined,
  paymentId: refund.paymentId?.toHexString(),
  type: refund.type,
  reason: refund.reason,
  status: refund.status,
  // Rows from before there were several have none.
  source: refund.source ?? REFUND_SOURCE.PAYMENT,
  destination: refund.destination,
  amount: toRupees(refund.amount),
  shippingAmount: toRupees(refund.shippingAmount),
  items: refund.items.map(toRefundItemView),
  split: refund.status === REFUND_STATUS.PENDING ? refund.parts.map(toPartView) : undefined,
  initiatedByType: refund.initiatedByType,
  bankAccount: refund.bankAccount ? toBankAccountView(refund.bankAccount) : undefined,
  utr: refund.utr ?? undefined,
  rejectionReason: refund.rejectionReason ?? undefined,
  createdAt: refund.createdAt,
  processedAt: refund.processedAt ?? undefined,
});

export const toRefundView = (refund: RefundDoc) => ({
  ...toRefundFacts(refund),
  notes: refund.initiatedByType === REFUND_INITIATOR.CUSTOMER ? refund.notes : null,
  failureReason: refund.status === REFUND_STATUS.FAILED ? FAILED : undefined,
  timeline: refund.history.map((entry) => toCustomersEntry(entry, refund)),
});

const toAdminsEntry = ({ from, to, at, note }: StatusEntry) => ({ from, to, at, note });

const toAttemptView = ({ at, receipt, outcome, error }: RefundDoc["attempts"][number]) => ({
  ...{ at, receipt, outcome, error },
});

/** As administrators see it. Of a bank account, they too see the last four digits only. */
export const toAdminRefundView = (refund: RefundDoc) => ({
  ...toRefundFacts(refund),
  notes: refund.notes,
  failureReason: refund.failureReason ?? undefined,
  timeline: refund.history.map(toAdminsEntry),
  orderId: refund.orderId?.toHexString() ?? null,
  gatewayRefundId: refund.gatewayRefundId,
  speed: refund.speed ?? undefined,
  initiatedById: refund.initiatedById,
  approvedById: refund.approvedById,
  attempts: refund.attempts.map(toAttemptView),
  adminNotes: refund.adminNotes.map(toStaffNoteView),
  systemReason: refund.systemReason ?? undefined,
  attention: refund.attention,
  splitFrom: refund.splitFromId?.toHexString() ?? null,
});

const source = Joi.string().valid(...REFUND_SOURCES);
const destination = Joi.string().valid(...REFUND_DESTINATIONS);

const RefundItemView = viewOf<ReturnType<typeof toRefundItemView>>("RefundItem", {
  orderItemId: id,
  quantity: count.description("0: only a part of the units' price, the rest of which another refund returns"),
  amount: rupees,
});

const PartView = viewOf<ReturnType<typeof toPartView>>("RefundPart", { source, destination, amount: rupees });

const BankAccountView = viewOf<ReturnType<typeof toBankAccountView>>("RefundBankAccount", {
  accountHolder: text,
  last4: text.description("Of the account number, which no response shows"),
  ifsc: text,
});

const EntryView = viewOf<ReturnType<typeof toAdminsEntry>>("RefundTransition", {
  from: textOrNull,
  to: text,
  at: moment,
  note: textOrNull,
});

export const RefundView = viewOf<ReturnType<typeof toRefundView>>(
  "RefundView",
  {
    id,
    refundNumber: text,
    type: Joi.string().valid(...REFUND_TYPES),
    reason: text,
    notes: textOrNull,
    status: Joi.string().valid(...REFUND_STATUSES),
    source: source.description("Where the money comes from; of a pending refund, its first part"),
    destination,
    amount: rupees,
    shippingAmount: rupees.description("The part of `amount` for shipping and fees"),
    items: Joi.array().items(RefundItemView),
    initiatedByType: Joi.string().valid(...REFUND_INITIATORS),
    createdAt: moment,
    timeline: Joi.array().items(EntryView),
  },
  {
    orderNumber: text,
    paymentId: id,
    split: Joi.array()
      .items(PartView)
      .description("While `pending`: what each source of the order's money will give back, and where to"),
    bankAccount: BankAccountView,
    utr: text,
    failureReason: text,
    rejectionReason: text,
    processedAt: moment,
  },
);

const AttemptView = viewOf<ReturnType<typeof toAttemptView>>("RefundAttempt", {
  at: moment,
  receipt: text,
  outcome: text,
  error: textOrNull,
});

export const AdminRefundView = RefundView.keys({
  orderId: id.allow(null).required(),
  gatewayRefundId: textOrNull.required(),
  speed: text.description("How the gateway returns it: `instant` or `normal`"),
  initiatedById: textOrNull.required(),
  approvedById: textOrNull.required(),
  attempts: Joi.array().items(AttemptView).required(),
  adminNotes: Joi.array().items(StaffNoteView).required(),
  systemReason: text.description("Why the service or the gateway started it; absent if a person did"),
  attention: Joi.boolean().required().description("A person has to look at it"),
  splitFrom: id.allow(null).required().description("The refund that was approved together with this one"),
}).meta({ className: "AdminRefund" });
