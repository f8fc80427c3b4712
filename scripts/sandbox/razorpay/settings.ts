import type { WebhookSettings } from "./webhook-types.js";

export interface SimulatorSettings {
  /** Orders above this (paise) are refused; the real limit depends on the merchant's account. */
  maximumAmount: number;
  /** For orders without `payment.capture`. */
  accountCapture: "automatic" | "manual";
  /** Lists omit entities younger than this (seconds); point reads show them. */
  listLagSeconds: number;
  /** How long a capture or refund holds the payment's write lock (ms); 0: no race is possible. */
  writeLatencyMs: number;
  /** Paise available for refunds; null: unlimited. */
  balance: number | null;
  /** `instant`: processed at once, without a bank reference; `pending`: until `settleRefund()`. */
  refundMode: "instant" | "pending";
  /** Settles pending refunds automatically after this (ms); null: only `settleRefund()`. */
  refundSettleMs: number | null;
  /** When a refund of 2468 paise fails (ms after its creation). */
  refundFailureMs: number;
  /** Whether a refund of 2468 paise looks processed until it fails. */
  failingRefundLooksProcessed: boolean;
  /** Whether a failed refund reduces `payment.amount_refunded` again (the gateway does not document it). */
  failedRefundRestoresAmount: boolean;
  /** Whether `optimum` refunds are instant, or become normal with `refund.speed_changed`. */
  instantRefunds: boolean;
  alreadyCapturedText: "captured" | "order_paid";
  lowBalanceText: "balance" | "invalid_request";
  /** The value of empty `error_*` fields of new payments. */
  emptyErrors: "null" | "blank";
  /** Seeds fault probabilities and shuffling. */
  seed: number;
  webhooks: WebhookSettings;
}

export type SettingsPatch = Partial<Omit<SimulatorSettings, "webhooks">> & {
  webhooks?: Partial<WebhookSettings>;
};

export function defaultSettings(webhookDelayMs: number): SimulatorSettings {
  return {
    maximumAmount: 1_000_000_000,
    accountCapture: "automatic",
    listLagSeconds: 0,
    writeLatencyMs: 0,
    balance: null,
    refundMode: "instant",
    refundSettleMs: null,
    refundFailureMs: 50,
    failingRefundLooksProcessed: false,
    failedRefundRestoresAmount: true,
    instantRefunds: true,
    alreadyCapturedText: "captured",
    lowBalanceText: "balance",
    emptyErrors: "null",
    seed: 1,
    webhooks: {
      delayMs: webhookDelayMs,
      duplicates: 0,
      shuffleMs: 0,
      drop: "none",
      hold: false,
      style: "compact",
      ladderScale: 1,
      timeoutMs: 5000,
    },
  };
}

export function applySettings(settings: SimulatorSettings, patch: SettingsPatch): void {
  const { webhooks, ...rest } = patch;
  Object.assign(settings, rest);
  Object.assign(settings.webhooks, webhooks);
}
