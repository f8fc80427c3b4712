import type { SettingsPatch, SimulatorSettings } from "./settings-types.js";

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
