import type { Types } from "mongoose";
import { OrderItem, type OrderItemDoc, Return, type ReturnDoc } from "../../models/index.js";
import { getOwnOrder } from "../../services/aggregates/order/load-order.js";
import { returnNotFound } from "../../services/aggregates/return/return-rows.js";
import * as requests from "../../services/flows/request-return.flow.js";
import { fileLink } from "../../services/platform/files.service.js";
import { LINK_SECONDS } from "../../services/platform/links.service.js";
import { dateRange, type Page, paginate } from "../../services/platform/paginate.service.js";
import type { ReturnCondition, ReturnReason } from "../../utils/constants.js";
import { toObjectId } from "../../utils/helpers.js";
import { type Actor, isOwnedBy, type Owner, ownerFilter } from "../../utils/principal.js";
import type { ListQuery } from "../../utils/request-schemas.js";

export interface ReturnWanted {
  owner: Owner;
  by: Actor<"customer">;
  orderNumber: string;
  items: readonly {
    orderItemId: string;
    quantity: number;
    reason: ReturnReason;
    condition?: ReturnCondition;
  }[];
  reason: ReturnReason;
  customerNotes?: string;
  requestKey: string | null;
}

/** @throws NotFoundError ORDER_NOT_FOUND, also for another caller's; as `requestReturn` of the flow */
export async function requestReturn(wanted: ReturnWanted): Promise<ReturnDoc> {
  const { owner, by, reason, requestKey, customerNotes = null } = wanted;
  const { _id: orderId } = await getOwnOrder(wanted.orderNumber, owner);
  const items = wanted.items.map(({ orderItemId, quantity, reason: ofItem, condition = null }) => ({
    ...{ orderItemId: toObjectId(orderItemId), quantity, reason: ofItem, condition },
  }));
  return requests.requestReturn({ orderId, items, reason, customerNotes, requestKey, by });
}

/** The lines of an own order, for the list of what can be returned. @throws NotFoundError ORDER_NOT_FOUND */
export async function getOwnLines(orderNumber: string, owner: Owner): Promise<OrderItemDoc[]> {
  const { _id: orderId } = await getOwnOrder(orderNumber, owner);
  return OrderItem.find({ orderId }).sort({ _id: 1 }).lean<OrderItemDoc[]>();
}

/** The caller's returns by the time they were asked for, newest first by default. */
export function listReturns(owner: Owner, query: ListQuery<"createdAt">): Promise<Page<ReturnDoc>> {
  const filter = () => {
    const createdAt = dateRange(query);
    return { ...ownerFilter(owner), ...(createdAt ? { createdAt } : {}) };
  };
  return paginate({ model: Return, filter, sortBy: "createdAt" }, query);
}

/** @throws NotFoundError for an unknown return and for another caller's */
export async function getOwnReturn(returnId: Types.ObjectId, owner: Owner): Promise<ReturnDoc> {
  const found = await Return.findById(returnId).lean<ReturnDoc>();
  if (!found || !isOwnedBy(found, owner)) throw returnNotFound();
  return found;
}

/** The signed link of a photo. */
export const imageLink = (fileId: Types.ObjectId): string => fileLink({ _id: fileId }, LINK_SECONDS.answer);
