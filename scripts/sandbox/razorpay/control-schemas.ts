import Joi from "joi";
import type {
  Attempt,
  DisputeMove,
  DisputeRequest,
  DowntimeRequest,
  SecondPaymentRule,
} from "./control-types.js";
import { DISPUTE_MOVES, OUTCOMES, SECOND_PAYMENT_RULES } from "./control-types.js";
import type { FaultRule } from "./fault-types.js";
import { FAULT_ACTIONS } from "./fault-types.js";
import type { SettingsPatch } from "./settings-types.js";
import type { DowntimeSeverity } from "./types.js";
import { DISPUTE_PHASES, PAYMENT_METHODS } from "./types.js";
import type { FlushOptions, ReleaseOptions, SendEventOptions } from "./webhook-types.js";
import { BODY_STYLES } from "./webhook-types.js";

/** Bodies of the control calls over HTTP, under the names of the calls. */

const text = Joi.string();
const anyText = Joi.string().allow("");
const paise = Joi.number().integer();
const milliseconds = Joi.number().min(0);
const headers = Joi.object().pattern(Joi.string(), Joi.alternatives(anyText, Joi.array().items(anyText)));

const details = Joi.object({
  amount: paise,
  currency: text,
  ifPaid: Joi.valid(...SECOND_PAYMENT_RULES),
  vpa: anyText.allow(null),
  bank: text,
  wallet: text,
  card: Joi.object(),
  email: anyText.allow(null),
  contact: anyText.allow(null),
  description: anyText.allow(null),
  notes: Joi.object(),
  errorReason: text,
  errorDescription: anyText,
});

export const attemptKeys = {
  method: Joi.valid(...PAYMENT_METHODS).required(),
  outcome: Joi.valid(...OUTCOMES).required(),
  details,
};

const webhookSettings = Joi.object({
  delayMs: milliseconds,
  duplicates: Joi.number().integer().min(0),
  shuffleMs: milliseconds,
  drop: Joi.alternatives(Joi.valid("none", "all"), Joi.array().items(text)),
  hold: Joi.boolean(),
  style: Joi.valid(...BODY_STYLES),
  ladderScale: Joi.number().positive(),
  timeoutMs: Joi.number().positive(),
});

const sendOptions = Joi.object({
  contains: Joi.array().items(text),
  eventId: text,
  secret: anyText,
  signature: anyText.allow(null),
  accountId: text.allow(null),
  createdAt: Joi.number().integer().allow(null),
  style: Joi.valid(...BODY_STYLES),
  rawBody: anyText,
  headers,
  url: text,
  copies: Joi.number().integer().min(1),
});

export const schemas = {
  nothing: Joi.object<Record<string, never>>({}),
  pay: Joi.object<{ orderId: string } & Attempt>({ orderId: text.required(), ...attemptKeys }),
  settleLate: Joi.object<{ paymentId: string; ifPaid?: SecondPaymentRule; capture?: boolean }>({
    paymentId: text.required(),
    ifPaid: Joi.valid(...SECOND_PAYMENT_RULES),
    capture: Joi.boolean(),
  }),
  payment: Joi.object<{ paymentId: string }>({ paymentId: text.required() }),
  signCheckout: Joi.object<{ orderId: string; paymentId: string }>({
    orderId: text.required(),
    paymentId: text.required(),
  }),
  settleRefund: Joi.object<{ refundId: string; status: "processed" | "failed" }>({
    refundId: text.required(),
    status: Joi.valid("processed", "failed").required(),
  }),
  refundInDashboard: Joi.object<{ paymentId: string; amount?: number }>({
    paymentId: text.required(),
    amount: paise,
  }),
  openDispute: Joi.object<{ paymentId: string } & DisputeRequest>({
    paymentId: text.required(),
    amount: paise,
    phase: Joi.valid(...DISPUTE_PHASES),
    reasonCode: text,
    respondInSeconds: Joi.number().integer(),
  }),
  moveDispute: Joi.object<{ disputeId: string; move: DisputeMove }>({
    disputeId: text.required(),
    move: Joi.valid(...DISPUTE_MOVES).required(),
  }),
  startDowntime: Joi.object<DowntimeRequest>({
    method: Joi.valid(...PAYMENT_METHODS).required(),
    severity: Joi.valid("low", "medium", "high"),
    instrument: Joi.object(),
    scheduled: Joi.boolean(),
  }),
  updateDowntime: Joi.object<{ downtimeId: string; severity: DowntimeSeverity }>({
    downtimeId: text.required(),
    severity: Joi.valid("low", "medium", "high").required(),
  }),
  resolveDowntime: Joi.object<{ downtimeId: string }>({ downtimeId: text.required() }),
  tamper: Joi.object<{ entityId: string; patch: Record<string, unknown> }>({
    entityId: text.required(),
    patch: Joi.object().required(),
  }),
  configure: Joi.object<SettingsPatch>({
    accountCapture: Joi.valid("automatic", "manual"),
    listLagSeconds: Joi.number().min(0),
    writeLatencyMs: milliseconds,
    balance: paise.allow(null),
    refundMode: Joi.valid("instant", "pending"),
    refundSettleMs: milliseconds.allow(null),
    refundFailureMs: milliseconds,
    failingRefundLooksProcessed: Joi.boolean(),
    failedRefundRestoresAmount: Joi.boolean(),
    instantRefunds: Joi.boolean(),
    alreadyCapturedText: Joi.valid("captured", "order_paid"),
    lowBalanceText: Joi.valid("balance", "invalid_request"),
    emptyErrors: Joi.valid("null", "blank"),
    seed: Joi.number().integer(),
    webhooks: webhookSettings,
  }),
  setFault: Joi.object<FaultRule>({
    match: text.required(),
    action: Joi.valid(...FAULT_ACTIONS).required(),
    when: Joi.valid("before", "after"),
    times: Joi.alternatives(Joi.number().integer().min(1), Joi.valid("always")),
    delayMs: milliseconds,
    probability: Joi.number().min(0).max(1),
  }),
  advance: Joi.object<{ seconds: number }>({ seconds: Joi.number().min(0).required() }),
  setWebhookUrls: Joi.object<{ urls: string[] }>({ urls: Joi.array().items(text).required() }),
  enableEndpoint: Joi.object<{ url: string }>({ url: text.required() }),
  rotateWebhookSecret: Joi.object<{ secret: string }>({ secret: anyText.required() }),
  sendEvent: Joi.object<{ event: string; payload: unknown; options?: SendEventOptions }>({
    event: anyText.required(),
    payload: Joi.any().required(),
    options: sendOptions,
  }),
  sendSample: Joi.object<{ name: string; options?: SendEventOptions }>({
    name: text.required(),
    options: sendOptions,
  }),
  release: Joi.object<ReleaseOptions>({
    eventIds: Joi.array().items(text),
    order: Joi.valid("fifo", "reverse", "shuffled"),
    parallel: Joi.boolean(),
  }),
  event: Joi.object<{ eventId: string }>({ eventId: text.required() }),
  flushWebhooks: Joi.object<FlushOptions>({ retries: Joi.boolean(), timeoutMs: milliseconds }),
  entity: Joi.object<{ id: string }>({ id: text.required() }),
  order: Joi.object<{ orderId: string }>({ orderId: text.required() }),
};
