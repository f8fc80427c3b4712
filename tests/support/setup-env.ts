/**
 * A complete, valid environment for every test file, set before any source is loaded. Values that
 * a test wants otherwise it sets before its imports, or it calls `loadConfig({ ...process.env, X })`.
 */
import { testDatabaseUri } from "./test-database-uri.js";

const nowhere = "http://127.0.0.1:9";

/** A test that means to reach a neighbour says where it is; port 9 refuses at once. */
const upstreams = {
  AUTH_SERVICE_URL: nowhere,
  CATALOG_SERVICE_URL: nowhere,
  PRICING_SERVICE_URL: nowhere,
  INVENTORY_SERVICE_URL: nowhere,
  SHIPPING_SERVICE_URL: nowhere,
  ENGAGEMENT_SERVICE_URL: nowhere,
  RAZORPAY_API_URL: nowhere,
};

const secrets = {
  JWT_SECRET: "test-jwt-secret-of-at-least-32-characters",
  SERVICE_TOKEN: "test-service-token-of-at-least-32-characters",
  RAZORPAY_KEY_ID: "rzp_test_1DP5mmOlF5G5ag",
  RAZORPAY_KEY_SECRET: "test-razorpay-key-secret",
  RAZORPAY_WEBHOOK_SECRET: "test-razorpay-webhook-secret-of-32-characters",
  SHIPPING_WEBHOOK_SECRET: "test-shipping-webhook-secret-of-32-characters",
  LINK_SECRET: "test-link-secret-of-at-least-32-characters",
  ENCRYPTION_KEY: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
};

const company = {
  COMPANY_NAME: "Vastra Retail Private Limited",
  COMPANY_ADDRESS: "14 Residency Road, Bengaluru 560025",
  COMPANY_STATE: "Karnataka",
  // 29 = Karnataka; the last character is the right check digit.
  COMPANY_GSTIN: "29AABCV4321K1Z7",
};

/** What a developer's shell may hold and a test must not depend on. */
const unset = [
  "PORT",
  "JWT_JWKS_URL",
  "JWT_ISSUER",
  "JWT_AUDIENCE",
  "UPSTREAM_TIMEOUT_MS",
  "RAZORPAY_TIMEOUT_MS",
  "RAZORPAY_ACCOUNT_ID",
  "PAYMENT_CAPTURE",
  "COD_AUTO_CONFIRM",
  "COD_MAX_AMOUNT",
  "STORAGE_DRIVER",
  "CLOUDINARY_URL",
  "COMPANY_UPI_VPA",
  "INVOICE_LOGO_URL",
  "INVOICE_ISSUE_ON",
  "CART_EXPIRY_DAYS",
  "CHECKOUT_EXPIRY_MINUTES",
  "CART_RESERVATION_TTL_MINUTES",
  "CHECKOUT_RESERVATION_TTL_MINUTES",
  "PRICES_INCLUDE_TAX",
  "TRUST_PROXY",
  "CORS_ORIGINS",
  "METRICS_TOKEN",
];
for (const name of unset) delete process.env[name];

Object.assign(process.env, upstreams, secrets, company, {
  NODE_ENV: "test",
  LOG_LEVEL: "silent",
  MONGODB_URI: testDatabaseUri(),
  PUBLIC_URL: "http://localhost:3003",
  STOREFRONT_URL: "http://localhost:3000",
  SCHEDULER_ENABLED: "false",
  RATE_LIMIT_PER_MINUTE: "0",
  // The tests of a file run in one process with the service, and keep its event loop busy.
  OVERLOAD_DELAY_MS: "0",
  CATALOG_CACHE_SECONDS: "0",
});
