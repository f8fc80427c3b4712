import { flag, HOST, list, oneOf, text, url, type VariableSpec, whole } from "./variable.js";

export const operation: Record<string, VariableSpec> = {
  NODE_ENV: {
    schema: oneOf("development", "test", "production"),
    purpose: "how the service runs; without it, as in production",
    example: "production",
    fallback: "production",
  },
  PORT: { schema: whole(0, 65_535), purpose: "where it listens", example: "3003", fallback: 3003 },
  LOG_LEVEL: {
    schema: oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent"),
    purpose: "how much is logged",
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
    purpose: "this service as its users reach it; links are built from it",
    example: "https://api.example.com",
    fallback: `${HOST}:3003`,
  },
  STOREFRONT_URL: {
    schema: url(),
    purpose: "the shop; links in mails lead there",
    example: "https://shop.example.com",
    fallback: `${HOST}:3000`,
  },
  CART_EXPIRY_DAYS: {
    schema: whole(1, 365),
    purpose: "how long a cart lives, in days",
    example: "7",
    fallback: 7,
  },
  CHECKOUT_EXPIRY_MINUTES: {
    schema: whole(1, 1440),
    purpose: "how long a checkout lives, in minutes",
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
    purpose: "requests per minute and caller; the stricter limits scale with it; 0 disables every limit",
    example: "300",
    fallback: 300,
  },
  TRUST_PROXY: {
    schema: whole(0, 10),
    purpose:
      "how many proxies stand in front of the service; without it all callers behind one share its address",
    example: "1",
    fallback: 0,
  },
  CORS_ORIGINS: {
    schema: list(/^https?:\/\/[^/\s*]+$/, "origins such as https://shop.example.com"),
    purpose: "the web origins that may call from a browser",
    example: "https://shop.example.com,https://admin.example.com",
  },
  CRASH_POINTS: {
    schema: text().pattern(
      /^(?:record:.+|kill:[^:]+:(?:before|after):[1-9]\d*(?::[\w.-]+)?)$/,
      "record:<file> or kill:<point>:<before|after>:<nth>[:<request id's beginning>]",
    ),
    purpose: "for tests alone (NODE_ENV=test): where the process writes down its crash points, or dies",
    example: "record:/tmp/crash-points",
  },
  METRICS_TOKEN: {
    schema: text().min(8).max(256),
    purpose: "the bearer token of GET /metrics",
    example: "a-token-for-the-scraper",
    requiredInProduction: true,
  },
};
