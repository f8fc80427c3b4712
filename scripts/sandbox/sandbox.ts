import type { AuthControl, SandboxTokens } from "./auth/index.js";
import { JWKS_PATH } from "./auth/index.js";
import type { CatalogControl } from "./catalog/index.js";
import { createControlApp } from "./control-http.js";
import type { EngagementControl } from "./engagement/index.js";
import type { SandboxSecrets, ServiceName } from "./environment.js";
import { databaseNameOf, SANDBOX_SECRETS, SERVICE_NAMES, serviceEnvironment } from "./environment.js";
import type { InventoryControl } from "./inventory/index.js";
import type { PricingControl } from "./pricing/index.js";
import type { RazorpayControl } from "./razorpay/index.js";
import type { CallLog } from "./shared/call-log.js";
import { createCallLog } from "./shared/call-log.js";
import type { SandboxClock } from "./shared/clock.js";
import { createClock } from "./shared/clock.js";
import type { Faults } from "./shared/faults.js";
import { createFaults } from "./shared/faults.js";
import type { Listening } from "./shared/http.js";
import { listen } from "./shared/http.js";
import type { SandboxContext } from "./shared/stand-in.js";
import type { ShippingControl } from "./shipping/index.js";
import type { StandIns } from "./stand-ins.js";
import { createStandIns } from "./stand-ins.js";

export type SandboxServer = ServiceName | "control";

export interface SandboxOptions {
  mongoUri: string;
  /** Of the inventory's own database, emptied at the start (default: derived from `mongoUri`). */
  databaseName?: string;
  /** 0 or absent: a free one. */
  ports?: Partial<Record<SandboxServer, number>>;
  /** Base URL of the order service: where webhooks go. Also later, by `setServiceUrl`. */
  serviceUrl?: string;
  /** Which variable the environment gives for checking tokens (default `secret`). */
  jwtMode?: "secret" | "jwks";
  /** Units of every variant that the seed does not single out. */
  defaultStock?: number;
  /** Others than the fixed ones. */
  secrets?: Partial<SandboxSecrets>;
}

/** What tests, the demo and the control server can do with the world. */
export interface SandboxControl {
  auth: AuthControl;
  catalog: CatalogControl;
  pricing: PricingControl;
  inventory: InventoryControl;
  shipping: ShippingControl;
  engagement: EngagementControl;
  razorpay: RazorpayControl;
  faults: Pick<Faults, "add" | "list" | "setBehaviour" | "clear">;
  calls: Pick<CallLog, "list" | "count" | "counts" | "waitFor" | "reset">;
  /** Of all stand-ins; the service under test has a clock of its own. */
  clock: Pick<SandboxClock, "setOffset" | "now">;
  sandbox: {
    setServiceUrl(serviceUrl: string): void;
    /** Everything back to the seed, no faults, no calls; tokens and URLs stay. */
    reset(): Promise<void>;
    environment(): Record<string, string>;
    tokens(): SandboxTokens;
  };
}

export interface Sandbox {
  urls: Record<SandboxServer, string>;
  jwksUrl: string;
  /** The complete environment for the service, but `PORT`. */
  env: Record<string, string>;
  control: SandboxControl;
  tokens: SandboxTokens;
  setServiceUrl(serviceUrl: string): void;
  stop(): Promise<void>;
}

/** The defaults of `upstreams.md`, for `npm run sandbox`. */
export const DEFAULT_PORTS: Readonly<Record<SandboxServer, number>> = {
  auth: 3001,
  catalog: 3002,
  pricing: 3004,
  inventory: 3005,
  shipping: 3006,
  engagement: 3008,
  razorpay: 3009,
  control: 3010,
};

const RAZORPAY_WEBHOOK_PATH = "/api/webhooks/razorpay";

async function listenAll(standIns: StandIns, ports: SandboxOptions["ports"] = {}) {
  const entries = SERVICE_NAMES.map(
    async (name) => [name, await listen(standIns[name].app, ports[name])] as const,
  );
  return Promise.all(entries);
}

function toUrls(servers: (readonly [ServiceName, Listening])[]): Record<ServiceName, string> {
  const urlOf = new Map(servers.map(([name, { url }]) => [name, url]));
  const get = (name: ServiceName): string => urlOf.get(name) ?? "";
  return {
    auth: get("auth"),
    catalog: get("catalog"),
    pricing: get("pricing"),
    inventory: get("inventory"),
    shipping: get("shipping"),
    engagement: get("engagement"),
    razorpay: get("razorpay"),
  };
}

async function resetAll(standIns: StandIns, { faults, calls, clock }: SandboxContext): Promise<void> {
  faults.clear();
  clock.setOffset(0);
  for (const name of ["auth", "catalog", "pricing", "shipping", "engagement", "razorpay"] as const) {
    standIns[name].control.reset();
  }
  await standIns.inventory.control.reset();
  calls.reset();
}

function targetWebhooks(standIns: StandIns, serviceUrl: string): void {
  standIns.shipping.setServiceUrl(serviceUrl);
  standIns.razorpay.control.setWebhookUrls([`${serviceUrl}${RAZORPAY_WEBHOOK_PATH}`]);
}

function createSandboxControl(
  standIns: StandIns,
  context: SandboxContext,
  info: { env: Record<string, string>; tokens: SandboxTokens },
): SandboxControl {
  const { faults, calls, clock } = context;
  return {
    auth: standIns.auth.control,
    catalog: standIns.catalog.control,
    pricing: standIns.pricing.control,
    inventory: standIns.inventory.control,
    shipping: standIns.shipping.control,
    engagement: standIns.engagement.control,
    razorpay: standIns.razorpay.control,
    faults: { add: faults.add, list: faults.list, setBehaviour: faults.setBehaviour, clear: faults.clear },
    calls: {
      list: calls.list,
      count: calls.count,
      counts: calls.counts,
      waitFor: calls.waitFor,
      reset: calls.reset,
    },
    clock,
    sandbox: {
      setServiceUrl: (serviceUrl) => targetWebhooks(standIns, serviceUrl),
      reset: () => resetAll(standIns, context),
      environment: () => info.env,
      tokens: () => info.tokens,
    },
  };
}

async function closeAll(standIns: StandIns, context: SandboxContext, servers: Listening[]): Promise<void> {
  context.faults.close();
  context.calls.close();
  standIns.shipping.close();
  await standIns.razorpay.close();
  await Promise.all(servers.map((server) => server.close()));
  await standIns.inventory.close();
}

/**
 * Starts a stand-in of every neighbour, and of Razorpay, in this process, on 127.0.0.1.
 * @throws when MongoDB cannot be reached or a fixed port is taken
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const secrets: SandboxSecrets = { ...SANDBOX_SECRETS, ...options.secrets };
  const { mongoUri, serviceUrl, jwtMode = "secret", ports = {} } = options;
  const context: SandboxContext = {
    serviceToken: secrets.serviceToken,
    faults: createFaults(),
    calls: createCallLog(),
    clock: createClock(),
  };
  const databaseName = options.databaseName ?? `${databaseNameOf(mongoUri) ?? "sandbox"}_inventory`;
  const inventory = { mongoUri, databaseName, ...pickStock(options) };
  const standIns = await createStandIns(context, { secrets, inventory });
  const servers = await listenAll(standIns, ports);
  const urls = toUrls(servers);
  const jwksUrl = `${urls.auth}${JWKS_PATH}`;
  const env = serviceEnvironment({ urls, mongoUri, secrets, serviceUrl, jwtMode, jwksUrl });
  const tokens = await standIns.auth.tokens();
  const control = createSandboxControl(standIns, context, { env, tokens });
  const app = createControlApp(control, context.faults, () => ({ urls, tokens }));
  const controlServer = await listen(app, ports.control);
  if (serviceUrl !== undefined) targetWebhooks(standIns, serviceUrl);
  return {
    urls: { ...urls, control: controlServer.url },
    jwksUrl,
    env,
    control,
    tokens,
    setServiceUrl: control.sandbox.setServiceUrl,
    stop: () => closeAll(standIns, context, [...servers.map(([, server]) => server), controlServer]),
  };
}

const pickStock = ({ defaultStock }: SandboxOptions): { defaultStock?: number } =>
  defaultStock === undefined ? {} : { defaultStock };
