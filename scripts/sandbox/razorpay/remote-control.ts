import type { RazorpayControl } from "./control-types.js";
import type { ErrorEnvelope } from "./errors.js";
import { GatewayError } from "./errors.js";

/** The same calls, of a simulator in another process. */
export type RemoteRazorpayControl = {
  [K in keyof RazorpayControl]: (
    ...args: Parameters<RazorpayControl[K]>
  ) => Promise<Awaited<ReturnType<RazorpayControl[K]>>>;
};

type Answer<T> = { result: T } | ErrorEnvelope;

/**
 * `baseUrl` is the simulator's origin, without `/v1`.
 * @throws GatewayError as the call itself would.
 */
export function createRemoteRazorpayControl(baseUrl: string): RemoteRazorpayControl {
  async function send<K extends keyof RazorpayControl>(
    name: K,
    body: object = {},
  ): Promise<Awaited<ReturnType<RazorpayControl[K]>>> {
    const response = await fetch(new URL(`/__control/${name}`, baseUrl), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: Answer<Awaited<ReturnType<RazorpayControl[K]>>> = JSON.parse(await response.text());
    if ("result" in answer) return answer.result;
    const { code, description, ...fields } = answer.error;
    throw new GatewayError(response.status, code, description, fields);
  }
  return {
    pay: (orderId, attempt) => send("pay", { orderId, ...attempt }),
    settleLate: (paymentId, options) => send("settleLate", { paymentId, ...options }),
    autoCapture: (paymentId) => send("autoCapture", { paymentId }),
    signCheckout: (orderId, paymentId) => send("signCheckout", { orderId, paymentId }),
    settleRefund: (refundId, status) => send("settleRefund", { refundId, status }),
    refundInDashboard: (paymentId, amount) => send("refundInDashboard", { paymentId, amount }),
    settle: () => send("settle"),
    openDispute: (paymentId, request) => send("openDispute", { paymentId, ...request }),
    moveDispute: (disputeId, move) => send("moveDispute", { disputeId, move }),
    startDowntime: (request) => send("startDowntime", request),
    updateDowntime: (downtimeId, severity) => send("updateDowntime", { downtimeId, severity }),
    resolveDowntime: (downtimeId) => send("resolveDowntime", { downtimeId }),
    tamper: (entityId, patch) => send("tamper", { entityId, patch }),
    settings: () => send("settings"),
    configure: (patch) => send("configure", patch),
    setFault: (rule) => send("setFault", rule),
    faults: () => send("faults"),
    clearFaults: () => send("clearFaults"),
    advance: (seconds) => send("advance", { seconds }),
    now: () => send("now"),
    setWebhookUrls: (urls) => send("setWebhookUrls", { urls }),
    endpoints: () => send("endpoints"),
    enableEndpoint: (url) => send("enableEndpoint", { url }),
    rotateWebhookSecret: (secret) => send("rotateWebhookSecret", { secret }),
    events: () => send("events"),
    deliveries: () => send("deliveries"),
    sendEvent: (event, payload, options) => send("sendEvent", { event, payload: payload ?? null, options }),
    sendSample: (name, options) => send("sendSample", { name, options }),
    release: (options) => send("release", options),
    redeliver: (eventId) => send("redeliver", { eventId }),
    replay: (eventId) => send("replay", { eventId }),
    flushWebhooks: (options) => send("flushWebhooks", options),
    ledger: () => send("ledger"),
    entity: (id) => send("entity", { id }),
    paymentsOf: (orderId) => send("paymentsOf", { orderId }),
    refundsOf: (paymentId) => send("refundsOf", { paymentId }),
    warnings: () => send("warnings"),
    reset: () => send("reset"),
  };
}
