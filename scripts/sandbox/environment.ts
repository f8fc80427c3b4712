import { databaseUri } from "../mongo/database-uri.js";

/** The services that the sandbox stands in for. */
export const SERVICE_NAMES = [
  "auth",
  "catalog",
  "pricing",
  "inventory",
  "shipping",
  "engagement",
  "razorpay",
  "cloudinary",
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

export type SandboxServer = ServiceName | "control";

/** The ports of `npm run sandbox`: the service's default URLs point there. */
export const DEFAULT_PORTS: Readonly<Record<SandboxServer, number>> = {
  auth: 3001,
  catalog: 3002,
  pricing: 3004,
  inventory: 3005,
  shipping: 3006,
  engagement: 3008,
  razorpay: 3009,
  control: 3010,
  cloudinary: 3011,
};

/** Shared by the sandbox and the service. Fixed, so that documented curl commands work. */
export const SANDBOX_SECRETS = {
  jwtSecret: "sandbox-jwt-secret-0123456789abcdef0123456789",
  jwtIssuer: "https://auth.sandbox.example.in",
  jwtAudience: "order-payment-service",
  serviceToken: "sandbox-service-token-0123456789abcdef",
  shippingWebhookSecret: "sandbox-shipping-webhook-secret-0123456789",
  linkSecret: "sandbox-link-secret-0123456789abcdef0123",
  encryptionKey: "5a".repeat(32),
  razorpayKeyId: "rzp_test_Sandbox00000001",
  razorpayKeySecret: "sandbox-razorpay-key-secret-01",
  razorpayWebhookSecret: "sandbox-razorpay-webhook-secret-0123456789",
  razorpayAccountId: "acc_SandboxShop001",
} as const;

export type SandboxSecrets = { [name in keyof typeof SANDBOX_SECRETS]: string };

/** Known only to the stand-in, whose address is part of the variable: no service can use it by mistake. */
export const CLOUDINARY_ACCOUNT = {
  cloud: "sandbox-shop",
  apiKey: "874837483274837",
  apiSecret: "sandbox-cloudinary-secret-0123456789",
} as const;

const SERVICE_DATABASE = "order_payment";

/** The database in a connection string, if it names one. */
export const databaseNameOf = (mongoUri: string): string | undefined =>
  /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(mongoUri)?.[1];

const cloudinaryUrl = (address: string): string => {
  const { cloud, apiKey, apiSecret } = CLOUDINARY_ACCOUNT;
  return `cloudinary://${apiKey}:${apiSecret}@${cloud}?upload_prefix=${address}`;
};

/** The complete environment of a service that runs against this sandbox, without `PORT`. */
export function serviceEnvironment(options: {
  urls: Record<ServiceName, string>;
  mongoUri: string;
  secrets: SandboxSecrets;
  serviceUrl: string | undefined;
  jwtMode: "secret" | "jwks";
  jwksUrl: string;
}): Record<string, string> {
  const { urls, secrets, mongoUri, serviceUrl } = options;
  return {
    // The secrets are public; production refuses them.
    NODE_ENV: "development",
    MONGODB_URI: databaseUri(mongoUri, databaseNameOf(mongoUri) ?? SERVICE_DATABASE),
    AUTH_SERVICE_URL: urls.auth,
    CATALOG_SERVICE_URL: urls.catalog,
    PRICING_SERVICE_URL: urls.pricing,
    INVENTORY_SERVICE_URL: urls.inventory,
    SHIPPING_SERVICE_URL: urls.shipping,
    ENGAGEMENT_SERVICE_URL: urls.engagement,
    ...(options.jwtMode === "jwks" ? { JWT_JWKS_URL: options.jwksUrl } : { JWT_SECRET: secrets.jwtSecret }),
    JWT_ISSUER: secrets.jwtIssuer,
    JWT_AUDIENCE: secrets.jwtAudience,
    SERVICE_TOKEN: secrets.serviceToken,
    RAZORPAY_KEY_ID: secrets.razorpayKeyId,
    RAZORPAY_KEY_SECRET: secrets.razorpayKeySecret,
    RAZORPAY_WEBHOOK_SECRET: secrets.razorpayWebhookSecret,
    RAZORPAY_ACCOUNT_ID: secrets.razorpayAccountId,
    RAZORPAY_API_URL: urls.razorpay,
    SHIPPING_WEBHOOK_SECRET: secrets.shippingWebhookSecret,
    LINK_SECRET: secrets.linkSecret,
    ENCRYPTION_KEY: secrets.encryptionKey,
    CLOUDINARY_URL: cloudinaryUrl(urls.cloudinary),
    COMPANY_NAME: "Vedic Store Private Limited",
    COMPANY_ADDRESS: "14 Residency Road, Bengaluru 560025",
    COMPANY_STATE: "Karnataka",
    COMPANY_GSTIN: "29AABCV4321K1Z7",
    COMPANY_UPI_VPA: "vedicstore@upi",
    ...(serviceUrl === undefined ? {} : { PUBLIC_URL: serviceUrl }),
  };
}

/**
 * Settings of the shell that `npm run sandbox` and `npm run dev` pass on to the service. Addresses and
 * secrets are not passed on: the service and the stand-ins must agree on them.
 */
const PASSED_ON = [
  "LOG_LEVEL",
  "RATE_LIMIT_PER_MINUTE",
  "OVERLOAD_DELAY_MS",
  "SCHEDULER_ENABLED",
  "STOREFRONT_URL",
  "CORS_ORIGINS",
  "TRUST_PROXY",
  "UPSTREAM_TIMEOUT_MS",
  "RAZORPAY_TIMEOUT_MS",
  "CATALOG_CACHE_SECONDS",
  "PAYMENT_CAPTURE",
  "COD_AUTO_CONFIRM",
  "COD_MAX_AMOUNT",
  "CART_EXPIRY_DAYS",
  "CART_RESERVATION_TTL_MINUTES",
  "CHECKOUT_EXPIRY_MINUTES",
  "CHECKOUT_RESERVATION_TTL_MINUTES",
  "PRICES_INCLUDE_TAX",
  "INVOICE_ISSUE_ON",
  "STORAGE_DRIVER",
  "INVOICE_LOGO_URL",
  "COMPANY_NAME",
  "COMPANY_ADDRESS",
  "COMPANY_STATE",
  "COMPANY_GSTIN",
  "COMPANY_UPI_VPA",
] as const;

/** @param shell usually `process.env`; unset variables are omitted, so that the service's defaults apply */
export const settingsOf = (shell: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = shell[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
