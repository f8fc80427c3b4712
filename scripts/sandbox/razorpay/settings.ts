import type { WebhookSettings } from "./webhook-types.js";

export interface SimulatorSettings {
  /** For orders without `payment.capture`. */
  accountCapture: "automatic" | "manual";
  /** List calls do not show what is younger than this (seconds); point reads do. */
  listLagSeconds: number;
  /** How long a capture or refund holds the payment's write lock (ms); 0 = no window for a race. */
  writeLatencyMs: number;
  /** Paise available for refunds; null = without limit. */
  balance: number | null;
  /** `instant`: processed at once, without bank reference; `pending`: until `settleRefund()`. */
  refundMode: "instant" | "pending";
  /** Settles pending refunds by itself after this (ms); null = only `settleRefund()`. */
  refundSettleMs: number | null;
  /** When the refund of 2468 paise fails (ms after its creation). */
  refundFailureMs: number;
  /** Whether the refund of 2468 paise looks processed until it fails. */
  failingRefundLooksProcessed: boolean;
  /** Whether `payment.amount_refunded` falls back after a failed refund (undocumented). */
  failedRefundRestoresAmount: boolean;
  /** Whether `optimum` refunds go instantly, or fall back to normal with `refund.speed_changed`. */
  instantRefunds: boolean;
  alreadyCapturedText: "captured" | "order_paid";
  lowBalanceText: "balance" | "invalid_request";
  /** What empty `error_*` fields of new payments hold. */
  emptyErrors: "null" | "blank";
  /** Of the chances in faults and of shuffling. */
  seed: number;
  webhooks: WebhookSettings;
}

export type SettingsPatch = Partial<Omit<SimulatorSettings, "webhooks">> & {
  webhooks?: Partial<WebhookSettings>;
};

export function defaultSettings(webhookDelayMs: number): SimulatorSettings {
  return {
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
