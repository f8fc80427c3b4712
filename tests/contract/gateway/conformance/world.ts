import type {
  CheckoutAnswer,
  GatewayOrder,
  NewGatewayRefund,
  PaymentGateway,
  WebhookHeaders,
} from "../../../../services/integrations/payment-gateway.js";
import { type Paise, paise } from "../../../../utils/money.js";
import { unwrap } from "../../../../utils/result.js";

/** What the conformance suite needs of a gateway's adapter and simulator. Amounts are paise. */

export type CustomerMethod = "upi" | "card" | "netbanking" | "wallet";

/** `declined` by the bank, `abandoned` by the customer, `unfinished`: the customer has not confirmed yet. */
export type CustomerOutcome = "paid" | "declined" | "abandoned" | "unfinished";

/** How a call fails on its way, or what a broken gateway answers. */
export const TRANSPORT_FAULTS = [
  "hang",
  "reset",
  "throttled as HTML with Retry-After",
  "error with an empty body",
  "error with the body null",
  "error",
  "unavailable",
  "fault of the bank",
  "success as HTML",
  "wrong key",
] as const;
export type TransportFault = (typeof TRANSPORT_FAULTS)[number];

/** The calls that the suite breaks. */
export type BreakableCall = "createGatewayOrder" | "listPaymentsOfOrder" | "capturePayment" | "createRefund";

export interface Break {
  call: BreakableCall;
  fault: TransportFault;
  /** Before: nothing is done. After: everything is done, and only the answer is lost. */
  when: "before" | "after";
  times: number;
}

export interface SentWebhook {
  headers: WebhookHeaders;
  rawBody: Buffer;
}

export interface GatewayWorld {
  /** A new adapter, with a circuit breaker and caches of its own. */
  connect(options?: { timeoutMs?: number }): PaymentGateway;
  /** What must never leave the service. */
  secrets: string[];
  pay(orderId: string, method: CustomerMethod, outcome?: CustomerOutcome): CustomerPayment;
  /** A further payment although the order is paid. */
  payTwice(orderId: string): void;
  break(fault: Break): void;
  /** Creating an order above this is refused from now on. */
  limitAmount(maximum: number): void;
  /** What is available for refunds. */
  setBalance(balance: number): void;
  /** Lists leave out what is younger than this. */
  setListLag(seconds: number): void;
  /** Writes take this long, so that they can overlap. */
  setWriteLatency(ms: number): void;
  refundElsewhere(paymentId: string, amount: number): void;
  /** @returns its id */
  openDispute(paymentId: string): string;
  loseDispute(disputeId: string): void;
  startDowntime(method: CustomerMethod): void;
  /** Pays out what was captured and refunded since the last time. @returns the id of the payout */
  payOut(): string;
  /** Moves the gateway's clock. */
  advance(seconds: number): void;
  now(): Date;
  /** What the gateway has really done. */
  done(): { captures: number; refunds: number };
  /** All webhooks so far, oldest first. */
  webhooks(): SentWebhook[];
  reset(): void;
  close(): Promise<void>;
}

export interface CustomerPayment {
  paymentId: string;
  /** What the browser gets; null unless it paid. */
  answer: CheckoutAnswer | null;
}

export const AMOUNT = paise(50_000);

/** A world that is reset before each test, and steps that many tests begin with. */
export class Stage {
  #world: GatewayWorld | null = null;
  gateway: PaymentGateway = Object.create(null);
  #receipts = 0;

  constructor(readonly start: () => Promise<GatewayWorld>) {
    beforeAll(async () => {
      this.#world = await start();
    });
    afterAll(() => this.world.close());
    beforeEach(() => {
      this.world.reset();
      this.gateway = this.world.connect();
    });
  }

  get world(): GatewayWorld {
    if (!this.#world) throw new Error("the world has not started");
    return this.#world;
  }

  receipt(): string {
    this.#receipts += 1;
    return `receipt-${this.#receipts}`;
  }

  async order(amount: Paise = AMOUNT, capture: "automatic" | "manual" = "automatic"): Promise<GatewayOrder> {
    return unwrap(await this.gateway.createGatewayOrder({ amount, receipt: this.receipt(), capture }));
  }

  async captured(method: CustomerMethod = "card"): Promise<string> {
    return this.world.pay((await this.order()).id, method).paymentId;
  }

  async authorized(): Promise<string> {
    return this.world.pay((await this.order(AMOUNT, "manual")).id, "card").paymentId;
  }

  refund(paymentId: string, given: Partial<NewGatewayRefund> = {}): NewGatewayRefund {
    const receipt = this.receipt();
    return { paymentId, amount: paise(10_000), receipt, idempotencyKey: `key-of-${receipt}`, ...given };
  }

  /** From an hour ago until a minute from now, by the gateway's clock. */
  lately(): { from: Date; to: Date } {
    const now = this.world.now().getTime();
    return { from: new Date(now - 3_600_000), to: new Date(now + 60_000) };
  }
}

export const refusedWith = (code: string) =>
  expect.objectContaining({ success: false, outcome: "refused", code });

/** A definite, uncontradicted no: the effect has not happened, and repeating is safe. */
export const UNKNOWN = expect.objectContaining({ success: false, outcome: "unknown" });
