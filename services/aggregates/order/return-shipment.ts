import type { ClientSession, Types } from "mongoose";
import { type OrderItemDoc, Return, type ReturnDoc, type ShipmentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { RETURN_STATUS, type RefundSystemReason } from "../../../utils/constants.js";
import { minPaise, type Paise, subtractPaise } from "../../../utils/money.js";
import { cameBackUndelivered } from "../../calculations/fulfilment.js";
import type { RefundAmounts } from "../../calculations/refund-amounts.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { oweOrderRefund, startedBySystem } from "../refund/owe-order-refund.js";
import { leftOfMoney, readRefundFacts } from "../refund/refund-facts.js";
import { toContent } from "../refund/refund-terms.js";
import { priceReturned, withoutRequests } from "../refund/returned-goods.js";
import { insertReturn, productOf } from "../return/return-rows.js";
import { writeOffCod } from "./cod-money.js";
import { isCancelled } from "./deliver-shipment.js";
import { followLines } from "./follow-lines.js";
import { changeLines, readOrderLines } from "./order-lines.js";
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
  const { _id: returnId } = await insertReturn(
    {
      ...{ order, returnNumber: terms.returnNumber, items: itemsOf(shipment, lines) },
      ...{ status: RETURN_STATUS.APPROVED, approvedAt: now(), isReturnToOrigin: true },
      ...{ reason: RETURNED_TO_ORIGIN, by: { type: "system" as const } },
    },
    tx,
  );
  const notOwed = await writeOffCod({ order, shipment, by, at }, tx);
  await refundPrepaid({ shipment, lines, notOwed, terms, returnId }, tx);
  await followLines({ order, lines }, { by, note: note ?? "returned to origin" }, tx);
  await enqueueOutbox([parcelMessage("shipment.returned", shipment)], tx);
}

const itemsOf = ({ items }: ShipmentDoc, lines: readonly OrderItemDoc[]): ReturnDoc["items"] =>
  items.flatMap(({ orderItemId, quantity }) => {
    const line = lines.find(({ _id }) => _id.equals(orderItemId));
    return line ? [{ ...productOf(line), orderItemId, quantity, reason: "other", condition: null }] : [];
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
  const facts = withoutRequests(await readRefundFacts(shipment.orderId, { except: null }, tx));
  const left = leftOfMoney(facts);
  const includeCharges = cameBackUndelivered(lines);
  const priced = left > 0 ? priceReturned(facts, shipment.items, { includeCharges }) : null;
  if (!priced) return;
  const amount = minPaise(left, subtractPaise(priced.amount, notOwed, terms.rtoDeduction));
  if (amount <= 0) return;
  const { items, chargesAmount } = priced;
  const content = toContent({ items: notOwed > 0 ? items.map(withoutUnits) : items, chargesAmount });
  const { refundNumbers } = terms;
  const [first] = await oweOrderRefund(
    { facts, amount, content, origin: startedBySystem(RETURNED_TO_ORIGIN), returnId, refundNumbers },
    tx,
  );
  if (!first) return;
  const refund = { refundId: first._id, refundNumber: first.refundNumber };
  await Return.updateOne({ _id: returnId }, { $set: refund }).session(tx);
}

/** The credit note of the parcel takes the units; the refund is about a part of their price. */
const withoutUnits = (item: RefundAmounts["items"][number]) => ({ ...item, units: 0 });
