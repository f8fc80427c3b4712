import { config } from "../../config/env.config.js";
import { camelCaseKeysDeep } from "./camel-case.js";
import { createHttpClient } from "./http-client.service.js";

/** One client for each neighbour, each with its own bulkhead and breaker. */

export const authClient = createHttpClient({ name: "auth", baseUrl: config.upstreams.auth });
export const catalogClient = createHttpClient({ name: "catalog", baseUrl: config.upstreams.catalog });
export const pricingClient = createHttpClient({ name: "pricing", baseUrl: config.upstreams.pricing });
export const inventoryClient = createHttpClient({
  name: "inventory",
  baseUrl: config.upstreams.inventory,
});
export const engagementClient = createHttpClient({
  name: "engagement",
  baseUrl: config.upstreams.engagement,
});

/** The shipping service may answer in snake_case. */
export const shippingClient = createHttpClient({
  name: "shipping",
  baseUrl: config.upstreams.shipping,
  normalise: camelCaseKeysDeep,
});

export const upstreamClients = [
  authClient,
  catalogClient,
  pricingClient,
  inventoryClient,
  shippingClient,
  engagementClient,
] as const;
