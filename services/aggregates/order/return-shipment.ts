import { type ClientSession, Types } from "mongoose";
import {
  type OrderDoc,
  type OrderItemDoc,
  Return,
  type ReturnDoc,
  type ShipmentDoc,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { RETURN_STATUS, type RefundSystemReason } from "../../../utils/constants.js";
import { minPaise, type Paise, subtractPaise } from "../../../utils/money.js";
import { leftOf } from "../../calculations/credit-amounts.js";
import { provenStatusOf } from "../../calculations/fulfilment.js";
import { priceRefund, type RefundAmounts } from "../../calculations/refund-amounts.js";
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
  const notOwed = await writeOffCod({ order, shipment, by, at }, tx);
  await refundPrepaid({ shipment, lines, notOwed, terms, returnId: returned._id }, tx);
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

interface Prepaid {
  shipment: ShipmentDoc;
  lines: readonly OrderItemDoc[];
  /** The part of the parcel's value that was to be collected on delivery. */
  notOwed: Paise;
  terms: ReturnToOrigin;
  returnId: Types.ObjectId;
}

/** What was prepaid for the parcel, less the deduction; with shipping and fees once everything has come back. */
async function refundPrepaid(prepaid: Prepaid, tx: ClientSession): Promise<void> {
  const { shipment, lines, notOwed, terms, returnId } = prepaid;
  const facts = await readRefundFacts(shipment.orderId, { except: null }, tx);
  const left = leftOfMoney(facts);
  const priced = left > 0 ? priceOf(facts, shipment, provenStatusOf(lines) === "returned") : null;
  if (!priced) return;
  const amount = minPaise(left, subtractPaise(priced.amount, notOwed, terms.rtoDeduction));
  if (amount <= 0) return;
  const { items, chargesAmount } = priced;
  const content = toContent({ items: notOwed > 0 ? items.map(withoutUnits) : items, chargesAmount });
  const { refundNumbers } = terms;
  await oweOrderRefund(
    { facts, amount, content, systemReason: RETURNED_TO_ORIGIN, returnId, refundNumbers },
    tx,
  );
}

/** The credit note of the parcel takes the units; the refund is about a part of their price. */
const withoutUnits = (item: RefundAmounts["items"][number]) => ({ ...item, units: 0 });

/** Units that were refunded before are left out. Null: nothing of value is left. */
function priceOf(facts: RefundFacts, { items }: ShipmentDoc, isEverything: boolean): RefundAmounts | null {
  const goods = leftOfGoods(facts);
  const units = items.flatMap(({ orderItemId, quantity }) => {
    const line = goods.lines.find(({ id }) => id === orderItemId.toHexString());
    const most = line ? Math.min(quantity, leftOf(line).units) : 0;
    return most > 0 ? [{ id: orderItemId.toHexString(), units: most }] : [];
  });
  const includeCharges = isEverything;
  const hasValue = goods.lines.some(
    (line) =>
      leftOf(line).total > 0 && (line.isCharge ? includeCharges : units.some(({ id }) => id === line.id)),
  );
  return hasValue
    ? priceRefund(goods, { kind: "items", items: units, includeCharges }, leftOfMoney(facts))
    : null;
}
