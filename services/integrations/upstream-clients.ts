import { config } from "../../config/env.config.js";
import { camelCaseKeysDeep } from "./camel-case.js";
import { createServiceClient } from "./http-client.service.js";

/** One client for each neighbour, each with its own bulkhead and breaker. */

export const authClient = createServiceClient({ name: "auth", baseUrl: config.upstreams.auth });
export const catalogClient = createServiceClient({ name: "catalog", baseUrl: config.upstreams.catalog });
export const pricingClient = createServiceClient({ name: "pricing", baseUrl: config.upstreams.pricing });
export const inventoryClient = createServiceClient({
  name: "inventory",
  baseUrl: config.upstreams.inventory,
});
export const engagementClient = createServiceClient({
  name: "engagement",
  baseUrl: config.upstreams.engagement,
});

/** The shipping service may answer in snake_case. */
export const shippingClient = createServiceClient({
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
