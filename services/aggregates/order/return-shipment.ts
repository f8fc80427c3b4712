import type { ClientSession, Types } from "mongoose";
import {
  Order,
  type OrderDoc,
  type OrderItemDoc,
  Return,
  type ReturnDoc,
  type ShipmentDoc,
  type UnpaidContent,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { RETURN_STATUS, type RefundSystemReason } from "../../../utils/constants.js";
import { minPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import { cameBackUndelivered } from "../../calculations/fulfilment.js";
import { NO_REFUND } from "../../calculations/refund-amounts.js";
import { spreadContent } from "../../calculations/refund-split.js";
import { reduceTo } from "../../calculations/return-refund.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { oweOrderRefund, startedBySystem } from "../refund/owe-order-refund.js";
import { getRefundFacts, leftOfMoney, type RefundFacts } from "../refund/refund-facts.js";
import { toContent } from "../refund/refund-terms.js";
import { priceReturned, withoutRequests } from "../refund/returned-goods.js";
import { insertReturn, productOf } from "../return/return-rows.js";
import { writeOffCod } from "./cod-money.js";
import { followLines } from "./follow-lines.js";
import { changeLines, changesOf, getOrderLines } from "./order-lines.js";
import { type MovedBy, parcelMessage } from "./shipment-moves.js";

export interface ReturnToOrigin extends MovedBy {
  at: Date;
  /** Of the refund of each parcel; a setting. */
  rtoDeduction: Paise;
  /** Both drawn before the transaction. */
  returnNumber: string;
  refundNumbers: readonly string[];
}

/** Reason of the return and of its refund. */
export const RETURNED_TO_ORIGIN = "returned_to_origin" satisfies RefundSystemReason;

/**
 * Everything that a parcel causes which comes back undelivered, in the transaction that has moved it to
 * `returned_to_origin`, and so once: a return that waits for the goods, cash that will not be collected, the refund of
 * what was prepaid, and the statuses. Mail and credit note are messages.
 */
export async function returnShipment(
  shipment: ShipmentDoc,
  terms: ReturnToOrigin,
  tx: ClientSession,
): Promise<void> {
  const { by, note, at } = terms;
  const read = await getOrderLines(shipment.orderId, tx);
  const { order } = read;
  const { _id: returnId } = await insertReturn(
    {
      ...{ order, returnNumber: terms.returnNumber, items: itemsOf(shipment, read.lines) },
      ...{ status: RETURN_STATUS.APPROVED, approvedAt: now(), isReturnToOrigin: true },
      ...{ reason: RETURNED_TO_ORIGIN, by: { type: "system" as const } },
    },
    tx,
  );
  // The cancellation settled the money; only the goods are missing.
  if (shipment.recalledAt) return;
  const lines = await changeLines(
    read.lines,
    changesOf(shipment.items, (n) => ({ quantityReturnedToOrigin: n })),
    tx,
  );
  const facts = withoutRequests(await getRefundFacts(order._id, { except: null }, tx));
  const notOwed = await writeOffCod({ order, shipment, by, at }, tx);
  await settleValue({ facts, shipment, lines, notOwed, terms, returnId }, tx);
  await followLines({ order, lines }, { by, note: note ?? "returned to origin" }, tx);
  await enqueueOutbox([parcelMessage("shipment.returned", shipment)], tx);
}

const itemsOf = ({ items }: ShipmentDoc, lines: readonly OrderItemDoc[]): ReturnDoc["items"] =>
  items.flatMap(({ orderItemId, quantity }) => {
    const line = lines.find(({ _id }) => _id.equals(orderItemId));
    return line ? [{ ...productOf(line), orderItemId, quantity, reason: "other", condition: null }] : [];
  });

interface ReturnedValue {
  /** From before the cash was written off. */
  facts: RefundFacts;
  shipment: ShipmentDoc;
  lines: readonly OrderItemDoc[];
  /** The part of the parcel's value that was to be collected on delivery. */
  notOwed: Paise;
  terms: ReturnToOrigin;
  returnId: Types.ObjectId;
}

/**
 * The order keeps which lines the cash was for that is not owed any more. What was prepaid for the parcel is refunded,
 * less the deduction; with shipping and fees once everything has come back.
 */
async function settleValue(returned: ReturnedValue, tx: ClientSession): Promise<void> {
  const { facts, shipment, lines, notOwed, terms, returnId } = returned;
  // With the charges, which the first parcel collects.
  const priced = priceReturned(facts, shipment.items, { includeCharges: true }) ?? NO_REFUND;
  const value = cameBackUndelivered(lines)
    ? priced.amount
    : subtractPaise(priced.amount, priced.chargesAmount);
  // Shares of a line differ by a paisa, depending on which of its units come first: that is no money that was paid.
  const prepaid = notOwed > 0 && isPaidOnDelivery(facts.order) ? ZERO_PAISE : subtractPaise(value, notOwed);
  const amount = minPaise(leftOfMoney(facts), subtractPaise(prepaid, terms.rtoDeduction));
  const [unpaid, paid] = spreadContent([notOwed, prepaid], priced);
  if (notOwed > 0 && unpaid) await keepUncollected(shipment, { amount: notOwed, ...toContent(unpaid) }, tx);
  if (amount <= 0 || !paid) return;
  const { refundNumbers } = terms;
  const [first] = await oweOrderRefund(
    {
      ...{ facts, amount, content: toContent(reduceTo(amount, paid)), returnId, refundNumbers },
      origin: startedBySystem(RETURNED_TO_ORIGIN),
    },
    tx,
  );
  if (!first) return;
  const refund = { refundId: first._id, refundNumber: first.refundNumber };
  await Return.updateOne({ _id: returnId }, { $set: refund }).session(tx);
}

/** With nothing but cash, or a bank transfer. */
const isPaidOnDelivery = ({ storeCreditAmount, loyaltyDiscount }: OrderDoc): boolean =>
  storeCreditAmount === 0 && loyaltyDiscount === 0;

async function keepUncollected(
  { _id, orderId }: ShipmentDoc,
  unpaid: UnpaidContent,
  tx: ClientSession,
): Promise<void> {
  const update = { $push: { uncollectedParcels: { _id, at: now(), unpaid } } };
  await Order.updateOne({ _id: orderId }, update).session(tx);
}
