import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { mintGuestId } from "../../utils/guest-ids.js";
import { SANDBOX_SECRETS } from "../sandbox/environment.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { at, textAt } from "../support/json.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../support/sample-customer.js";
import { type Call, isAllowed } from "./tally.js";

const CALL_TIMEOUT_MS = 30_000;
/** A customer goes on trying for so long. */
const PATIENCE_MS = 60_000;
const MOST_PAUSE_MS = 1_000;
/** More at once would only measure a queue. */
const MOST_AT_ONCE = 40;

/** An order of which a client was told that it exists. */
export interface AcknowledgedOrder {
  id: string;
  orderNumber: string;
}

/** A stream of purchases against one service. */
export interface Customers {
  calls: Call[];
  orders: AcknowledgedOrder[];
  /** Purchases that did not come to their end, with the reason. */
  failed: string[];
  /** Nobody new comes; resolves when everybody has gone. */
  stop(): Promise<void>;
}

interface Shop {
  url: string;
  sandbox: Sandbox;
  customers: Omit<Customers, "stop">;
}

export function startCustomers(url: string, sandbox: Sandbox, perSecond: number): Customers {
  const customers: Omit<Customers, "stop"> = { calls: [], orders: [], failed: [] };
  const shop = { url, sandbox, customers };
  const inside = new Set<Promise<void>>();
  let number = 0;
  const timer = setInterval(() => {
    if (inside.size >= MOST_AT_ONCE) return;
    number += 1;
    const visit = new Customer(shop, number % 2 === 0 ? "cod" : "upi")
      .buy()
      .then((order) => void customers.orders.push(order))
      .catch((error: unknown) => void customers.failed.push(String(error)))
      .finally(() => inside.delete(visit));
    inside.add(visit);
  }, 1_000 / perSecond);
  return {
    ...customers,
    async stop() {
      clearInterval(timer);
      await Promise.all(inside);
    },
  };
}

interface Step {
  method: "POST" | "PUT";
  path: string;
  body: object;
}

/** A guest who repeats what was not answered, as the contract asks for: the same request, the same key. */
class Customer {
  readonly #sessionId = mintGuestId(SANDBOX_SECRETS.linkSecret);

  constructor(
    private readonly shop: Shop,
    private readonly payBy: "cod" | "upi",
  ) {}

  async buy(): Promise<AcknowledgedOrder> {
    const item = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };
    await this.#do({ method: "POST", path: "/api/cart/items", body: item });
    const id = textAt(
      await this.#do({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT }),
      "id",
    );
    await this.#step(id, "shipping-address", SAMPLE_ADDRESS);
    await this.#step(id, "shipping-method", { shippingMethodId: SEED.shippingMethods.standard });
    const chosen = await this.#step(id, "payment-method", { method: this.payBy, termsAccepted: true });
    if (this.payBy === "upi") await this.#pay(textAt(chosen, "gateway.orderId"));
    const placed = await this.#do({ method: "POST", path: "/api/orders", body: { checkoutSessionId: id } });
    return { id, orderNumber: textAt(placed, "orderNumber") };
  }

  #step(id: string, name: string, body: object): Promise<unknown> {
    return this.#do({ method: "PUT", path: `/api/checkout/${id}/${name}`, body });
  }

  async #pay(gatewayOrderId: string): Promise<void> {
    const { razorpay } = this.shop.sandbox.control;
    const { paymentId, signature = "" } = razorpay.pay(gatewayOrderId, { method: "upi", outcome: "success" });
    const body = {
      razorpay_order_id: gatewayOrderId,
      razorpay_payment_id: paymentId,
      razorpay_signature: signature,
    };
    await this.#do({ method: "POST", path: "/api/payments/verify", body });
  }

  async #do(step: Step): Promise<unknown> {
    const key = randomUUID();
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const { call, data, retryAfterMs } = await this.#send(step, key);
      this.shop.customers.calls.push(call);
      if (call.status >= 200 && call.status < 300) return data;
      const mayPass = call.status === 0 || isAllowed(call);
      if (!mayPass || performance.now() > deadline)
        throw new Error(`${call.what} answered ${call.status} ${call.code}`);
      await sleep(Math.min(retryAfterMs, MOST_PAUSE_MS));
    }
  }

  async #send({ method, path, body }: Step, key: string) {
    const startedAt = performance.now();
    const what = `${method} ${path.replace(/[0-9a-f]{24}/, ":id")}`;
    const headers = {
      "Content-Type": "application/json",
      "X-Session-Id": this.#sessionId,
      "Idempotency-Key": key,
    };
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const end = (status: number, code: string | null, retryAfter: string | null) => {
      const endedAt = performance.now();
      const hasRetryAfter = retryAfter !== null;
      const call: Call = { at: endedAt, tookMs: endedAt - startedAt, status, code, hasRetryAfter, what };
      return { call, retryAfterMs: Number(retryAfter ?? 1) * 1_000 };
    };
    try {
      const answer = await fetch(this.shop.url + path, {
        method,
        headers,
        body: JSON.stringify(body),
        signal,
      });
      const envelope: unknown = await answer.json();
      const code = at(envelope, "error.code");
      const ended = end(
        answer.status,
        typeof code === "string" ? code : null,
        answer.headers.get("retry-after"),
      );
      return { ...ended, data: at(envelope, "data") };
    } catch (error) {
      return { ...end(0, error instanceof Error ? error.name : null, null), data: undefined };
    }
  }
}
