import type { ClientSession, Types } from "mongoose";
import {
  type ChangedBy,
  type OrderDoc,
  type OrderItemDoc,
  Return,
  type ReturnDoc,
} from "../../../models/index.js";
import { NotFoundError } from "../../../utils/errors.js";
import { ownerFieldsOf } from "../../../utils/principal.js";
import { returnMachine } from "../../../utils/state-machines.js";
import type { OutboxDraft } from "../../platform/outbox.service.js";
import { firstEntry } from "../../platform/transition.service.js";

/** The beginning of a return, and what its messages have in common. */

/** What every return has of its order. */
const ofOrder = (order: OrderDoc) => ({
  orderId: order._id,
  orderNumber: order.orderNumber,
  ...ownerFieldsOf(order),
});

export interface NewReturn
  extends Pick<ReturnDoc, "items" | "reason">,
    Partial<
      Pick<ReturnDoc, "customerNotes" | "requestKey" | "isReturnToOrigin" | "returnNumber" | "approvedAt">
    > {
  order: OrderDoc;
  by: ChangedBy;
  /** Default: `requested`. */
  status?: ReturnDoc["status"];
}

/** In the caller's transaction. @returns the return with the defaults of its fields */
export async function insertReturn(
  { order, by, status = returnMachine.initial, ...row }: NewReturn,
  tx: ClientSession,
): Promise<ReturnDoc> {
  const history = [firstEntry(status, by, row.reason)];
  const [created] = await Return.create([{ ...row, ...ofOrder(order), status, history }], { session: tx });
  if (!created) throw new Error("the return was not inserted");
  return created.toObject();
}

/** What a return shows of a line's product. */
export const productOf = ({ productId, sku, name }: Pick<OrderItemDoc, "productId" | "sku" | "name">) => ({
  ...{ productId, sku, name },
});

/** Each happens once to a return. */
export function messageOf(type: string, { _id }: Pick<ReturnDoc, "_id">): OutboxDraft {
  const returnId = _id.toHexString();
  return { type, dedupeKey: `${type}:${returnId}`, payload: { returnId } };
}

export const returnNotFound = () => new NotFoundError("RETURN_NOT_FOUND", "There is no such return");

/** @throws NotFoundError RETURN_NOT_FOUND */
export async function getReturn(returnId: Types.ObjectId, tx?: ClientSession): Promise<ReturnDoc> {
  const found = await Return.findById(returnId)
    .session(tx ?? null)
    .lean<ReturnDoc>();
  if (!found) throw returnNotFound();
  return found;
}
