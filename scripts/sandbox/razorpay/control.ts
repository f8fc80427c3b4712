import { createRandom } from "../shared/random.js";
import { attemptPayment, settleLate, signCheckout } from "./attempts.js";
import type {
  AttemptResult,
  MoneyControl,
  RazorpayControl,
  SimulatorControl,
  WebhookControl,
} from "./control-types.js";
import { moveDispute, openDispute, resolveDowntime, startDowntime, updateDowntime } from "./disputes.js";
import { GatewayError, unknownId } from "./errors.js";
import type { GatewayFaults } from "./faults.js";
import type { Gateway } from "./gateway.js";
import { createOrder } from "./orders.js";
import { autoCapture } from "./payments.js";
import { finishRefund, refundInDashboard } from "./refunds.js";
import { sampleBody } from "./samples.js";
import { applySettings, defaultSettings } from "./settings.js";
import { settle } from "./settlements.js";
import { Store } from "./store.js";

const SAMPLE_ACCOUNT = "acc_Qw7Lm2Xc9Vb4Nd";

/** Results are copies, so that they do not change under a test. */
const copy = <T>(value: T): T => structuredClone(value);

function payMany(gateway: Gateway, count: number, amount: number): AttemptResult[] {
  const body = { amount, currency: "INR", payment: { capture: "automatic" } };
  const payOne = () =>
    attemptPayment(gateway, createOrder(gateway, body).id, { method: "upi", outcome: "success" });
  return Array.from({ length: count }, payOne);
}

function moneyControl(gateway: Gateway): MoneyControl {
  return {
    pay: (orderId, attempt) => attemptPayment(gateway, orderId, attempt),
    payMany: (count, amount) => payMany(gateway, count, amount),
    settleLate: (paymentId, options) => settleLate(gateway, paymentId, options),
    autoCapture: (paymentId) => copy(autoCapture(gateway, paymentId)),
    signCheckout: (orderId, paymentId) => signCheckout(gateway, orderId, paymentId),
    settleRefund: (refundId, status) => {
      const refund = gateway.store.refunds.get(refundId);
      if (finishRefund(gateway, refund, status)) return copy(refund.entity);
      throw new GatewayError(
        400,
        "BAD_REQUEST_ERROR",
        `a refund that is ${refund.entity.status} cannot change`,
      );
    },
    refundInDashboard: (paymentId, amount) => copy(refundInDashboard(gateway, paymentId, amount).entity),
    settle: () => copy(settle(gateway)),
    openDispute: (paymentId, request = {}) => copy(openDispute(gateway, paymentId, request)),
    moveDispute: (disputeId, move) => copy(moveDispute(gateway, disputeId, move)),
    startDowntime: (request) => copy(startDowntime(gateway, request)),
    updateDowntime: (id, severity) => copy(updateDowntime(gateway, id, severity)),
    resolveDowntime: (id) => copy(resolveDowntime(gateway, id)),
    tamper: (entityId, patch) => {
      const record = gateway.store.findRecord(entityId);
      if (!record) throw unknownId();
      Object.assign(record.entity, patch);
    },
  };
}

function webhookControl({ webhooks, options: { accountId } }: Gateway): WebhookControl {
  const { deliverer } = webhooks;
  return {
    setWebhookUrls: (urls) => deliverer.setUrls(urls),
    endpoints: () => deliverer.listEndpoints(),
    enableEndpoint: (url) => deliverer.enable(url),
    rotateWebhookSecret: (secret) => webhooks.rotateSecret(secret),
    events: () => webhooks.listEvents(),
    deliveries: () => deliverer.deliveries(),
    sendEvent: (event, payload, options) => webhooks.sendEvent(event, payload, options),
    sendSample: (name, options = {}) => {
      const rawBody = sampleBody(name).replace(SAMPLE_ACCOUNT, options.accountId ?? accountId);
      return webhooks.sendEvent(name, null, { rawBody, ...options });
    },
    release: (options) => webhooks.release(options),
    redeliver: (eventId) => webhooks.redeliver(eventId),
    replay: (eventId) => webhooks.replay(eventId),
    flushWebhooks: (options) => webhooks.flush(options),
  };
}

function simulatorControl(gateway: Gateway, faults: GatewayFaults): SimulatorControl {
  const { settings, clock } = gateway;
  return {
    settings: () => copy(settings),
    configure: (patch) => {
      applySettings(settings, patch);
      if (patch.seed !== undefined) gateway.random = createRandom(patch.seed);
      return copy(settings);
    },
    setFault: (rule) => faults.set(rule),
    faults: () => faults.list(),
    clearFaults: () => faults.clear(),
    advance: (seconds) => clock.advance(seconds * 1000),
    now: () => clock.now(),
    ledger: () => gateway.store.ledger.read(),
    entity: (id) => copy(gateway.store.findRecord(id)?.entity ?? null),
    paymentsOf: (orderId) => copy(gateway.store.orders.get(orderId).payments.map(({ entity }) => entity)),
    refundsOf: (paymentId) => copy(gateway.store.payments.get(paymentId).refunds.map(({ entity }) => entity)),
    warnings: () => [...gateway.store.warnings],
    reset: () => {
      clock.cancelAll();
      clock.setOffset(0);
      faults.clear();
      gateway.webhooks.reset();
      applySettings(settings, defaultSettings(gateway.options.webhookDelayMs ?? 0));
      gateway.random = createRandom(settings.seed);
      gateway.store = new Store();
    },
  };
}

export function createRazorpayControl(gateway: Gateway, faults: GatewayFaults): RazorpayControl {
  return { ...moneyControl(gateway), ...webhookControl(gateway), ...simulatorControl(gateway, faults) };
}
