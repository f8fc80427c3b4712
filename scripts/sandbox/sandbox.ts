/**
 * A stand-in for every neighbour of the service and for Razorpay, on 127.0.0.1. Tests, the demo, the
 * benchmark and `npm run sandbox` start it with `startSandbox`. The service contains no sandbox code: it runs
 * against other URLs.
 *
 * - `auth/ catalog/ pricing/ inventory/ shipping/ engagement/`: one neighbour each. `index.ts` (for inventory
 *   and shipping `routes.ts`) lists the calls of the contract on one screen; the other files hold the rules
 *   and the data. Inventory keeps its data in MongoDB, all others in memory.
 * - `razorpay/`: the gateway. `api-routes.ts` is its REST contract, `checkout-*.ts` the buyer's side,
 *   `webhook-*.ts` its events, `control.ts` and `settings.ts` the controls.
 * - `cloudinary/`: storage of files, for `STORAGE_DRIVER=cloudinary`.
 * - `seed/`: products, people, coupons and stock at the start, with names for tests in `SEED`.
 * - `shared/`: HTTP, faults, call log, clock.
 *
 * To add a call: write its schema and a `get(…)` or `post(…)` line in the neighbour's routes, and the rule
 * behind it in that folder. To let tests change something: add a function to the neighbour's control object;
 * `control-http.ts` then offers it over HTTP as well. To add a fault: name it in `FAULT_ACTIONS` and apply it
 * in `shared/fault-actions.ts`; it then works for every service.
 */
import type { RequestListener } from "node:http";
import { type AuthControl, createAuth, JWKS_PATH, type SandboxTokens } from "./auth/index.js";
import { type CatalogControl, createCatalog } from "./catalog/index.js";
import { type CloudinaryControl, createCloudinary } from "./cloudinary/index.js";
import { createControlApp } from "./control-http.js";
import { createEngagement, type EngagementControl } from "./engagement/index.js";
import {
  CLOUDINARY_ACCOUNT,
  databaseNameOf,
  SANDBOX_SECRETS,
  type SandboxSecrets,
  type SandboxServer,
  SERVICE_NAMES,
  type ServiceName,
  serviceEnvironment,
} from "./environment.js";
import { createInventory, type InventoryControl, type InventoryOptions } from "./inventory/index.js";
import { createPricing, type PricingControl } from "./pricing/index.js";
import { createRazorpaySimulator, type RazorpayControl } from "./razorpay/index.js";
import { type CallLog, createCallLog } from "./shared/call-log.js";
import { Clock } from "./shared/clock.js";
import { createFaults, type Faults } from "./shared/faults.js";
import { createFront } from "./shared/front.js";
import { type Listening, listen } from "./shared/http.js";
import type { SandboxContext } from "./shared/stand-in.js";
import { createShipping, type ShippingControl } from "./shipping/index.js";

export interface SandboxOptions {
  mongoUri: string;
  /** The inventory's own database, emptied at the start (default: derived from `mongoUri`). */
  databaseName?: string;
  /** 0 or absent: a free port. */
  ports?: Partial<Record<SandboxServer, number>>;
  /** Base URL of the order service, where webhooks go. Can be set later with `setServiceUrl`. */
  serviceUrl?: string;
  /** Whether the service verifies tokens with the shared secret (default) or with the JWKS. */
  jwtMode?: "secret" | "jwks";
  /** Stock of every variant for which the seed has no special number. */
  defaultStock?: number;
  /** Replace the fixed secrets. */
  secrets?: Partial<SandboxSecrets>;
}

/** Everything that tests, the demo and the control server can change or read. */
export interface SandboxControl {
  auth: AuthControl;
  catalog: CatalogControl;
  pricing: PricingControl;
  inventory: InventoryControl;
  shipping: ShippingControl;
  engagement: EngagementControl;
  razorpay: RazorpayControl;
  cloudinary: CloudinaryControl;
  faults: Pick<Faults, "add" | "list" | "setBehaviour" | "clear">;
  calls: Pick<CallLog, "list" | "count" | "counts" | "waitFor" | "reset">;
  /** The clock of all stand-ins; the service under test has its own. */
  clock: Pick<Clock, "setOffset" | "now">;
  sandbox: {
    setServiceUrl(serviceUrl: string): void;
    /** Restores the seed; removes faults and logged calls. Tokens and URLs stay. */
    reset(): Promise<void>;
    environment(): Record<string, string>;
    tokens(): SandboxTokens;
  };
}

export interface Sandbox {
  urls: Record<SandboxServer, string>;
  jwksUrl: string;
  /** The complete environment for the service, without `PORT`. */
  env: Record<string, string>;
  control: SandboxControl;
  tokens: SandboxTokens;
  setServiceUrl(serviceUrl: string): void;
  stop(): Promise<void>;
}

/** Gateway ids as `:id`, so that calls can be counted by route. */
const nameGatewayRoute = (method: string, path: string): string =>
  `${method} ${path.replace(/\/(?:order|pay|rfnd|setl|disp|down)_[A-Za-z0-9]+/g, "/:id")}`;

function createRazorpay(context: SandboxContext, secrets: SandboxSecrets) {
  const simulator = createRazorpaySimulator({
    keyId: secrets.razorpayKeyId,
    keySecret: secrets.razorpayKeySecret,
    webhookSecret: secrets.razorpayWebhookSecret,
    webhookUrls: [],
    accountId: secrets.razorpayAccountId,
    now: context.clock.now,
  });
  const serve: RequestListener = simulator.app;
  return { ...simulator, app: createFront({ name: "razorpay", context, toRoute: nameGatewayRoute, serve }) };
}

async function createStandIns(context: SandboxContext, secrets: SandboxSecrets, inventory: InventoryOptions) {
  const {
    jwtSecret,
    jwtIssuer: issuer,
    jwtAudience: audience,
    shippingWebhookSecret: webhookSecret,
  } = secrets;
  return {
    auth: createAuth(context, { jwtSecret, issuer, audience }),
    catalog: createCatalog(context),
    pricing: createPricing(context),
    inventory: await createInventory(context, inventory),
    shipping: createShipping(context, { webhookSecret }),
    engagement: createEngagement(context),
    razorpay: createRazorpay(context, secrets),
    cloudinary: createCloudinary(context, CLOUDINARY_ACCOUNT),
  };
}

type StandIns = Awaited<ReturnType<typeof createStandIns>>;

/** Lets every stand-in listen, in the order of `SERVICE_NAMES`. */
async function listenAll(standIns: StandIns, ports: SandboxOptions["ports"] = {}) {
  const servers = await Promise.all(SERVICE_NAMES.map((name) => listen(standIns[name].app, ports[name])));
  const urlOf = (name: ServiceName): string => servers[SERVICE_NAMES.indexOf(name)]?.url ?? "";
  const urls: Record<ServiceName, string> = {
    auth: urlOf("auth"),
    catalog: urlOf("catalog"),
    pricing: urlOf("pricing"),
    inventory: urlOf("inventory"),
    shipping: urlOf("shipping"),
    engagement: urlOf("engagement"),
    razorpay: urlOf("razorpay"),
    cloudinary: urlOf("cloudinary"),
  };
  return { servers, urls };
}

async function resetAll(standIns: StandIns, { faults, calls, clock }: SandboxContext): Promise<void> {
  faults.clear();
  clock.setOffset(0);
  for (const name of SERVICE_NAMES) await standIns[name].control.reset();
  calls.reset();
}

function setWebhookTargets(standIns: StandIns, serviceUrl: string): void {
  standIns.shipping.setServiceUrl(serviceUrl);
  standIns.razorpay.control.setWebhookUrls([`${serviceUrl}/api/webhooks/razorpay`]);
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
    cloudinary: standIns.cloudinary.control,
    faults: { add: faults.add, list: faults.list, setBehaviour: faults.setBehaviour, clear: faults.clear },
    calls: {
      list: calls.list,
      count: calls.count,
      counts: calls.counts,
      waitFor: calls.waitFor,
      reset: calls.reset,
    },
    clock: { now: clock.now, setOffset: clock.setOffset },
    sandbox: {
      setServiceUrl: (serviceUrl) => setWebhookTargets(standIns, serviceUrl),
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
 * Starts all stand-ins in this process.
 * @throws if MongoDB cannot be reached or a fixed port is taken
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const secrets: SandboxSecrets = { ...SANDBOX_SECRETS, ...options.secrets };
  const { mongoUri, serviceUrl, defaultStock, jwtMode = "secret", ports = {} } = options;
  const context: SandboxContext = {
    serviceToken: secrets.serviceToken,
    faults: createFaults(),
    calls: createCallLog(),
    clock: new Clock(),
  };
  const databaseName = options.databaseName ?? `${databaseNameOf(mongoUri) ?? "sandbox"}_inventory`;
  const standIns = await createStandIns(context, secrets, { mongoUri, databaseName, defaultStock });
  const { servers, urls } = await listenAll(standIns, ports);
  const jwksUrl = `${urls.auth}${JWKS_PATH}`;
  const env = serviceEnvironment({ urls, mongoUri, secrets, serviceUrl, jwtMode, jwksUrl });
  const tokens = await standIns.auth.tokens();
  const control = createSandboxControl(standIns, context, { env, tokens });
  const app = createControlApp(control, context.faults, () => ({ urls, tokens }));
  const controlServer = await listen(app, ports.control);
  if (serviceUrl !== undefined) setWebhookTargets(standIns, serviceUrl);
  return {
    urls: { ...urls, control: controlServer.url },
    jwksUrl,
    env,
    control,
    tokens,
    setServiceUrl: control.sandbox.setServiceUrl,
    stop: () => closeAll(standIns, context, [...servers, controlServer]),
  };
}
