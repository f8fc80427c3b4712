import type { RequestListener } from "node:http";
import { createAuth } from "./auth/index.js";
import { createCatalog } from "./catalog/index.js";
import { createEngagement } from "./engagement/index.js";
import type { SandboxSecrets } from "./environment.js";
import type { InventoryOptions } from "./inventory/index.js";
import { createInventory } from "./inventory/index.js";
import { createPricing } from "./pricing/index.js";
import { createRazorpaySimulator } from "./razorpay/index.js";
import { createFront } from "./shared/front.js";
import type { SandboxContext } from "./shared/stand-in.js";
import { createShipping } from "./shipping/index.js";

/** Razorpay's ids as `:id`, so that calls can be counted by route. */
const nameGatewayRoute = (method: string, path: string): string =>
  `${method} ${path.replace(/\/(?:order|pay|rfnd|setl|disp|down)_[A-Za-z0-9]+/g, "/:id")}`;

/** The gateway's simulator behind the faults and the call log of all the others. */
const wrapGateway = (simulator: RequestListener, context: SandboxContext): RequestListener =>
  createFront({ name: "razorpay", context, toRoute: nameGatewayRoute, serve: simulator });

/** Every neighbour, none of them listening yet. */
export async function createStandIns(
  context: SandboxContext,
  options: { secrets: SandboxSecrets; inventory: InventoryOptions },
) {
  const { secrets } = options;
  const razorpay = createRazorpaySimulator({
    keyId: secrets.razorpayKeyId,
    keySecret: secrets.razorpayKeySecret,
    webhookSecret: secrets.razorpayWebhookSecret,
    webhookUrls: [],
    accountId: secrets.razorpayAccountId,
    now: context.clock.now,
  });
  return {
    auth: createAuth(context, {
      jwtSecret: secrets.jwtSecret,
      issuer: secrets.jwtIssuer,
      audience: secrets.jwtAudience,
    }),
    catalog: createCatalog(context),
    pricing: createPricing(context),
    inventory: await createInventory(context, options.inventory),
    shipping: createShipping(context, { webhookSecret: secrets.shippingWebhookSecret }),
    engagement: createEngagement(context),
    razorpay: { ...razorpay, app: wrapGateway(razorpay.app, context) },
  };
}

export type StandIns = Awaited<ReturnType<typeof createStandIns>>;
