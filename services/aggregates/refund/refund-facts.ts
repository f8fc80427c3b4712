import { type ClientSession, type Types, trusted } from "mongoose";
import {
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Payment,
  type PaymentDoc,
  Refund,
  type RefundDoc,
  type RefundPart,
} from "../../../models/index.js";
import {
  PAYMENT_GATEWAY_STATUS,
  REFUND_SOURCE,
  REFUND_STATUS,
  type RefundSource,
} from "../../../utils/constants.js";
import { orderNotFound } from "../../../utils/errors.js";
import { addPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import type { CreditableInvoice, CreditedRefund } from "../../calculations/credit-amounts.js";
import { leftOfOrder } from "../../calculations/refund-amounts.js";
import type { MoneySource } from "../../calculations/refund-split.js";
import { unpaidPartsOf } from "../../calculations/unpaid-parts.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";

/**
 * What decides about a refund of an order, read in the caller's transaction. Two decisions about one order cannot pass each
 * other: each of them also writes the order, so the slower transaction conflicts and starts again.
 */
export interface RefundFacts {
  order: OrderDoc;
  items: OrderItemDoc[];
  /** Paying for this order, and captured, also in part: cash of parcels that have arrived. */
  payments: PaymentDoc[];
  /** Those that count against what can be refunded: not rejected, nor failed before they were ever completed. Oldest first. */
  refunds: RefundDoc[];
}

/**
 * Completed, perhaps retracted by the gateway since. It may have a credit note, and notes are never taken back, so it can
 * only be repeated as it is, and no other refund takes its place.
 */
export const wasCompleted = ({ history }: Pick<RefundDoc, "history">): boolean =>
  history.some(({ to }) => to === REFUND_STATUS.COMPLETED);

/**
 * @param except a refund that is decided anew, and left out
 * @throws NotFoundError ORDER_NOT_FOUND
 */
export async function getRefundFacts(
  orderId: Types.ObjectId,
  { except }: { except: Types.ObjectId | null },
  tx: ClientSession,
): Promise<RefundFacts> {
  const order = await Order.findById(orderId).session(tx).lean<OrderDoc>();
  if (!order) throw orderNotFound();
  const items = await OrderItem.find({ orderId }).sort({ _id: 1 }).session(tx).lean<OrderItemDoc[]>();
  const { CAPTURED, PENDING } = PAYMENT_GATEWAY_STATUS;
  const status = trusted({ $in: [CAPTURED, PENDING] });
  const captured = { orderId, status, surplus: false, capturedAmount: trusted({ $gt: ZERO_PAISE }) };
  const payments = await Payment.find(captured).sort({ createdAt: 1 }).session(tx).lean<PaymentDoc[]>();
  const found = await Refund.find({ orderId, status: trusted({ $ne: REFUND_STATUS.REJECTED }) })
    .sort({ createdAt: 1, _id: 1 })
    .session(tx)
    .lean<RefundDoc[]>();
  const counting = found.filter((row) => row.status !== REFUND_STATUS.FAILED || wasCompleted(row));
  return { order, items, payments, refunds: counting.filter(({ _id }) => !except?.equals(_id)) };
}

/** What came beyond what was due paid for nothing that was sold, and so for nothing that was invoiced. */
export const isForGoods = ({ systemReason }: RefundDoc): boolean => systemReason !== "surplus";

/**
 * What refunds, and units that were cancelled or came back before they were paid for, left of the goods and charges, each
 * taken from what those before it had left. A surplus that goes back takes nothing of them.
 */
export const leftOfGoods = ({ order, items, refunds }: RefundFacts): CreditableInvoice => {
  const lines = items.map(({ _id, quantity, taxableValue, taxes }) => ({
    id: _id.toHexString(),
    ...{ quantity, taxableValue, taxes },
  }));
  const parts = [
    // First: a cancellation is priced before the refund that it causes.
    ...unpaidPartsOf(order).map(({ at, unpaid }) => ({ at, taken: unpaid })),
    ...refunds.filter(isForGoods).map((refund) => ({ at: refund.createdAt, taken: refund })),
  ].sort((one, other) => one.at.getTime() - other.at.getTime());
  return leftOfOrder(
    { lines, charges: order.charges, roundOff: order.roundOff },
    parts.map(({ taken }) => toCreditedRefund(taken)),
  );
};

/** A line that is named twice is summed. */
export function toCreditedRefund({
  amount,
  shippingAmount,
  items,
}: Pick<RefundDoc, "amount" | "shippingAmount" | "items">): CreditedRefund {
  const ofLines = new Map<string, { id: string; units: number; amount: Paise }>();
  for (const { orderItemId, quantity, amount: ofLine } of items) {
    const id = orderItemId.toHexString();
    const known = ofLines.get(id);
    ofLines.set(id, {
      id,
      units: (known?.units ?? 0) + quantity,
      amount: known ? addPaise(known.amount, ofLine) : ofLine,
    });
  }
  return { amount, chargesAmount: shippingAmount, items: [...ofLines.values()] };
}

/** What is left of the money that was paid, beside all refunds. */
export const leftOfMoney = ({ order, refunds }: RefundFacts): Paise =>
  subtractPaise(order.paidAmount, ...refunds.map(({ amount }) => amount));

/** What each source of the order's money has left: gateway payments first, then other payments, credit and points. */
export function sourcesOf({ order, payments, refunds }: RefundFacts): MoneySource[] {
  const taken = refunds.flatMap(partsOf);
  const left = (received: Paise, source: RefundSource, paymentId: Types.ObjectId | null = null): Paise => {
    const own = taken.filter((part) => part.source === source && isSamePayment(part.paymentId, paymentId));
    return subtractPaise(received, ...own.map(({ amount }) => amount));
  };
  const ofPayments = payments.map((payment): MoneySource => {
    const { _id, capturedAmount, gateway, gatewayPaymentId } = payment;
    return {
      source: REFUND_SOURCE.PAYMENT,
      paymentId: _id.toHexString(),
      left: left(capturedAmount, REFUND_SOURCE.PAYMENT, _id),
      isAtGateway: gateway === paymentGateway.name && gatewayPaymentId !== null,
    };
  });
  const { STORE_CREDIT, POINTS } = REFUND_SOURCE;
  const none = { paymentId: null, isAtGateway: false };
  return [
    ...ofPayments.filter(({ isAtGateway }) => isAtGateway),
    ...ofPayments.filter(({ isAtGateway }) => !isAtGateway),
    { ...none, source: STORE_CREDIT, left: left(order.storeCreditAmount, STORE_CREDIT) },
    { ...none, source: POINTS, left: left(order.loyaltyDiscount, POINTS) },
  ];
}

/** Until it is approved, a refund takes from several sources. */
function partsOf({ parts, source, paymentId, destination, amount }: RefundDoc): RefundPart[] {
  return parts.length > 0 ? parts : [{ source, paymentId, destination, amount }];
}

const isSamePayment = (one: Types.ObjectId | null, other: Types.ObjectId | null): boolean =>
  other === null || (one?.equals(other) ?? false);
