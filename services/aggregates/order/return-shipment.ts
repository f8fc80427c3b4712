import { type ClientSession, Types } from "mongoose";
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
import { leftOf } from "../../calculations/credit-amounts.js";
import { provenStatusOf } from "../../calculations/fulfilment.js";
import { priceRefund, type RefundAmounts } from "../../calculations/refund-amounts.js";
import { spreadContent } from "../../calculations/refund-split.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { firstEntry } from "../../platform/transition.service.js";
import { oweOrderRefund } from "../refund/owe-order-refund.js";
import { leftOfGoods, leftOfMoney, type RefundFacts, readRefundFacts } from "../refund/refund-facts.js";
import { toContent } from "../refund/refund-terms.js";
import { writeOffCod } from "./cod-money.js";
import { isCancelled } from "./deliver-shipment.js";
import { followLines } from "./follow-lines.js";
import { changeLines, type OrderLines, readOrderLines } from "./order-lines.js";
import { type MovedBy, parcelMessage, unitsOf } from "./shipment-moves.js";

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
  const read = await readOrderLines(shipment.orderId, tx);
  if (isCancelled(read, shipment)) return;
  const { order } = read;
  const lines = await changeLines(
    read.lines,
    unitsOf(shipment, (n) => ({ quantityReturnedToOrigin: n })),
    tx,
  );
  const returned = buildReturn({ order, lines }, shipment, terms.returnNumber);
  await Return.create([returned], { session: tx });
  const facts = await readRefundFacts(order._id, { except: null }, tx);
  const notOwed = await writeOffCod({ order, shipment, by, at }, tx);
  await settleValue({ facts, shipment, lines, notOwed, terms, returnId: returned._id }, tx);
  await followLines({ order, lines }, { by, note: note ?? "returned to origin" }, tx);
  await enqueueOutbox([parcelMessage("shipment.returned", shipment)], tx);
}

function buildReturn({ order, lines }: OrderLines, shipment: ShipmentDoc, returnNumber: string) {
  const { APPROVED } = RETURN_STATUS;
  const items = shipment.items.map(({ orderItemId, quantity }): ReturnDoc["items"][number] => ({
    ...{ orderItemId, quantity, reason: "other", condition: null },
    name: lines.find(({ _id }) => _id.equals(orderItemId))?.name ?? "",
  }));
  return {
    _id: new Types.ObjectId(),
    returnNumber,
    ...ownerOf(order),
    status: APPROVED,
    reason: RETURNED_TO_ORIGIN,
    items,
    isReturnToOrigin: true,
    approvedAt: now(),
    history: [firstEntry(APPROVED, { type: "system" }, RETURNED_TO_ORIGIN)],
  };
}

const ownerOf = ({ _id, orderNumber, userId, sessionId }: OrderDoc) => ({
  ...{ orderId: _id, orderNumber },
  ...(userId ? { userId } : {}),
  ...(sessionId ? { sessionId } : {}),
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
  const priced = priceOf(facts, shipment);
  const isEverything = provenStatusOf(lines) === "returned";
  const value = isEverything ? priced.amount : subtractPaise(priced.amount, priced.chargesAmount);
  const prepaid = subtractPaise(value, notOwed, terms.rtoDeduction);
  const amount = minPaise(leftOfMoney(facts), prepaid);
  const [unpaid, paid] = spreadContent([notOwed, amount], priced).map(toContent);
  if (notOwed > 0 && unpaid) await keepUncollected(shipment, { amount: notOwed, ...unpaid }, terms, tx);
  if (amount <= 0 || !paid) return;
  const { refundNumbers } = terms;
  await oweOrderRefund(
    { facts, amount, content: paid, systemReason: RETURNED_TO_ORIGIN, returnId, refundNumbers },
    tx,
  );
}

async function keepUncollected(
  { _id, orderId }: ShipmentDoc,
  unpaid: UnpaidContent,
  { at }: ReturnToOrigin,
  tx: ClientSession,
): Promise<void> {
  const update = { $push: { uncollectedParcels: { _id, at, unpaid } } };
  await Order.updateOne({ _id: orderId }, update).session(tx);
}

const NOTHING: RefundAmounts = { amount: ZERO_PAISE, items: [], chargesAmount: ZERO_PAISE };

/** With the charges, which the first parcel collects. Units that were refunded before are left out. */
function priceOf(facts: RefundFacts, { items }: ShipmentDoc): RefundAmounts {
  const goods = leftOfGoods(facts);
  const units = items.flatMap(({ orderItemId, quantity }) => {
    const line = goods.lines.find(({ id }) => id === orderItemId.toHexString());
    const most = line ? Math.min(quantity, leftOf(line).units) : 0;
    return most > 0 ? [{ id: orderItemId.toHexString(), units: most }] : [];
  });
  const hasValue = goods.lines.some(
    (line) => leftOf(line).total > 0 && (line.isCharge || units.some(({ id }) => id === line.id)),
  );
  if (!hasValue) return NOTHING;
  return priceRefund(goods, { kind: "items", items: units, includeCharges: true }, leftOfMoney(facts));
}
