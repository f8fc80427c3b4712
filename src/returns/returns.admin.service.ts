import type { QueryFilter, Types } from "mongoose";
import { type RefundDoc, Return, type ReturnDoc } from "../../models/index.js";
import { getReturn, returnNotFound } from "../../services/aggregates/return/return-rows.js";
import * as decisions from "../../services/flows/decide-return.flow.js";
import * as inspections from "../../services/flows/inspect-return.flow.js";
import * as refunds from "../../services/flows/refund-return.flow.js";
import {
  dateRangeFromStart,
  type Page,
  type PageSource,
  paginate,
} from "../../services/platform/paginate.service.js";
import { addStaffNote } from "../../services/platform/staff-notes.service.js";
import { REFUND_DESTINATION, type RefundDestination, type ReturnStatus } from "../../utils/constants.js";
import { toObjectId } from "../../utils/helpers.js";
import { type AdminPrincipal, adminActor } from "../../utils/principal.js";
import type { ListQuery } from "../../utils/request-schemas.js";

/** What administrators read of returns, and what they decide. */

export { approveReturn } from "../../services/flows/decide-return.flow.js";
export { receiveReturn } from "../../services/flows/inspect-return.flow.js";
export { schedulePickup } from "../../services/flows/schedule-pickup.flow.js";

export interface ReturnListQuery extends ListQuery<"createdAt"> {
  status?: ReturnStatus;
  orderNumber?: string;
  returnNumber?: string;
}

/** Returns by the time they were asked for, newest first by default. Each filter has an index. */
export function listReturns(query: ReturnListQuery): Promise<Page<ReturnDoc>> {
  return paginate({ model: Return, ...selectReturns(query) }, query);
}

function selectReturns(query: ReturnListQuery): Pick<PageSource<ReturnDoc>, "filter" | "sortBy"> {
  const { status, orderNumber, returnNumber } = query;
  const filter = (): QueryFilter<ReturnDoc> => ({
    ...(returnNumber ? { returnNumber } : {}),
    ...(orderNumber ? { orderNumber } : {}),
    ...(status ? { status } : {}),
    createdAt: dateRangeFromStart(query),
  });
  // One return: sorting it by its own number needs no sort.
  return { filter, sortBy: returnNumber ? "returnNumber" : "createdAt" };
}

export interface ReturnFile {
  found: ReturnDoc;
  /** One for each source of the order's money. */
  refunds: RefundDoc[];
}

/** @throws NotFoundError RETURN_NOT_FOUND */
export async function getReturnFile(returnId: Types.ObjectId): Promise<ReturnFile> {
  const found = await getReturn(returnId);
  return { found, refunds: await refunds.findRefundsOfReturn(found) };
}

export interface Decision {
  returnId: Types.ObjectId;
  adminId: string;
}

/** @throws as `rejectReturn` of the flow */
export const rejectReturn = ({ returnId, adminId }: Decision, reason: string): Promise<ReturnDoc> =>
  decisions.rejectReturn({ returnId, by: adminActor(adminId), reason });

export interface InspectionDraft {
  items: readonly {
    orderItemId: string;
    quantityReceived: number;
    quantityPassed: number;
    quantityRestockable: number;
    note?: string;
  }[];
  notes?: string;
}

/** @throws as `inspectReturn` of the flow */
export function inspectReturn(decision: Decision, draft: InspectionDraft): Promise<ReturnDoc> {
  const { notes = null } = draft;
  const items = draft.items.map(({ orderItemId, note, ...quantities }) => ({
    ...quantities,
    orderItemId: toObjectId(orderItemId),
    note: note ?? null,
  }));
  return inspections.inspectReturn({ ...decision, items, notes });
}

export interface RefundWanted {
  /** Default: where the money came from. */
  destination?: RefundDestination;
  /** Default: unless the goods were at fault. */
  deductShipping?: boolean;
}

/** @throws as `refundReturn` of the flow */
export async function refundReturn(
  decision: Decision,
  { destination = REFUND_DESTINATION.ORIGINAL, deductShipping }: RefundWanted,
): Promise<ReturnFile> {
  const found = await refunds.refundReturn({ ...decision, destination, deductShipping });
  return { found, refunds: await refunds.findRefundsOfReturn(found) };
}

export interface NewNote {
  returnId: Types.ObjectId;
  note: string;
  by: AdminPrincipal;
  requestKey: string | null;
}

/** @throws NotFoundError RETURN_NOT_FOUND */
export const addNote = ({ returnId, ...note }: NewNote): Promise<ReturnDoc> =>
  addStaffNote({
    ...{ model: Return, id: returnId, field: "adminNotes", resourceType: "return" },
    ...{ notFound: returnNotFound, ...note },
  });
