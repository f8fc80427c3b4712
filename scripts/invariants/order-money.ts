import type { OrderDoc, OrderItemDoc, PaymentDoc, RefundDoc } from "../../models/index.js";
import { unpaidPartsOf } from "../../services/calculations/unpaid-parts.js";
import { type Facts, isCashPayment } from "./facts.js";
import { type Check, finding, groupBy, sumOf } from "./invariants.js";

/** The amounts of orders, lines and payments. All amounts in paise. */

const paymentAmounts: Check = ({ payments }) =>
  payments
    .filter((payment) => !isSound(payment))
    .map((payment) => {
      const { amount, capturedAmount, refundedAmount, refundReserved } = payment;
      const problem = `amount ${amount}, captured ${capturedAmount}, refunded ${refundedAmount}, reserved ${refundReserved}`;
      return finding(problem, payment._id);
    });

function isSound(payment: PaymentDoc): boolean {
  const { amount, capturedAmount, refundedAmount, refundReserved } = payment;
  const inParts = isCashPayment(payment) && capturedAmount >= 0 && capturedAmount <= amount;
  const captureFits = capturedAmount === 0 || capturedAmount === amount || inParts;
  return (
    captureFits &&
    refundedAmount >= 0 &&
    refundReserved >= 0 &&
    refundedAmount + refundReserved <= capturedAmount
  );
}

const creditAndPoints = (order: OrderDoc): number => order.storeCreditAmount + order.loyaltyDiscount;

const orderAmounts: Check = (facts) =>
  facts.orders.flatMap((order) => {
    const problems: string[] = [];
    const refunds = facts.refunds.filter(({ orderId }) => orderId?.equals(order._id));
    const amountOf = (wanted: RefundDoc["status"]) =>
      sumOf(
        refunds.filter(({ status }) => status === wanted),
        ({ amount }) => amount,
      );
    const completed = amountOf("completed");
    if (order.refundedAmount !== completed)
      problems.push(`refundedAmount is ${order.refundedAmount}, completed refunds are ${completed}`);
    const reserved = amountOf("processing");
    if (order.refundReserved !== reserved)
      problems.push(`refundReserved is ${order.refundReserved}, refunds under way are ${reserved}`);
    const unpaid = sumOf(unpaidPartsOf(order), (part) => part.unpaid.amount);
    if (order.cancelledAmount !== unpaid)
      problems.push(`cancelledAmount is ${order.cancelledAmount}, its parts add up to ${unpaid}`);
    const requested = amountOf("pending");
    // Orders from before requests were counted have no such field.
    if ((order.refundRequested ?? 0) !== requested)
      problems.push(`refundRequested is ${order.refundRequested}, requests are ${requested}`);
    if (order.refundedAmount + order.refundReserved > order.paidAmount)
      problems.push("refunded plus reserved exceeds what was paid");
    return problems.map((problem) => finding(problem, order._id, order.orderNumber));
  });

/** What an order was paid with arrived: at the gateway by its own books, or as cash or a transfer that someone recorded. */
const orderCaptures: Check = (facts) =>
  facts.orders.flatMap((order) => {
    const payments = paymentsOf(facts, order);
    const captured = sumOf(
      facts.books.gateway.captures.filter(({ paymentId }) =>
        payments.some(({ gatewayPaymentId }) => gatewayPaymentId === paymentId),
      ),
      ({ amount }) => amount,
    );
    const inCash = sumOf(payments.filter(isCashPayment), ({ capturedAmount }) => capturedAmount);
    if (captured + inCash === order.paidAmount - creditAndPoints(order)) return [];
    const problem = `the gateway captured ${captured}, ${inCash} came otherwise, paidAmount is ${order.paidAmount}`;
    return [finding(problem, order._id, order.orderNumber)];
  });

const paymentsOf = ({ payments }: Facts, order: OrderDoc): PaymentDoc[] =>
  payments.filter(({ orderId }) => orderId?.equals(order._id));

const paymentStatus: Check = (facts) =>
  facts.orders
    .filter((order) => order.paidAmount !== expectedPaid(facts, order) || !isRefundStatusRight(order))
    .map((order) => {
      const { paidAmount, grandTotal, refundedAmount } = order;
      const problem = `${order.paymentStatus}: paid ${paidAmount} of ${grandTotal}, refunded ${refundedAmount}`;
      return finding(problem, order._id, order.orderNumber);
    });

function expectedPaid(facts: Facts, order: OrderDoc): number {
  switch (order.paymentStatus) {
    case "paid":
      return order.grandTotal - order.cancelledAmount + surplusOf(facts, order);
    case "pending":
      return creditAndPoints(order) + sumOf(paymentsOf(facts, order), ({ capturedAmount }) => capturedAmount);
    default:
      return order.paidAmount;
  }
}

/** What a bank transfer brought beyond what was due is owed, or was given back. */
const surplusOf = ({ refunds }: Facts, order: OrderDoc): number =>
  sumOf(
    refunds.filter(({ orderId, systemReason }) => orderId?.equals(order._id) && systemReason === "surplus"),
    ({ amount }) => amount,
  );

/** While something is to be collected, the order is pending, whatever was refunded of it. */
const isRefundStatusRight = ({ paymentStatus, paidAmount, refundedAmount }: OrderDoc): boolean =>
  paymentStatus === "pending" ||
  (paymentStatus === "refunded") === (paidAmount > 0 && refundedAmount === paidAmount);

const TAX_HEADS = ["cgst", "sgst", "utgst", "igst"] as const;

/** Also: an order has one tax regime, within a state or between two. */
const totals: Check = ({ orders, orderItems }) => {
  const itemsOf = groupBy(orderItems, ({ orderId }) => orderId);
  return orders.flatMap((order) => {
    const items = itemsOf.get(order._id.toHexString()) ?? [];
    return totalsProblems(order, items).map((problem) => finding(problem, order._id, order.orderNumber));
  });
};

function totalsProblems(order: OrderDoc, items: readonly OrderItemDoc[]): string[] {
  const { subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal, pricesIncludeTax } = order;
  const problems: string[] = [];
  const equal = (name: string, stored: number, computed: number) => {
    if (stored !== computed) problems.push(`${name} is ${stored}, its parts add up to ${computed}`);
  };
  const onTop = pricesIncludeTax ? 0 : taxTotal;
  equal("grandTotal", grandTotal, subtotal - discountTotal + shippingTotal + onTop + roundOff);
  equal(
    "subtotal",
    subtotal,
    sumOf(items, ({ lineTotal }) => lineTotal),
  );
  equal(
    "discountTotal",
    discountTotal,
    sumOf(items, ({ orderDiscountShare }) => orderDiscountShare),
  );
  const taxes = [...items, ...order.charges].map((row) => row.taxes);
  const heads = TAX_HEADS.map((head) => sumOf(taxes, (row) => row[head]));
  equal(
    "taxTotal",
    taxTotal,
    sumOf(heads, (amount) => amount),
  );
  const [cgst = 0, sgst = 0, utgst = 0, igst = 0] = heads;
  if ((cgst > 0 || sgst > 0 || utgst > 0) && igst > 0) problems.push("both CGST and IGST");
  if (sgst > 0 && utgst > 0) problems.push("both SGST and UTGST");
  const amounts = [subtotal, discountTotal, shippingTotal, taxTotal, grandTotal, ...amountsOf(order, items)];
  if (amounts.some((amount) => !Number.isSafeInteger(amount) || amount < 0))
    problems.push("an amount is negative or not a whole number of paise");
  return problems;
}

const amountsOf = (order: OrderDoc, items: readonly OrderItemDoc[]): number[] => [
  ...[order.amountDue, order.paidAmount, order.refundedAmount, order.refundReserved, order.cancelledAmount],
  ...[order.storeCreditAmount, order.loyaltyDiscount],
  ...items.flatMap((item) => [
    ...[item.unitPrice, item.lineDiscount, item.lineTotal, item.orderDiscountShare],
    ...[item.taxableValue, item.lineTax],
  ]),
  ...order.charges.flatMap(({ amount, taxableValue, taxTotal }) => [amount, taxableValue, taxTotal]),
  ...[...items, ...order.charges].flatMap(({ taxes }) => TAX_HEADS.map((head) => taxes[head])),
];

export const orderMoneyChecks = { paymentAmounts, orderAmounts, orderCaptures, paymentStatus, totals };
