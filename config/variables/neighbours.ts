import { HOST, text, url, type VariableSpec, whole } from "./variable.js";

export const identity: Record<string, VariableSpec> = {
  JWT_SECRET: {
    schema: text().min(8).max(512),
    purpose:
      "verifies tokens signed with HS256; at least 32 characters in production. Not used with JWT_JWKS_URL",
    example: "a-long-random-text-of-32-or-more-characters",
    sandboxValue: "sandbox-jwt-secret-0123456789abcdef0123456789",
  },
  JWT_JWKS_URL: {
    schema: url(),
    purpose:
      "the Auth service's public keys (https in production); when set, tokens are verified only with these (RS256, ES256)",
    example: "https://auth.example.com/.well-known/jwks.json",
  },
  JWT_ISSUER: {
    schema: text().max(200),
    purpose: "the `iss` a token must have",
    example: "https://auth.example.com",
    requiredInProduction: true,
  },
  JWT_AUDIENCE: {
    schema: text().max(200),
    purpose: "the `aud` a token must have",
    example: "order-payment",
    requiredInProduction: true,
  },
  SERVICE_TOKEN: {
    schema: text().min(8).max(4096),
    purpose: "the bearer token that this service sends to the other services",
    example: "a-token-issued-by-the-auth-service",
    requiredInProduction: true,
    sandboxValue: "sandbox-service-token-0123456789abcdef",
  },
};

const upstream = (name: string, port: number): VariableSpec => ({
  schema: url(),
  purpose: `base URL of the ${name} service`,
  example: `${HOST}:${port}`,
  fallback: `${HOST}:${port}`,
});

export const upstreams: Record<string, VariableSpec> = {
  AUTH_SERVICE_URL: upstream("Auth", 3001),
  CATALOG_SERVICE_URL: upstream("Catalog", 3002),
  PRICING_SERVICE_URL: upstream("Pricing & promotions", 3004),
  INVENTORY_SERVICE_URL: upstream("Inventory", 3005),
  SHIPPING_SERVICE_URL: upstream("Shipping", 3006),
  ENGAGEMENT_SERVICE_URL: upstream("Engagement", 3008),
  UPSTREAM_TIMEOUT_MS: {
    schema: whole(50, 20_000),
    purpose: "how long a call to one of these may take, in milliseconds",
    example: "3000",
    fallback: 3000,
  },
  CATALOG_CACHE_SECONDS: {
    schema: whole(0, 86_400),
    purpose:
      "how long catalog answers are cached, in seconds; 0 = nothing is cached, discounts and stock levels neither",
    example: "60",
    fallback: 60,
  },
};
