import { createHmac } from "node:crypto";
import { createTimers } from "../shared/clock.js";

export interface ShippingEvent {
  eventId: string;
  shipmentId: string;
  status: string;
  trackingNumber: string;
  at: string;
}

export interface WebhookDelivery {
  event: ShippingEvent;
  attempt: number;
  /** Null if there was no answer. */
  responseStatus: number | null;
}

export interface SendOptions {
  /** Signs with another secret. */
  secret?: string;
  /** Attempts until a 2xx (default 3). */
  attempts?: number;
}

export interface Webhooks {
  /** Resolves with the last attempt; sends nothing without a target. */
  send(event: ShippingEvent, options?: SendOptions): Promise<WebhookDelivery | null>;
  setTarget(serviceUrl: string | undefined): void;
  deliveries(): WebhookDelivery[];
  clear(): void;
  close(): void;
}

const DEFAULT_ATTEMPTS = 3;
/** Doubles with each attempt. A real carrier waits minutes. */
const FIRST_PAUSE_MS = 100;
const TIMEOUT_MS = 5_000;

/** Sends `POST <service>/api/webhooks/shipping`, signed over the raw body. */
export function createWebhooks(secret: string, timeoutMs = TIMEOUT_MS): Webhooks {
  const timers = createTimers();
  const waiting = new Set<AbortController>();
  let isClosed = false;
  let target: string | undefined;
  let deliveries: WebhookDelivery[] = [];

  async function post(body: string, signingSecret: string): Promise<number | null> {
    const signature = createHmac("sha256", signingSecret).update(body).digest("hex");
    // Not `AbortSignal.any` with a time-out: Node 20 may collect that as garbage, and then the request never ends.
    const request = new AbortController();
    waiting.add(request);
    const timer = setTimeout(() => request.abort(), timeoutMs);
    try {
      const response = await fetch(`${target}/api/webhooks/shipping`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Signature": signature },
        body,
        signal: request.signal,
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
      waiting.delete(request);
    }
  }

  const isAccepted = (status: number | null): boolean => status !== null && status >= 200 && status < 300;

  return {
    send: async (event, { secret: signingSecret = secret, attempts = DEFAULT_ATTEMPTS } = {}) => {
      if (target === undefined) return null;
      const body = JSON.stringify(event);
      for (let attempt = 1; ; attempt += 1) {
        const delivery = { event, attempt, responseStatus: await post(body, signingSecret) };
        deliveries.push(delivery);
        if (isAccepted(delivery.responseStatus) || attempt >= attempts || isClosed) return delivery;
        await timers.pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    },
    setTarget: (serviceUrl) => {
      target = serviceUrl;
    },
    deliveries: () => [...deliveries],
    clear: () => {
      deliveries = [];
    },
    close: () => {
      isClosed = true;
      for (const request of waiting) request.abort();
      timers.stop();
    },
  };
}
