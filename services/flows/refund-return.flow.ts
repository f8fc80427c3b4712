import { type ClientSession, type Types, trusted } from "mongoose";
import { OrderItem, type OrderItemDoc, Refund, type RefundDoc, type ReturnDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { REFUND_INITIATOR, RETURN_STATUS, type RefundDestination } from "../../utils/constants.js";
import { RuleError } from "../../utils/errors.js";
import type { NamedUnits } from "../../utils/line-units.js";
import { type Paise, toRupees, ZERO_PAISE } from "../../utils/money.js";
import { adminActor } from "../../utils/principal.js";
import { unwrap } from "../../utils/result.js";
import { returnMachine } from "../../utils/state-machines.js";
import { takeUnitsBack } from "../aggregates/order/return-units.js";
import { drawRefundNumbers, oweOrderRefund } from "../aggregates/refund/owe-order-refund.js";
import { getRefundFacts } from "../aggregates/refund/refund-facts.js";
import { assertNoneDisputed } from "../aggregates/refund/refund-terms.js";
import { decideReturnTerms, withoutRequests } from "../aggregates/refund/returned-goods.js";
import { changeReturn, moveReturn } from "../aggregates/return/move-return.js";
import { getReturn, messageOf } from "../aggregates/return/return-rows.js";
import { passedUnits, returnShippingOf } from "../calculations/return-inspection.js";
import { returnInventory } from "../integrations/inventory-integration.service.js";
import { getSettings } from "../platform/settings.service.js";
import { assertStatus } from "../platform/transition.service.js";

const { RECEIVED, COMPLETED } = RETURN_STATUS;

export interface ReturnRefund {
  returnId: Types.ObjectId;
  adminId: string;
  /** For the money; store credit and points go back as what they were. */
  destination: RefundDestination;
  /** Whether the customer pays for the way back. Undefined: unless the goods were at fault. */
  deductShipping: boolean | undefined;
}

/**
 * Accepts an inspected return, in one transaction: the units that passed are the shop's again, and their price goes back
 * without another approval, because the customer asked for it with the return. The outbox sends the money and restocks.
 * Of a parcel that was never delivered, the money went back when it turned round. A repeat changes nothing.
 * @throws NotFoundError RETURN_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION, RETURN_NOT_INSPECTED, PAYMENT_DISPUTED,
 *   NOT_REFUNDABLE (store credit for a guest); ConflictError VERSION_CONFLICT
 */
export async function refundReturn(wanted: ReturnRefund): Promise<ReturnDoc> {
  const { returnId } = wanted;
  const { orderId, status } = await getReturn(returnId);
  const [{ returnShippingFee }, refundNumbers] = await Promise.all([
    getSettings("returns"),
    status === RECEIVED ? drawRefundNumbers(orderId) : [],
  ]);
  return changeReturn(returnId, async (found, tx) => {
    if (found.status === COMPLETED) return found;
    assertInspected(found);
    const refunded = found.isReturnToOrigin
      ? {}
      : await payBack(found, { ...wanted, returnShippingFee, refundNumbers }, tx);
    return complete(found, wanted, refunded, tx);
  });
}

function assertInspected(found: ReturnDoc): void {
  assertStatus(returnMachine, found, { from: [RECEIVED], to: COMPLETED });
  if (!found.inspection)
    throw new RuleError("RETURN_NOT_INSPECTED", "Inspect the goods before they are refunded");
}

interface PayBack extends ReturnRefund {
  returnShippingFee: Paise;
  refundNumbers: readonly string[];
}

type Refunded = Partial<Pick<ReturnDoc, "refundBreakdown" | "refundId" | "refundNumber">>;

async function payBack(found: ReturnDoc, payment: PayBack, tx: ClientSession): Promise<Refunded> {
  const { destination, refundNumbers, adminId } = payment;
  const passed = passedUnits(found.inspection?.items ?? []);
  const facts = withoutRequests(await getRefundFacts(found.orderId, { except: null }, tx));
  const returnShipping = shippingOf(found, payment);
  const { breakdown, content } = decideReturnTerms(facts, { passed, returnShipping });
  await takeUnitsBack(found, passed, { by: adminActor(adminId), note: `return ${found.returnNumber}` }, tx);
  if (breakdown.total === 0) return { refundBreakdown: breakdown };
  assertNoneDisputed(facts);
  const [first] = await oweOrderRefund(
    {
      ...{ facts, content, destination, refundNumbers },
      amount: breakdown.total,
      origin: originOf(found, adminId),
      returnId: found._id,
    },
    tx,
  );
  return {
    refundBreakdown: breakdown,
    refundId: first?._id ?? null,
    refundNumber: first?.refundNumber ?? null,
  };
}

function shippingOf(
  { items, inspection }: ReturnDoc,
  { deductShipping, returnShippingFee }: Pick<PayBack, "deductShipping" | "returnShippingFee">,
): Paise {
  if (deductShipping === undefined)
    return returnShippingOf(items, inspection?.items ?? [], returnShippingFee);
  return deductShipping ? returnShippingFee : ZERO_PAISE;
}

/** The customer asked for it with the return; the admin approves. */
const originOf = ({ userId, reason, returnNumber }: ReturnDoc, adminId: string) => ({
  initiatedByType: REFUND_INITIATOR.CUSTOMER,
  initiatedById: userId ?? null,
  approvedById: adminId,
  reason,
  by: adminActor(adminId),
  note: `return ${returnNumber ?? ""}`,
});

function complete(
  found: ReturnDoc,
  { adminId, destination }: ReturnRefund,
  refunded: Refunded,
  tx: ClientSession,
): Promise<ReturnDoc> {
  const total = refunded.refundBreakdown?.total ?? ZERO_PAISE;
  return moveReturn(
    found,
    {
      ...{ to: COMPLETED, by: adminActor(adminId), action: "return.refund" },
      set: { ...refunded, completedAt: now() },
      after: { refund: toRupees(total), destination },
      messages: [messageOf("return.completed", found)],
    },
    tx,
  );
}

/** The refunds of a return, one for each source of the order's money. */
export const findRefundsOfReturn = ({ _id, orderId }: ReturnDoc): Promise<RefundDoc[]> =>
  Refund.find({ orderId, returnId: _id }).sort({ createdAt: -1 }).lean<RefundDoc[]>();

/** A return is completed: what can be sold again goes back to stock, once. Run by the outbox. */
export async function restockReturn(returnId: Types.ObjectId): Promise<void> {
  const { orderId, inspection, returnNumber } = await getReturn(returnId);
  const items = await restockable(inspection?.items ?? []);
  if (items.length === 0) return;
  const reference = returnNumber ?? returnId.toHexString();
  unwrap(await returnInventory({ orderId: orderId.toHexString(), items, reference }));
}

async function restockable(
  inspected: readonly { orderItemId: Types.ObjectId; quantityRestockable: number }[],
) {
  const wanted: NamedUnits[] = inspected.map(({ orderItemId, quantityRestockable }) => ({
    ...{ orderItemId, quantity: quantityRestockable },
  }));
  const $in = wanted.map(({ orderItemId }) => orderItemId);
  const lines = await OrderItem.find({ _id: trusted({ $in }) }).lean<OrderItemDoc[]>();
  return wanted.flatMap(({ orderItemId, quantity }) => {
    const line = lines.find(({ _id }) => _id.equals(orderItemId));
    return line && quantity > 0 ? [{ variantId: line.variantId, quantity, reason: "returned" }] : [];
  });
}
