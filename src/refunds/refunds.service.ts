import type { Types } from "mongoose";
import { Refund, type RefundDoc } from "../../models/index.js";
import { getOwnOrder } from "../../services/aggregates/order/load-order.js";
import { type BankDetails, toBankAccount } from "../../services/aggregates/refund/bank-account.js";
import { refundNotFound } from "../../services/aggregates/refund/decide-refund.js";
import * as bankTransfer from "../../services/flows/bank-transfer.flow.js";
import * as requests from "../../services/flows/request-refund.flow.js";
import { dateRange, type Page, paginate } from "../../services/platform/paginate.service.js";
import { REFUND_DESTINATION, type ReturnReason } from "../../utils/constants.js";
import { type LineUnitsBody, toNamedUnits } from "../../utils/line-units.js";
import { type Actor, isOwnedBy, type Owner, ownerFilter } from "../../utils/principal.js";
import type { ListQuery } from "../../utils/request-schemas.js";

export interface RefundWanted {
  owner: Owner;
  by: Actor<"customer">;
  orderNumber: string;
  reason: ReturnReason;
  notes?: string | undefined;
  /** Without them: all that is left. */
  items?: readonly LineUnitsBody[] | undefined;
  /** A repetition of the request finds its refund. */
  requestKey: string | null;
}

/**
 * Asks for a refund to where the money came from. An admin decides.
 * @throws NotFoundError ORDER_NOT_FOUND, also for another caller's; as `requestRefund` of the flow
 */
export async function requestRefund(wanted: RefundWanted): Promise<RefundDoc> {
  const { owner, by, orderNumber, reason, notes = null, items, requestKey } = wanted;
  const { _id: orderId } = await getOwnOrder(orderNumber, owner);
  const wish = items ? toUnitsWish(items, false) : { kind: "rest" as const };
  const destination = REFUND_DESTINATION.ORIGINAL;
  return requests.requestRefund({ orderId, wish, destination, reason, notes, by, requestKey });
}

export const toUnitsWish = (items: readonly LineUnitsBody[], includeShipping: boolean) => ({
  kind: "items" as const,
  items: toNamedUnits(items),
  includeShipping,
});

/** The caller's refunds by the time they were asked for, newest first by default. */
export function listRefunds(owner: Owner, query: ListQuery<"createdAt">): Promise<Page<RefundDoc>> {
  const filter = () => {
    const createdAt = dateRange(query);
    return { ...ownerFilter(owner), ...(createdAt ? { createdAt } : {}) };
  };
  return paginate({ model: Refund, filter, sortBy: "createdAt" }, query);
}

/** @throws NotFoundError for an unknown refund and for another caller's */
export async function getOwnRefund(refundId: Types.ObjectId, owner: Owner): Promise<RefundDoc> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund || !isOwnedBy(refund, owner)) throw refundNotFound();
  return refund;
}

export interface BankAccountChange {
  refundId: Types.ObjectId;
  owner: Owner;
  by: Actor<"customer">;
  details: BankDetails;
}

/**
 * Stores the account that a bank transfer goes to, or replaces it.
 * @throws NotFoundError as `getOwnRefund`; as `setBankAccount` of the flow
 */
export async function setBankAccount({
  refundId,
  owner,
  by,
  details,
}: BankAccountChange): Promise<RefundDoc> {
  const refund = await getOwnRefund(refundId, owner);
  return bankTransfer.setBankAccount({ refundId, bankAccount: toBankAccount(details, refund), by });
}
