import { readFileSync } from "node:fs";
import dotenv from "dotenv";
import { deepFreeze } from "../utils/helpers.js";
import { type Paise, rupeesToPaise } from "../utils/money.js";
import {
  ConfigError,
  companyStateName,
  findContradictions,
  findWarnings,
  type Values,
  type Variables,
  validateVariables,
} from "./env.validation.js";
import { VARIABLES } from "./variables/index.js";

export { ConfigError };

export type Environment = "development" | "test" | "production";

export interface Config {
  env: Environment;
  port: number;
  logLevel: string;
  version: string;
  mongodbUri: string;
  auth: { jwtSecret?: string; jwksUrl?: string; issuer?: string; audience?: string; serviceToken: string };
  upstreams: Record<"auth" | "catalog" | "pricing" | "inventory" | "shipping" | "engagement", string>;
  upstreamTimeoutMs: number;
  catalogCacheSeconds: number;
  razorpay: {
    keyId: string;
    keySecret: string;
    /** Two while one is being replaced by the other. */
    webhookSecrets: string[];
    accountId?: string;
    apiUrl?: string;
    timeoutMs: number;
  };
  payments: { capture: "automatic" | "manual"; codAutoConfirm: boolean; codMaxAmount: Paise };
  shippingWebhookSecret: string;
  linkSecret: string;
  /** Hex; the first encrypts, all decrypt. */
  encryptionKeys: string[];
  storage: { driver: "gridfs" | "cloudinary"; cloudinaryUrl?: string };
  company: {
    name: string;
    address: string;
    /** The name of the state as GST writes it. */
    state: string;
    gstin: string;
    upiVpa?: string;
    logoUrl?: string;
  };
  invoiceIssueOn: "confirmation" | "dispatch";
  publicUrl: string;
  storefrontUrl: string;
  cart: { expiryDays: number; reservationTtlMinutes: number };
  checkout: { expiryMinutes: number; reservationTtlMinutes: number };
  pricesIncludeTax: boolean;
  scheduler: { enabled: boolean };
  rateLimitPerMinute: number;
  /** 0: no request is refused for overload. */
  overloadDelayMs: number;
  trustProxyHops: number;
  corsOrigins: string[];
  metricsToken?: string;
  /** Only for tests: see `utils/crash-points.ts`. */
  crashPoints?: string;
  /** Valid but probably unintended settings; logged at start-up. */
  warnings: string[];
}

/** The version in package.json, one folder up here and two up in `dist/`. */
function readVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), "utf8");
      return String((JSON.parse(text) as { version?: unknown }).version);
    } catch {
      // Not in this folder.
    }
  }
  return "0.0.0";
}

function toConfig(values: Values, warnings: string[]): Config {
  const jwksUrl = values.find("JWT_JWKS_URL");
  return {
    ...toRuntime(values),
    version: readVersion(),
    warnings,
    auth: {
      // One or the other: the configuration fixes the algorithm, never the token.
      ...(jwksUrl ? { jwksUrl } : { jwtSecret: values.find("JWT_SECRET") }),
      issuer: values.find("JWT_ISSUER"),
      audience: values.find("JWT_AUDIENCE"),
      serviceToken: values.text("SERVICE_TOKEN"),
    },
    upstreams: {
      auth: values.url("AUTH_SERVICE_URL"),
      catalog: values.url("CATALOG_SERVICE_URL"),
      pricing: values.url("PRICING_SERVICE_URL"),
      inventory: values.url("INVENTORY_SERVICE_URL"),
      shipping: values.url("SHIPPING_SERVICE_URL"),
      engagement: values.url("ENGAGEMENT_SERVICE_URL"),
    },
    razorpay: toRazorpay(values),
    payments: {
      capture: values.oneOf("PAYMENT_CAPTURE", "automatic", "manual"),
      codAutoConfirm: values.flag("COD_AUTO_CONFIRM"),
      codMaxAmount: rupeesToPaise(values.number("COD_MAX_AMOUNT")),
    },
    company: {
      name: values.find("COMPANY_NAME") ?? "Order & Payment Service",
      address: values.find("COMPANY_ADDRESS") ?? "",
      state: companyStateName(values),
      gstin: values.text("COMPANY_GSTIN"),
      upiVpa: values.find("COMPANY_UPI_VPA"),
      logoUrl: values.find("INVOICE_LOGO_URL"),
    },
  };
}

/** A developer without a key of their own talks to the simulator, never to the real gateway. */
const SIMULATOR_KEY = VARIABLES.RAZORPAY_KEY_ID?.sandboxValue;
const SIMULATOR_URL = VARIABLES.RAZORPAY_API_URL?.example;

function toRazorpay(values: Values): Config["razorpay"] {
  const keyId = values.text("RAZORPAY_KEY_ID");
  const given = values.find("RAZORPAY_API_URL")?.replace(/\/+$/, "");
  return {
    keyId,
    keySecret: values.text("RAZORPAY_KEY_SECRET"),
    webhookSecrets: values.list("RAZORPAY_WEBHOOK_SECRET"),
    accountId: values.find("RAZORPAY_ACCOUNT_ID"),
    apiUrl: given ?? (keyId === SIMULATOR_KEY ? SIMULATOR_URL : undefined),
    timeoutMs: values.number("RAZORPAY_TIMEOUT_MS"),
  };
}

type Runtime = Omit<
  Config,
  "version" | "warnings" | "auth" | "upstreams" | "razorpay" | "payments" | "company"
>;

function toRuntime(values: Values): Runtime {
  return {
    env: values.oneOf("NODE_ENV", "development", "test", "production"),
    port: values.number("PORT"),
    logLevel: values.text("LOG_LEVEL"),
    mongodbUri: values.text("MONGODB_URI"),
    upstreamTimeoutMs: values.number("UPSTREAM_TIMEOUT_MS"),
    catalogCacheSeconds: values.number("CATALOG_CACHE_SECONDS"),
    shippingWebhookSecret: values.text("SHIPPING_WEBHOOK_SECRET"),
    linkSecret: values.text("LINK_SECRET"),
    encryptionKeys: values.list("ENCRYPTION_KEY"),
    storage: {
      driver: values.oneOf("STORAGE_DRIVER", "gridfs", "cloudinary"),
      cloudinaryUrl: values.find("CLOUDINARY_URL"),
    },
    invoiceIssueOn: values.oneOf("INVOICE_ISSUE_ON", "confirmation", "dispatch"),
    publicUrl: values.url("PUBLIC_URL"),
    storefrontUrl: values.url("STOREFRONT_URL"),
    cart: {
      expiryDays: values.number("CART_EXPIRY_DAYS"),
      reservationTtlMinutes: values.number("CART_RESERVATION_TTL_MINUTES"),
    },
    checkout: {
      expiryMinutes: values.number("CHECKOUT_EXPIRY_MINUTES"),
      reservationTtlMinutes: values.number("CHECKOUT_RESERVATION_TTL_MINUTES"),
    },
    pricesIncludeTax: values.flag("PRICES_INCLUDE_TAX"),
    scheduler: { enabled: values.flag("SCHEDULER_ENABLED") },
    overloadDelayMs: values.number("OVERLOAD_DELAY_MS"),
    rateLimitPerMinute: values.number("RATE_LIMIT_PER_MINUTE"),
    trustProxyHops: values.number("TRUST_PROXY"),
    corsOrigins: values.list("CORS_ORIGINS"),
    metricsToken: values.find("METRICS_TOKEN"),
    crashPoints: values.find("CRASH_POINTS"),
  };
}

const UNSET_NODE_ENV =
  "NODE_ENV is not set, so the service starts as production; on a development machine set NODE_ENV=development";

/**
 * The configuration of an environment, checked and frozen.
 * @throws ConfigError naming every variable that is wrong or missing, and what it is for
 */
export function loadConfig(environment: Variables): Readonly<Config> {
  // Only an explicit value enables the published secrets; the schema refuses a typo.
  const production = environment.NODE_ENV !== "development" && environment.NODE_ENV !== "test";
  const { values, problems } = validateVariables(environment, production);
  const all = [...problems, ...findContradictions(values, production)];
  if (all.length > 0) throw new ConfigError(environment.NODE_ENV ? all : [...all, UNSET_NODE_ENV]);
  return deepFreeze(toConfig(values, findWarnings(environment, values, production)));
}

// The file of a real service must change neither tests nor the sandbox, and `npm run seed` must not fill its database:
// all of these set NODE_ENV in the environment.
if ((process.env.NODE_ENV ?? "production") === "production") dotenv.config({ quiet: true });

/** The mistakes alone end the process: a stack would point to our code. */
function loadConfigOrExit(): Readonly<Config> {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`> ${error.message}\n`);
    process.exit(1);
  }
}

/** The only place in the service that reads `process.env`. */
export const config: Readonly<Config> = loadConfigOrExit();
