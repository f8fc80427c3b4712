import { type QueryFilter, type Types, trusted } from "mongoose";
import {
  Order,
  type OrderDoc,
  REFUNDS_BY_DESTINATION_INDEX,
  REFUNDS_WITH_ATTENTION_INDEX,
  Refund,
  type RefundDoc,
} from "../../models/index.js";
import { refundNotFound } from "../../services/aggregates/refund/decide-refund.js";
import {
  dateRangeFromStart,
  type Page,
  type PageSource,
  paginate,
} from "../../services/platform/paginate.service.js";
import { addStaffNote } from "../../services/platform/staff-notes.service.js";
import { REFUND_STATUSES, type RefundDestination, type RefundStatus } from "../../utils/constants.js";
import type { AdminPrincipal } from "../../utils/principal.js";
import type { ListQuery } from "../../utils/request-schemas.js";

/** What administrators read of refunds, and their notes. What they decide is in `refunds.decisions.service.ts`. */

export interface RefundListQuery extends ListQuery<"createdAt"> {
  status?: RefundStatus;
  destination?: RefundDestination;
  /** Only those that a person has to look at. */
  attention?: boolean;
  orderNumber?: string;
  refundNumber?: string;
}

const NOTHING: Page<RefundDoc> = { items: [], total: 0 };

/** Refunds by the time they were asked for, newest first by default. Each filter, and any two, have an index. */
export async function listRefunds(query: RefundListQuery): Promise<Page<RefundDoc>> {
  const { orderNumber } = query;
  const order = orderNumber ? await Order.exists({ orderNumber }) : null;
  if (orderNumber && !order) return NOTHING;
  return paginate({ model: Refund, ...selectRefunds(query, order?._id ?? null) }, query);
}

function selectRefunds(
  query: RefundListQuery,
  orderId: Types.ObjectId | null,
): Pick<PageSource<RefundDoc>, "filter" | "sortBy" | "hint"> {
  const { status, destination, attention, refundNumber } = query;
  const filter = (): QueryFilter<RefundDoc> => ({
    ...(refundNumber ? { refundNumber } : {}),
    ...(orderId ? { orderId } : {}),
    ...(status ? { status } : {}),
    ...(destination ? { destination } : {}),
    ...(attention === undefined ? {} : { attention }),
    createdAt: dateRangeFromStart(query),
  });
  // One refund: sorting it by its own number needs no sort.
  if (refundNumber) return { filter, sortBy: "refundNumber" };
  if (orderId) return { filter, sortBy: "createdAt" };
  if (attention) return { filter, sortBy: "createdAt", hint: REFUNDS_WITH_ATTENTION_INDEX };
  if (!destination) return { filter, sortBy: "createdAt" };
  // A status that is not filtered is given all its values: the database then merges their ranges in order.
  const anyStatus = () => (status ? {} : { status: trusted({ $in: [...REFUND_STATUSES] }) });
  return {
    filter: () => ({ ...filter(), ...anyStatus() }),
    sortBy: "createdAt",
    hint: REFUNDS_BY_DESTINATION_INDEX,
  };
}

/** @throws NotFoundError REFUND_NOT_FOUND */
export async function getRefund(refundId: Types.ObjectId): Promise<RefundDoc> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund) throw refundNotFound();
  return refund;
}

export interface RefundFile {
  refund: RefundDoc;
  /** Null for money that became no order. */
  order: OrderDoc | null;
  /** The other refunds of the order, newest first. */
  others: RefundDoc[];
}

/** Far more than any order has. */
const MAX_OTHERS = 100;

/** @throws NotFoundError REFUND_NOT_FOUND */
export async function getRefundFile(refundId: Types.ObjectId): Promise<RefundFile> {
  const refund = await getRefund(refundId);
  const { orderId } = refund;
  if (!orderId) return { refund, order: null, others: [] };
  const [order, others] = await Promise.all([
    Order.findById(orderId).lean<OrderDoc>(),
    Refund.find({ orderId, _id: trusted({ $ne: refundId }) })
      .sort({ createdAt: -1 })
      .limit(MAX_OTHERS)
      .lean<RefundDoc[]>(),
  ]);
  return { refund, order, others };
}

export interface NewNote {
  refundId: Types.ObjectId;
  note: string;
  by: AdminPrincipal;
  requestKey: string | null;
}

/** @throws NotFoundError REFUND_NOT_FOUND */
export const addNote = ({ refundId, ...note }: NewNote): Promise<RefundDoc> =>
  addStaffNote({
    ...{ model: Refund, id: refundId, field: "adminNotes", resourceType: "refund" },
    ...{ notFound: refundNotFound, ...note },
  });
