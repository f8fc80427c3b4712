import { type Types, trusted } from "mongoose";
import {
  CheckoutSession,
  type CheckoutSessionDoc,
  type FrozenCheckout,
  Payment,
  type PaymentDoc,
  Refund,
  type RefundDoc,
  WebhookEvent,
  type WebhookEventDoc,
} from "../../models/index.js";
import { stepBackFromPayment } from "../../services/aggregates/checkout-session/session-status.js";
import { openPayment } from "../../services/aggregates/payment/open-payment.js";
import { expireCheckout } from "../../services/flows/expire-checkout.flow.js";
import { performRefund } from "../../services/flows/perform-refund/perform-refund.flow.js";
import { placeOrder } from "../../services/flows/place-order/place-order.flow.js";
import { returnStrayMoney } from "../../services/flows/return-stray-money.flow.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { inTransaction } from "../../services/platform/transaction.service.js";
import { storeWebhookEvent } from "../../services/platform/webhook-event.service.js";
import { applyStoredEvent } from "../../src/payments/webhooks.service.js";
import { ConflictError } from "../../utils/errors.js";
import { toStorable } from "../../utils/foreign-data.js";
import { sha256Hex } from "../../utils/helpers.js";
import { maskGatewayPayload } from "../../utils/masking.js";
import { unwrap } from "../../utils/result.js";
import { settleAndPlace } from "../jobs/payment-list.job.js";
import { placeOrReturn } from "../jobs/placement-recovery.job.js";
import type { RazorpayControl } from "../sandbox/razorpay/control-types.js";
import { makeReadyCheckout } from "../support/open-checkouts.js";
import { GatewaySide, nth } from "./gateway-side.js";

/** A variant that no one can buy. */
const SOLD_OUT = "var-copper-bottle-950ml";
const AN_HOUR_MS = 60 * 60_000;

/** What an event must have to be received. */
interface Letter {
  id: string;
  event: string;
  body: string;
}

/** One checkout on the service's side: what the customer, the webhooks, the jobs and the workers do with it. */
export class Purchase {
  readonly gateway: GatewaySide;
  /** The gateway order that may still be paid; null after a step back. */
  currentOrderId: string | null = null;
  /** Our ids of the events that were received. */
  readonly received: string[] = [];
  private copies = 0;
  /** What was to be paid on each gateway order. */
  private readonly expected = new Map<string, number>();

  private constructor(
    control: RazorpayControl,
    readonly id: Types.ObjectId,
    /** What the two choices of the customer freeze: after a step back the amount is another one. */
    private readonly choices: readonly FrozenCheckout[],
  ) {
    this.gateway = new GatewaySide(control);
  }

  static async open(control: RazorpayControl, terms: { number: number; goods: number; inStock: boolean }) {
    const at = new Date();
    const ready = makeReadyCheckout({ ...terms, at });
    const other = makeReadyCheckout({ ...terms, goods: terms.goods + 1, at });
    const choices = [ready.frozen, other.frozen].map((frozen) => (terms.inStock ? frozen : soldOut(frozen)));
    await CheckoutSession.insertMany([ready.session], { lean: true });
    const purchase = new Purchase(control, ready.session._id, choices);
    await purchase.choose();
    return purchase;
  }

  /** Chooses a payment method: the first time, after a step back, and again after a failed attempt. */
  async choose(): Promise<void> {
    const checkout = await this.session();
    const { paymentId, status } = checkout;
    if (status === "address_entered") return this.openFirst(checkout);
    const last = paymentId && (await Payment.findById(paymentId).lean<PaymentDoc>());
    const canRetry = status === "payment_pending" && last?.status === "failed" && last.supersededAt === null;
    if (!last || !canRetry || !checkout.frozen) return;
    await this.write(checkout, checkout.frozen, last);
  }

  private async openFirst(checkout: CheckoutSessionDoc): Promise<void> {
    const frozen = nth(this.choices, this.gateway.orderIds.length);
    if (!frozen) return;
    const payment = await this.write(checkout, frozen, null);
    const receipt = payment._id.toHexString();
    const order = unwrap(await paymentGateway.createGatewayOrder({ amount: payment.amount, receipt }));
    await Payment.updateOne({ _id: payment._id }, { $set: { gatewayOrderId: order.id } });
    this.gateway.orderIds.push(order.id);
    this.expected.set(order.id, payment.amount);
    this.currentOrderId = order.id;
  }

  private write(checkout: CheckoutSessionDoc, frozen: FrozenCheckout, retryOf: PaymentDoc | null) {
    return inTransaction(async (tx) => {
      const payment = await openPayment({ checkout, frozen, method: "upi" }, tx, retryOf);
      const set = { status: "payment_pending", paymentMethod: "upi", frozen, paymentId: payment._id };
      const { _id, version, status } = checkout;
      const { modifiedCount } = await CheckoutSession.updateOne(
        { _id, version, status, placement: null },
        { $set: set, $inc: { version: 1 } },
      ).session(tx);
      if (modifiedCount !== 1)
        throw new ConflictError("VERSION_CONFLICT", "The checkout changed in the meantime");
      return payment;
    });
  }

  readonly expectedOf = (gatewayOrderId: string): number => this.expected.get(gatewayOrderId) ?? 0;

  /** The customer changes the cart. */
  async stepBack(): Promise<void> {
    const checkout = await this.session();
    if (checkout.status !== "payment_pending") return;
    await inTransaction((tx) => stepBackFromPayment(checkout, tx));
    this.currentOrderId = null;
  }

  async expire(): Promise<void> {
    const expiresAt = new Date(Date.now() - AN_HOUR_MS);
    await CheckoutSession.updateOne({ _id: this.id }, { $set: { expiresAt } });
    const checkout = await this.session();
    if (checkout.status === "payment_pending") await expireCheckout(checkout);
  }

  /** The browser returns: only the gateway's report counts. */
  async callback(payment: number): Promise<void> {
    const chosen = nth(this.gateway.payments, payment);
    if (chosen) await settlePayment(unwrap(await paymentGateway.getGatewayPayment(chosen.id)), "callback");
  }

  async order(): Promise<void> {
    await placeOrder({ checkoutSessionId: this.id, termsAcceptedAt: null, waitForOthers: false });
  }

  async recover(): Promise<void> {
    await placeOrReturn(this.id);
    for (const payment of await this.payments()) {
      const isStray =
        payment.status === "captured" && !payment.accepted && !payment.surplus && !payment.orderId;
      if (isStray) await returnStrayMoney(payment._id);
    }
  }

  /** What the sweep and the pass over the gateway's list find of this checkout. */
  async sweep(): Promise<void> {
    for (const orderId of this.gateway.orderIds) {
      const reports = unwrap(await paymentGateway.listPaymentsOfOrder(orderId));
      for (const report of reports.toReversed()) await settleAndPlace(report);
    }
  }

  async deliver({ id, event, body }: Letter, isCopy = false): Promise<void> {
    if (isCopy) this.copies += 1;
    const eventId = isCopy ? `${id}-copy-${this.copies}` : id;
    this.received.push(eventId);
    const payload = toStorable(maskGatewayPayload(JSON.parse(body)));
    const draft = { eventId, source: "razorpay", event, bodyHash: sha256Hex(body), payload } as const;
    const stored = await storeWebhookEvent(draft);
    if (stored.event.state === "received") await applyStoredEvent(stored.event);
  }

  /** What the retry job does, without its pauses. @returns how many events were applied again */
  async retryEvents(): Promise<number> {
    const waiting = await this.events({ state: "received" });
    for (const { _id } of waiting) {
      const claimed = await WebhookEvent.findOneAndUpdate(
        { _id, state: "received" },
        { $inc: { attempts: 1 } },
        { returnDocument: "after" },
      ).lean<WebhookEventDoc>();
      if (claimed) await applyStoredEvent(claimed);
    }
    return waiting.length;
  }

  events(filter: object = {}): Promise<WebhookEventDoc[]> {
    const ids = trusted({ $in: this.received });
    return WebhookEvent.find({ source: "razorpay", eventId: ids, ...filter }).lean<WebhookEventDoc[]>();
  }

  /** What the outbox does: only refunds with a message are sent. @returns how many messages were delivered */
  async sendRefunds(): Promise<number> {
    let sent = 0;
    for (const { _id } of await this.refunds()) {
      const key = new RegExp(`^refund\\.send:${_id.toHexString()}`);
      const messages = Payment.db.collection("outboxMessages");
      for (const message of await messages.find({ dedupeKey: key, state: "pending" }).toArray()) {
        await performRefund(_id);
        await messages.updateOne({ _id: message._id }, { $set: { state: "delivered" } });
        sent += 1;
      }
    }
    return sent;
  }

  async lookUpRefunds(): Promise<void> {
    for (const { _id, status } of await this.refunds()) if (status === "processing") await performRefund(_id);
  }

  session(): Promise<CheckoutSessionDoc> {
    return CheckoutSession.findById(this.id).orFail().lean<CheckoutSessionDoc>();
  }

  payments(): Promise<PaymentDoc[]> {
    return Payment.find({ checkoutSessionId: this.id }).lean<PaymentDoc[]>();
  }

  refunds(): Promise<RefundDoc[]> {
    return Refund.find({ checkoutSessionId: this.id }).lean<RefundDoc[]>();
  }
}

const soldOut = (frozen: FrozenCheckout): FrozenCheckout => ({
  ...frozen,
  lines: frozen.lines.map((line) => ({ ...line, variantId: SOLD_OUT })),
});
