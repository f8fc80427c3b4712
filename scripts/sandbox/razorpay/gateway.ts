import { Clock } from "../shared/clock.js";
import { createRandom } from "../shared/random.js";
import type { RazorpaySimulatorOptions } from "./control-types.js";
import { defaultSettings, type SimulatorSettings } from "./settings.js";
import { Store } from "./store.js";
import { WebhookSender } from "./webhook-sender.js";

/** The state and parts of the simulator; every operation receives it. */
export interface Gateway {
  readonly options: RazorpaySimulatorOptions & { accountId: string };
  readonly settings: SimulatorSettings;
  readonly clock: Clock;
  readonly webhooks: WebhookSender;
  store: Store;
  /** Seeded, so that a run with faults can be repeated. */
  random: () => number;
}

const DEFAULT_ACCOUNT = "acc_Sandbox0000001";

export function createGateway(options: RazorpaySimulatorOptions): Gateway {
  if (!options.keyId.startsWith("rzp_test_")) {
    throw new Error("the Razorpay simulator takes keys that begin with rzp_test_ only");
  }
  const accountId = options.accountId ?? DEFAULT_ACCOUNT;
  const clock = new Clock(options.now ?? Date.now);
  const settings = defaultSettings(options.webhookDelayMs ?? 0);
  const gateway: Omit<Gateway, "webhooks"> = {
    options: { ...options, accountId },
    settings,
    clock,
    store: new Store(),
    random: createRandom(settings.seed),
  };
  const webhooks = new WebhookSender({
    clock,
    settings: settings.webhooks,
    secret: options.webhookSecret,
    urls: options.webhookUrls,
    accountId,
    random: () => gateway.random(),
  });
  return Object.assign(gateway, { webhooks });
}
