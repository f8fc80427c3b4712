import type { ClientSession, Types } from "mongoose";
import { logger } from "../../config/logger.config.js";
import {
  type CancelledUnits,
  Order,
  type OrderDoc,
  type OrderItemDoc,
  type PaymentDoc,
} from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { PAYMENT_GATEWAY, type RefundDestination, SHIPMENT_STATUS } from "../../utils/constants.js";
import { maxPaise, minPaise, type Paise, subtractPaise, toRupees, ZERO_PAISE } from "../../utils/money.js";
import type { Actor } from "../../utils/principal.js";
import {
  type CancelWish,
  decideUnits,
  recordCancellation,
  takeUnits,
} from "../aggregates/order/cancel-units.js";
import { codInParcels, findUnsettledPayment, lowerPayment } from "../aggregates/order/cod-money.js";
import { confirmIfPaid } from "../aggregates/order/confirm-if-paid.js";
import type { PreparedParcels } from "../aggregates/order/move-parcel.js";
import { getOrderLines, type OrderLines } from "../aggregates/order/order-lines.js";
import { prepareRecall, recallParcels } from "../aggregates/order/recall-parcels.js";
import { drawRefundNumbers, oweOrderRefund, startedBySystem } from "../aggregates/refund/owe-order-refund.js";
import { getRefundFacts, leftOfMoney } from "../aggregates/refund/refund-facts.js";
import { toContent } from "../aggregates/refund/refund-terms.js";
import { priceReturned, withoutRequests } from "../aggregates/refund/returned-goods.js";
import { withdrawRequests } from "../aggregates/refund/withdraw-requests.js";
import { cameBackUndelivered, isAllCancelled, openUnits } from "../calculations/fulfilment.js";
import { NO_REFUND } from "../calculations/refund-amounts.js";
import { spreadContent } from "../calculations/refund-split.js";
import { recordAudit } from "../platform/audit.service.js";
import { inTransaction } from "../platform/transaction.service.js";

const { REFUSED, DELIVERED, RETURNED_TO_ORIGIN } = SHIPMENT_STATUS;

export interface Cancellation extends CancelWish {
  orderId: Types.ObjectId;
  by: Actor<"customer"> | (Actor<"admin"> & { id: string });
  reason: string;
  /** Where the money that was paid goes. `none`: it is kept, and refunded by hand if at all. */
  refund: RefundDestination | "none";
  /** A repetition of the request changes nothing. */
  requestKey: string | null;
}

/**
 * Cancels an order, or units of it, in one transaction: its lines, what was to be collected, and a refund of what was
 * paid for them, without approval. Stock, coupon, credit note and mail follow from the outbox.
 *
 * A unit is either cancelled or shipped: both write its line and its order, so one of two parallel requests is refused.
 * @throws NotFoundError ORDER_NOT_FOUND; RuleError ORDER_NOT_CANCELLABLE; ValidationError for a line of another order;
 *   ConflictError VERSION_CONFLICT
 */
export async function cancelOrder(cancellation: Cancellation): Promise<OrderDoc> {
  const { orderId, by, reason } = cancellation;
  const refundNumbers = await drawRefundNumbers(orderId);
  const recalled = recalls(cancellation) ? await prepareRecall(orderId) : null;
  const order = await inTransaction((tx) => cancelIn(cancellation, { refundNumbers, recalled }, tx));
  const { orderNumber, status } = order;
  logger.info({ orderNumber, status, by: by.type, reason }, "> Order cancelled, or units of it");
  return order;
}

/** Named units are of no parcel. */
const recalls = ({ allowAfterShipment, items }: CancelWish): boolean => allowAfterShipment && !items;

interface Prepared {
  refundNumbers: readonly string[];
  /** Null: nothing is recalled. */
  recalled: PreparedParcels | null;
}

async function cancelIn(
  cancellation: Cancellation,
  { refundNumbers, recalled }: Prepared,
  tx: ClientSession,
): Promise<OrderDoc> {
  const { orderId, by, reason, requestKey } = cancellation;
  const read = await getOrderLines(orderId, tx);
  if (isDone(cancellation, read)) return read.order;
  if (recalled) await recallParcels(orderId, { prepared: recalled, by }, tx);
  const units = decideUnits(read, cancellation);
  const lines = await takeUnits(read, units, tx);
  const unpaid = await refundOrWriteOff({ cancellation, read, lines, units, refundNumbers }, tx);
  await recordCancellation({ read, lines, units, unpaid, by, reason, requestKey }, tx);
  await confirmIfPaid(orderId, { by, note: "nothing more is due" }, tx);
  const order = await Order.findById(orderId).session(tx).orFail().lean<OrderDoc>();
  if (by.type === "admin")
    await audit({ ...cancellation, by }, { before: read.order, after: order, units }, tx);
  return order;
}

/** Orders from before there were cancellations have no such field. */
const isDone = ({ requestKey }: Cancellation, { order }: OrderLines): boolean =>
  requestKey !== null && (order.cancellations ?? []).some((earlier) => earlier.requestKey === requestKey);

interface MoneyOf {
  cancellation: Cancellation;
  read: OrderLines;
  /** Without the units. */
  lines: readonly OrderItemDoc[];
  units: readonly CancelledUnits[];
  refundNumbers: readonly string[];
}

/**
 * What was not paid yet is not owed any more; what was paid goes back, whatever was asked for beside it: a request is
 * refused when it is approved and nothing is left for it.
 * @returns the part that was not paid, with its lines
 * @throws RuleError PAYMENT_DISPUTED where the money is to go elsewhere than it came from
 */
async function refundOrWriteOff(money: MoneyOf, tx: ClientSession) {
  const { cancellation, read, lines, units, refundNumbers } = money;
  const { orderId, by, reason, refund } = cancellation;
  const isWhole = isAllCancelled(lines);
  if (isWhole) await withdrawRequests(orderId, { reason: "The order was cancelled" }, tx);
  const facts = withoutRequests(await getRefundFacts(orderId, { except: null }, tx));
  const payment = await findUnsettledPayment(orderId, tx);
  const isLast = payment !== null && nothingFollows(payment, lines);
  // Nothing of the order arrives: everything is cancelled, or has come back undelivered.
  const nothingArrives = isWhole || cameBackUndelivered(lines);
  const priced = priceReturned(facts, units, { includeCharges: nothingArrives || isLast }) ?? NO_REFUND;
  const value = nothingArrives ? priced.amount : subtractPaise(priced.amount, priced.chargesAmount);
  const outstanding = payment ? await outstandingOf(payment, { orderId, isWhole }, tx) : ZERO_PAISE;
  const notOwed = isLast ? outstanding : minPaise(value, outstanding);
  if (payment && notOwed > 0) {
    const why = { errorCode: "cancelled", errorMessage: "The order was cancelled", note: reason };
    await lowerPayment({ order: read.order, payment, cancelled: notOwed, by, at: now(), why }, tx);
  }
  const owed = minPaise(subtractPaise(value, notOwed), leftOfMoney(facts));
  const [unpaid, paid] = spreadContent([notOwed, owed], priced).map(toContent);
  if (refund !== "none" && owed > 0 && paid) {
    const origin = startedBySystem("cancelled");
    await oweOrderRefund(
      {
        facts,
        amount: owed,
        content: paid,
        destination: refund,
        origin,
        returnId: null,
        refundNumbers,
      },
      tx,
    );
  }
  return {
    amount: notOwed,
    items: unpaid?.items ?? [],
    shippingAmount: unpaid?.shippingAmount ?? ZERO_PAISE,
  };
}

/**
 * No parcel will follow that could collect what is left: shipping and fees, or a paisa of rounding, that a parcel carried
 * which was recalled or refused.
 */
const nothingFollows = ({ gateway }: PaymentDoc, lines: readonly OrderItemDoc[]): boolean =>
  isAllCancelled(lines) || (gateway === PAYMENT_GATEWAY.COD && lines.every((line) => openUnits(line) === 0));

/**
 * What a payment still has to collect of the units that are cancelled. Parcels that are under way collect their own part,
 * unless the whole order is cancelled.
 */
async function outstandingOf(
  { amount, capturedAmount }: PaymentDoc,
  { orderId, isWhole }: { orderId: Types.ObjectId; isWhole: boolean },
  tx: ClientSession,
): Promise<Paise> {
  const left = subtractPaise(amount, capturedAmount);
  if (isWhole) return left;
  const underWay = await codInParcels(orderId, { except: [REFUSED, DELIVERED, RETURNED_TO_ORIGIN] }, tx);
  return maxPaise(ZERO_PAISE, subtractPaise(left, underWay));
}

function audit(
  { orderId, by, reason, refund }: Cancellation & { by: Actor<"admin"> },
  { before, after, units }: { before: OrderDoc; after: OrderDoc; units: readonly CancelledUnits[] },
  tx: ClientSession,
): Promise<unknown> {
  const resourceId = orderId.toHexString();
  const about = { action: "order.cancel", resourceType: "order", resourceId };
  const amounts = (order: OrderDoc) => ({
    status: order.status,
    cancelledAmount: toRupees(order.cancelledAmount),
    refundReserved: toRupees(order.refundReserved),
  });
  const cancelled = units.map(({ orderItemId, quantity, toStock }) => ({
    ...{ orderItemId: orderItemId.toHexString(), quantity, onTheWay: quantity - toStock },
  }));
  const decision = { reason, refund, units: cancelled };
  return recordAudit(
    { actor: by, ...about, before: amounts(before), after: { ...amounts(after), ...decision } },
    tx,
  );
}
