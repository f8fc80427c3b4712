import type { ClientSession, Types } from "mongoose";
import { Order, type OrderDoc, Payment, type PaymentDoc } from "../../../models/index.js";
import { ORDER_STATUS, PAYMENT_GATEWAY, PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import {
  ConflictError,
  InvalidStatusTransitionError,
  NotFoundError,
  paymentNotFound,
  RuleError,
  ValidationError,
} from "../../../utils/errors.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { type Paise, toRupees, ZERO_PAISE } from "../../../utils/money.js";
import { adminActor } from "../../../utils/principal.js";
import { confirmIfPaid } from "../../aggregates/order/confirm-if-paid.js";
import { changeOrderMoney } from "../../aggregates/order/receive-payment.js";
import {
  drawRefundNumbers,
  oweOrderRefund,
  startedBySystem,
} from "../../aggregates/refund/owe-order-refund.js";
import { getRefundFacts } from "../../aggregates/refund/refund-facts.js";
import { inTransaction } from "../../platform/transaction.service.js";
import {
  captureReceipt,
  isTransfer,
  leftToReceive,
  type ReceiptRequest,
  surplusOf,
} from "./capture-receipt.js";

const { PENDING, CAPTURED } = PAYMENT_GATEWAY_STATUS;

/**
 * Records money that reached the shop without a gateway: cash on delivery that is settled by hand, or a bank transfer.
 * Payment, order, history and audit row are one transaction. Repeatable: the same receipt of the same payment is
 * recorded once.
 *
 * The amount of a payment on delivery is exactly what is left to collect. A transfer counts as it came: less than is due
 * leaves another payment for the rest, and what is more is owed to the customer as a refund. Once everything is paid, the
 * order that waited for it is confirmed.
 * @throws NotFoundError PAYMENT_NOT_FOUND, ORDER_NOT_FOUND (there is none yet); RuleError METHOD_UNAVAILABLE (paid at
 *   the gateway), PAYMENT_SUPERSEDED, AMOUNT_MISMATCH, INVALID_STATUS_TRANSITION (not pending, or the order is
 *   cancelled); ValidationError for a reference of another payment; ConflictError VERSION_CONFLICT
 */
export async function recordReceipt(request: ReceiptRequest): Promise<PaymentDoc> {
  const payment = await Payment.findById(request.paymentId).lean<PaymentDoc>();
  if (!payment) throw paymentNotFound();
  if (isRecorded(payment, request)) return payment;
  assertReceivable(payment, request);
  const { orderId } = payment;
  const refundNumbers =
    orderId && surplusOf(payment, request.amount) > 0 ? await drawRefundNumbers(orderId) : [];
  try {
    return await inTransaction((tx) => write(payment, request, { refundNumbers, tx }));
  } catch (error) {
    if (!isDuplicateKey(error) && !(error instanceof ConflictError)) throw error;
    // The same request may have been faster. Otherwise the reference belongs to another payment.
    const current = await Payment.findById(payment._id).lean<PaymentDoc>();
    if (current && isRecorded(current, request)) return current;
    if (isDuplicateKey(error)) throw referenceTaken();
    throw error;
  }
}

interface WriteContext {
  /** For what is received beyond what is due. */
  refundNumbers: readonly string[];
  tx: ClientSession;
}

const isRecorded = ({ receipt }: PaymentDoc, { reference, amount }: ReceiptRequest): boolean =>
  receipt?.reference === reference && receipt.amount === amount;

const referenceTaken = () =>
  new ValidationError([
    { in: "body", path: "reference", message: '"reference" is already recorded for another payment' },
  ]);

function assertReceivable(payment: PaymentDoc, { amount }: ReceiptRequest): void {
  const { gateway, status, supersededAt } = payment;
  if (gateway !== PAYMENT_GATEWAY.COD && gateway !== PAYMENT_GATEWAY.MANUAL) {
    throw new RuleError("METHOD_UNAVAILABLE", "Only the gateway can report this payment", { gateway });
  }
  if (supersededAt) {
    throw new RuleError("PAYMENT_SUPERSEDED", "The checkout changed after this payment; it pays for nothing");
  }
  if (status !== PENDING) throw new InvalidStatusTransitionError(status, CAPTURED, []);
  const left = leftToReceive(payment);
  if (amount !== left && !isTransfer(payment)) {
    const details = { expected: toRupees(left), received: toRupees(amount) };
    throw new RuleError("AMOUNT_MISMATCH", "The amount is not that of the payment", details);
  }
}

async function write(
  payment: PaymentDoc,
  request: ReceiptRequest,
  { refundNumbers, tx }: WriteContext,
): Promise<PaymentDoc> {
  const order = payment.orderId && (await Order.findById(payment.orderId).session(tx).lean<OrderDoc>());
  if (!order) throw new NotFoundError("ORDER_NOT_FOUND", "There is no order for this payment yet");
  if (order.status === ORDER_STATUS.CANCELLED) {
    const details = { from: order.status, to: CAPTURED, allowed: [] };
    throw new RuleError("INVALID_STATUS_TRANSITION", "The order is cancelled; return the money", details);
  }
  const captured = await captureReceipt(payment, request, tx);
  const { amount, reference, adminId } = request;
  const by = adminActor(adminId);
  const note = `received: ${reference}`;
  await changeOrderMoney({ order, received: amount, by, note }, tx);
  if (!isTransfer(payment)) return captured;
  await oweSurplus(order._id, { surplus: surplusOf(payment, amount), refundNumbers }, tx);
  await confirmIfPaid(order._id, { by, note }, tx);
  return captured;
}

/** What came beyond what is due goes back to the customer. */
async function oweSurplus(
  orderId: Types.ObjectId,
  { surplus, refundNumbers }: { surplus: Paise; refundNumbers: readonly string[] },
  tx: ClientSession,
): Promise<void> {
  if (surplus === 0) return;
  const facts = await getRefundFacts(orderId, { except: null }, tx);
  const content = { items: [], shippingAmount: ZERO_PAISE };
  await oweOrderRefund(
    { facts, amount: surplus, content, origin: startedBySystem("surplus"), returnId: null, refundNumbers },
    tx,
  );
}
