import type { ClientSession, Types } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { type OrderItemDoc, Return, type ReturnDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { ReturnCondition, ReturnReason } from "../../utils/constants.js";
import { RuleError } from "../../utils/errors.js";
import { assertOwnLines, type NamedUnits } from "../../utils/line-units.js";
import type { Actor } from "../../utils/principal.js";
import {
  NOT_RETURNABLE_MESSAGES,
  type NotReturnableReason,
  returnableUnits,
} from "../../utils/returnable-units.js";
import { getOrderLines } from "../aggregates/order/order-lines.js";
import { promiseUnits } from "../aggregates/order/return-units.js";
import { insertReturn, messageOf, productOf } from "../aggregates/return/return-rows.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";

export interface WantedReturnItem extends NamedUnits {
  reason: ReturnReason;
  condition: ReturnCondition | null;
}

export interface ReturnRequest {
  orderId: Types.ObjectId;
  /** Each line once. */
  items: readonly WantedReturnItem[];
  reason: ReturnReason;
  customerNotes: string | null;
  /** A repetition of the request finds its return. */
  requestKey: string | null;
  /** A guest has no id. */
  by: Actor<"customer">;
}

/**
 * Asks for a return of delivered units. They are promised to it from now on, so of parallel requests for the same units
 * one succeeds. An admin decides.
 * @throws NotFoundError ORDER_NOT_FOUND; ValidationError for a line of another order; RuleError NOT_RETURNABLE,
 *   RETURN_WINDOW_CLOSED, QUANTITY_NOT_RETURNABLE with every refused line and its reason
 */
export async function requestReturn(request: ReturnRequest): Promise<ReturnDoc> {
  const { orderId, items, reason, customerNotes, requestKey, by } = request;
  const requested = await inTransaction(async (tx) => {
    const earlier = await findReturnOf(request, tx);
    if (earlier) return earlier;
    const read = await getOrderLines(orderId, tx);
    assertOwnLines(read.lines, items);
    assertReturnable(read.lines, items);
    await promiseUnits(read, items, { by }, tx);
    const named = items.map((item) => ({ ...item, ...productOf(lineOf(read.lines, item)) }));
    const row = { order: read.order, items: named, reason, customerNotes, requestKey, by };
    const inserted = await insertReturn(row, tx);
    await enqueueOutbox([messageOf("return.requested", inserted)], tx);
    return inserted;
  });
  const { _id, orderNumber } = requested;
  logger.info({ returnId: _id.toHexString(), orderNumber }, "> Return requested");
  return requested;
}

const findReturnOf = async (
  { orderId, requestKey }: ReturnRequest,
  tx: ClientSession,
): Promise<ReturnDoc | null> =>
  requestKey === null ? null : Return.findOne({ orderId, requestKey }).session(tx).lean<ReturnDoc>();

function lineOf(lines: readonly OrderItemDoc[], { orderItemId }: NamedUnits): OrderItemDoc {
  const line = lines.find(({ _id }) => _id.equals(orderItemId));
  if (!line) throw new Error("the line was checked before");
  return line;
}

interface RefusedLine {
  orderItemId: string;
  name: string;
  reason: NotReturnableReason | "too_many";
  /** How many units could be returned. */
  returnable: number;
}

/** @throws RuleError with every refused line; its code is that of the first */
function assertReturnable(lines: readonly OrderItemDoc[], items: readonly WantedReturnItem[]): void {
  const at = now();
  const refused = items.flatMap((item): RefusedLine[] => {
    const line = lineOf(lines, item);
    const { quantity: returnable, reason } = returnableUnits(line, at);
    if (reason === null && item.quantity <= returnable) return [];
    const about = { orderItemId: line._id.toHexString(), name: line.name };
    return [{ ...about, reason: reason ?? "too_many", returnable }];
  });
  const [first] = refused;
  if (!first) return;
  throw new RuleError(CODES[first.reason], MESSAGES[first.reason], { lines: refused });
}

const CODES = {
  not_returnable: "NOT_RETURNABLE",
  not_delivered: "NOT_RETURNABLE",
  window_closed: "RETURN_WINDOW_CLOSED",
  nothing_left: "QUANTITY_NOT_RETURNABLE",
  too_many: "QUANTITY_NOT_RETURNABLE",
} as const satisfies Record<RefusedLine["reason"], string>;

const MESSAGES = { ...NOT_RETURNABLE_MESSAGES, too_many: "Fewer units of this item can be returned" };
