import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { mintGuestId } from "../../utils/guest-ids.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { at, textAt } from "./json.js";
import { isAllowed, type RecordedCall } from "./recorded-calls.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "./sample-customer.js";
import { Shopper, type ShopRequest } from "./shopper.js";

const CALL_TIMEOUT_MS = 30_000;
/** How long a customer retries a call. */
const RETRY_FOR_MS = 60_000;
const LONGEST_PAUSE_MS = 1_000;
/** More customers at once would only measure a queue. */
const MOST_AT_ONCE = 40;

/** An order that the service has confirmed to a client. */
export interface AcknowledgedOrder {
  id: string;
  orderNumber: string;
}

/** A stream of purchases against one service. */
export interface Customers {
  calls: RecordedCall[];
  orders: AcknowledgedOrder[];
  /** The reasons of purchases that failed. */
  failed: string[];
  /** Admits no new customers and waits until all have finished. */
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
  const active = new Set<Promise<void>>();
  let number = 0;
  const timer = setInterval(() => {
    if (active.size >= MOST_AT_ONCE) return;
    number += 1;
    const visit = new Customer(shop, number % 2 === 0 ? "cod" : "upi")
      .buy()
      .then((order) => void customers.orders.push(order))
      .catch((error: unknown) => void customers.failed.push(String(error)))
      .finally(() => active.delete(visit));
    active.add(visit);
  }, 1_000 / perSecond);
  return {
    ...customers,
    async stop() {
      clearInterval(timer);
      await Promise.all(active);
    },
  };
}

/** A guest who repeats every failed call with the same key, as the API asks clients to do. */
class Customer {
  readonly #shopper: Shopper;

  constructor(
    private readonly shop: Shop,
    private readonly payBy: "cod" | "upi",
  ) {
    this.#shopper = new Shopper(shop.url);
    // Known before the first call, so that its repetition belongs to the same guest.
    this.#shopper.guestId = mintGuestId(shop.sandbox.env.LINK_SECRET ?? "");
  }

  async buy(): Promise<AcknowledgedOrder> {
    const item = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };
    await this.#do({ method: "POST", path: "/api/cart/items", body: item });
    const started = await this.#do({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT });
    const id = textAt(started, "id");
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

  async #do(request: ShopRequest): Promise<unknown> {
    const keyed = { ...request, key: randomUUID() };
    const deadline = performance.now() + RETRY_FOR_MS;
    for (;;) {
      const { call, data, retryAfterMs } = await this.#send(keyed);
      this.shop.customers.calls.push(call);
      if (call.status >= 200 && call.status < 300) return data;
      const mayRetry = call.status === 0 || isAllowed(call);
      if (!mayRetry || performance.now() > deadline)
        throw new Error(`${call.what} answered ${call.status} ${call.code}`);
      await sleep(Math.min(retryAfterMs, LONGEST_PAUSE_MS));
    }
  }

  async #send(request: ShopRequest) {
    const startedAt = performance.now();
    const what = `${request.method} ${request.path.replace(/[0-9a-f]{24}/, ":id")}`;
    const toCall = (status: number, code: string | null, hasRetryAfter: boolean): RecordedCall => {
      const endedAt = performance.now();
      return { at: endedAt, tookMs: endedAt - startedAt, status, code, hasRetryAfter, what };
    };
    try {
      const answer = await this.#shopper.send({ ...request, timeoutMs: CALL_TIMEOUT_MS });
      const retryAfter = answer.headers.get("retry-after");
      const call = toCall(answer.status, answer.code, retryAfter !== null);
      return { call, data: answer.data, retryAfterMs: Number(retryAfter ?? 1) * 1_000 };
    } catch (error) {
      const call = toCall(0, reasonOf(error), false);
      return { call, data: undefined, retryAfterMs: 1_000 };
    }
  }
}

/** `fetch` says why a connection broke in the error's cause. */
const reasonOf = (error: unknown): string =>
  String(at(error, "cause.code") ?? (error instanceof Error ? error.name : error));
