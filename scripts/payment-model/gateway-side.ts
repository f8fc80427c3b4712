import type { RazorpayControl } from "../sandbox/razorpay/control-types.js";
import { GatewayError } from "../sandbox/razorpay/errors.js";
import type { DisputeEntity, PaymentEntity, RefundEntity } from "../sandbox/razorpay/types.js";
import type { EventRecord } from "../sandbox/razorpay/webhook-types.js";
import type { Step } from "./steps.js";

type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

/** Chooses the n-th, modulo their count. */
export const nth = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];

/** The gateway's side of one checkout: what buyers, banks and staff do there, and the events that follow. */
export class GatewaySide {
  /** Its gateway orders, oldest first. */
  readonly orderIds: string[] = [];
  private readonly disputeIds: string[] = [];
  /** Events that this checkout must also receive, such as downtimes. */
  private readonly others: string[] = [];
  private readonly taken = new Set<string>();

  constructor(private readonly control: RazorpayControl) {}

  get payments(): PaymentEntity[] {
    return this.orderIds.flatMap((id) => this.control.paymentsOf(id));
  }

  get disputes(): DisputeEntity[] {
    return this.disputeIds.flatMap((id) => {
      const dispute = this.control.entity(id);
      return dispute?.entity === "dispute" ? [dispute] : [];
    });
  }

  refundsOf(paymentId: string): RefundEntity[] {
    return this.control.refundsOf(paymentId);
  }

  pay({ outcome, second, short }: StepOf<"pay">): void {
    const orderId = this.orderIds.at(-1);
    const order = orderId ? this.control.entity(orderId) : null;
    if (!orderId || order?.entity !== "order") return;
    const details = { ifPaid: second, ...(short ? { amount: order.amount - 100 } : {}) };
    this.control.pay(orderId, { method: "upi", outcome, details });
  }

  settleLate({ payment, second }: StepOf<"settleLate">): void {
    const unsettled = this.payments.filter(({ status }) => status === "failed" || status === "created");
    const chosen = nth(unsettled, payment);
    if (chosen) this.control.settleLate(chosen.id, { ifPaid: second });
  }

  autoCapture({ payment }: StepOf<"autoCapture">): void {
    const chosen = nth(this.payments, payment);
    if (chosen) this.control.autoCapture(chosen.id);
  }

  /** The gateway allows no refund during a dispute, nor of what a dispute has taken. */
  dashboardRefund({ payment, share }: StepOf<"dashboardRefund">): void {
    const chosen = nth(this.capturedPayments(), payment);
    if (!chosen || this.disputesOf(chosen.id).some(isOpen)) return;
    const amount = Math.floor((this.leftOf(chosen) * share) / 4);
    if (amount >= 100) this.control.refundInDashboard(chosen.id, amount);
  }

  settleRefund({ refund, status }: StepOf<"settleRefund">): void {
    const chosen = nth(
      this.payments.flatMap(({ id }) => this.refundsOf(id)),
      refund,
    );
    const payment = this.payments.find(({ id }) => id === chosen?.payment_id);
    if (chosen && payment?.captured) this.control.settleRefund(chosen.id, status);
  }

  openDispute({ payment, share, phase }: StepOf<"openDispute">): void {
    const chosen = nth(this.capturedPayments(), payment);
    if (!chosen) return;
    const amount = Math.floor((this.leftOf(chosen) * share) / 4);
    if (amount < 100) return;
    this.control.advance(1);
    this.disputeIds.push(this.control.openDispute(chosen.id, { amount, phase }).id);
  }

  /** Events of a dispute have times in whole seconds; two moves are never in the same one. */
  moveDispute({ dispute, move }: StepOf<"moveDispute">): void {
    const chosen = nth(this.disputes, dispute);
    if (!chosen) return;
    this.control.advance(1);
    this.control.moveDispute(chosen.id, move);
  }

  /** Fails the next calls about this checkout only. */
  fault({ call, when, times }: StepOf<"fault">): void {
    const last = this.payments.at(-1)?.id;
    const orderId = this.orderIds.at(-1);
    const match = {
      refund: last && `POST /payments/${last}/refund`,
      get: last && `GET /payments/${last}`,
      list: orderId && `GET /orders/${orderId}/payments`,
    }[call];
    if (match)
      this.control.setFault({ match, action: when === "before" ? "status500" : "reset", when, times });
  }

  startDowntime(): void {
    this.others.push(this.control.startDowntime({ method: "upi" }).id);
  }

  settle(): void {
    const settlement = this.control.settle();
    if (settlement) this.others.push(settlement.id);
  }

  /** Everything that the gateway has sent about this checkout, oldest first. */
  events(): EventRecord[] {
    const ids = [...this.orderIds, ...this.others];
    return this.control.events().filter(({ body }) => ids.some((id) => body.includes(id)));
  }

  undelivered(): EventRecord[] {
    return this.events().filter(({ id }) => !this.taken.has(id));
  }

  take(eventId: string): void {
    this.taken.add(eventId);
  }

  private capturedPayments(): PaymentEntity[] {
    return this.payments.filter(({ status }) => status === "captured");
  }

  private disputesOf(paymentId: string): DisputeEntity[] {
    return this.disputes.filter(({ payment_id }) => payment_id === paymentId);
  }

  private leftOf({ id, amount }: PaymentEntity): number {
    const refunds = this.refundsOf(id).filter(({ status }) => status !== "failed");
    const claimed = this.disputesOf(id).filter((dispute) => isOpen(dispute) || dispute.status === "lost");
    const taken = [...refunds, ...claimed].reduce((sum, row) => sum + row.amount, 0);
    return Math.max(0, amount - taken);
  }
}

export const isOpen = ({ status }: DisputeEntity): boolean => status === "open" || status === "under_review";

/** The gateway refuses what is not possible at this moment, such as paying a paid order. */
export const isRefusal = (error: unknown): boolean => error instanceof GatewayError;
