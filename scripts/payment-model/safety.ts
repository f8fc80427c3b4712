import { Order, type OrderDoc, type PaymentDoc } from "../../models/index.js";
import type { Purchase } from "./purchase.js";

/** What must hold after every step, whatever has or has not been heard of the gateway. */
export class Safety {
  private readonly captured = new Set<string>();

  constructor(private readonly purchase: Purchase) {}

  /** @returns what is wrong, in plain words */
  async findFaults(): Promise<string[]> {
    const [payments, order] = await Promise.all([
      this.purchase.payments(),
      Order.findById(this.purchase.id).lean<OrderDoc>(),
    ]);
    return [
      ...payments.flatMap(faultsOfAmounts),
      ...this.faultsOfCaptures(payments),
      ...faultsOfOrder(order, payments),
      ...this.faultsAtGateway(payments),
    ];
  }

  private faultsOfCaptures(payments: readonly PaymentDoc[]): string[] {
    const byId = new Map(payments.map((payment) => [payment._id.toHexString(), payment]));
    const lost = [...this.captured].filter((id) => byId.get(id)?.status !== "captured");
    for (const [id, { status }] of byId) if (status === "captured") this.captured.add(id);
    const accepted = payments.filter((payment) => payment.accepted).length;
    return [
      ...lost.map((id) => `payment ${id} was captured and is not any more`),
      ...(accepted > 1 ? [`${accepted} payments are accepted`] : []),
    ];
  }

  /** The gateway never returns more than it took, nor anything of a payment that pays for an order, on our request. */
  private faultsAtGateway(payments: readonly PaymentDoc[]): string[] {
    return this.purchase.gateway.payments.flatMap(({ id, amount }) => {
      const refunds = this.purchase.gateway.refundsOf(id).filter(({ status }) => status !== "failed");
      const sum = refunds.reduce((total, refund) => total + refund.amount, 0);
      const record = payments.find(({ gatewayPaymentId }) => gatewayPaymentId === id);
      const ours = refunds.filter(({ receipt }) => receipt !== null);
      return [
        ...(sum > amount ? [`${id}: the gateway refunded ${sum} of ${amount}`] : []),
        ...(record?.orderId && ours.length > 0
          ? [`${id} pays for the order and was refunded on our request`]
          : []),
      ];
    });
  }
}

function faultsOfAmounts(payment: PaymentDoc): string[] {
  const { _id, capturedAmount, refundedAmount, refundReserved, status } = payment;
  const faults: string[] = [];
  if (refundedAmount < 0 || refundReserved < 0) faults.push("an amount is negative");
  if (refundedAmount + refundReserved > capturedAmount) faults.push("more is refunded than was captured");
  if (status !== "captured" && capturedAmount > 0) faults.push(`it has a captured amount and is ${status}`);
  return faults.map((fault) => `payment ${_id.toHexString()}: ${fault}`);
}

function faultsOfOrder(order: OrderDoc | null, payments: readonly PaymentDoc[]): string[] {
  const paying = payments.filter(({ orderId }) => orderId !== null);
  if (!order) return paying.map(({ _id }) => `payment ${_id.toHexString()} has an order that does not exist`);
  const [payment] = paying;
  if (!payment || paying.length > 1) return [`the order is paid by ${paying.length} payments`];
  const same = (["refundedAmount", "refundReserved"] as const).filter(
    (field) => order[field] !== payment[field],
  );
  return [
    ...(payment.status === "captured" ? [] : ["the order's payment is not captured"]),
    ...(order.paidAmount === payment.capturedAmount ? [] : ["the order was paid with another amount"]),
    ...same.map((field) => `${field} of the order is ${order[field]}, of its payment ${payment[field]}`),
  ];
}
