import { flag, HOST, list, oneOf, text, url, type VariableSpec, whole } from "./variable.js";

export const operation: Record<string, VariableSpec> = {
  NODE_ENV: {
    schema: oneOf("development", "test", "production"),
    purpose: "the mode of the service; without it, production",
    example: "production",
    fallback: "production",
  },
  PORT: {
    schema: whole(0, 65_535),
    purpose: "the port it listens on; 0 chooses a free one",
    example: "3003",
    fallback: 3003,
  },
  LOG_LEVEL: {
    schema: oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent"),
    purpose: "the least severe log level that is written",
    example: "info",
    fallback: "info",
  },
  MONGODB_URI: {
    schema: text().pattern(/^mongodb(\+srv)?:\/\/\S+$/, "mongodb://… or mongodb+srv://…"),
    purpose: "the database: a replica set, because transactions need one",
    example: "mongodb://localhost:27017/orders?replicaSet=rs0",
    requiredInProduction: true,
    developmentFallback: "mongodb://127.0.0.1:27017/order_payment?replicaSet=rs0",
  },
  PUBLIC_URL: {
    schema: url(),
    purpose: "the public base URL of this service; links are built from it",
    example: "https://api.example.com",
    fallback: `${HOST}:3003`,
  },
  STOREFRONT_URL: {
    schema: url(),
    purpose: "the base URL of the shop, for links in mails",
    example: "https://shop.example.com",
    fallback: `${HOST}:3000`,
  },
  CART_EXPIRY_DAYS: {
    schema: whole(1, 365),
    purpose: "days until an unused cart is abandoned",
    example: "7",
    fallback: 7,
  },
  CHECKOUT_EXPIRY_MINUTES: {
    schema: whole(1, 1440),
    purpose: "minutes until a checkout expires",
    example: "30",
    fallback: 30,
  },
  CART_RESERVATION_TTL_MINUTES: {
    schema: whole(1, 1440),
    purpose: "how long stock is held for a cart, in minutes",
    example: "15",
    fallback: 15,
  },
  CHECKOUT_RESERVATION_TTL_MINUTES: {
    schema: whole(1, 1440),
    purpose: "how long stock is held for a checkout, in minutes",
    example: "40",
    fallback: 40,
  },
  SCHEDULER_ENABLED: {
    schema: flag(),
    purpose: "whether this instance runs the scheduled jobs",
    example: "true",
    fallback: true,
  },
  RATE_LIMIT_PER_MINUTE: {
    schema: whole(0, 1_000_000),
    purpose: "requests per minute and caller; stricter limits scale with it; 0 disables every limit",
    example: "300",
    fallback: 300,
  },
  OVERLOAD_DELAY_MS: {
    schema: whole(0, 10_000),
    purpose:
      "how long work may wait for its turn, in milliseconds, before requests are refused; 0 refuses none",
    example: "10",
    fallback: 10,
  },
  TRUST_PROXY: {
    schema: whole(0, 10),
    purpose:
      "how many proxies are in front of the service; with 0 all callers behind a proxy share its address",
    example: "1",
    fallback: 0,
  },
  CORS_ORIGINS: {
    schema: list(/^https?:\/\/[^/\s*]+$/, "origins such as https://shop.example.com"),
    purpose: "the web origins whose pages may call from a browser",
    example: "https://shop.example.com,https://admin.example.com",
  },
  CRASH_POINTS: {
    schema: text().pattern(
      /^(?:record:.+|kill:[^:]+:(?:before|after):[1-9]\d*(?::[\w.-]+)?)$/,
      "record:<file> or kill:<point>:<before|after>:<nth>[:<request id's beginning>]",
    ),
    purpose:
      "only for tests (NODE_ENV=test): where the process records its crash points, or the one at which it is killed",
    example: "record:/tmp/crash-points",
  },
  METRICS_TOKEN: {
    schema: text().min(8).max(256),
    purpose: "the bearer token of GET /metrics",
    example: "a-token-for-the-scraper",
    requiredInProduction: true,
  },
};
