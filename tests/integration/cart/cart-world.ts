import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { newGuestId } from "../../support/callers.js";
import { emptyDatabase } from "../../support/empty-database.js";
import { startWorld, type World } from "../../support/world.js";

/** The caller: a customer of the seed, a guest, or a caller without identity. */
export type As = { token: string } | { sessionId: string } | null;

interface CallOptions {
  as?: As;
  body?: object;
  headers?: Record<string, string>;
}

type Verb = "get" | "post" | "put" | "delete";

/** The service and its sandbox, with helpers for tests of carts. */
export interface CartWorld extends World {
  /** Sends one request. The response must be one that the route declares. */
  call(method: Verb, path: string, options?: CallOptions): Promise<Response>;
  /** Adds to the cart; throws unless the response is 200. */
  add(as: As, variantId: string, quantity?: number): Promise<Response>;
  /** Delivers the outbox messages that are due `afterMs` from now. */
  deliver(afterMs?: number): Promise<void>;
  /** Runs a job with the clock put forward. */
  runJobAfter(name: string, afterMs: number): Promise<unknown>;
  /** Removes all faults and closes every circuit breaker. */
  recover(): Promise<void>;
  /** Restores the seed: no carts, no reservations, no faults. */
  reset(): Promise<void>;
}

/** The product of each variant of the seed. */
const PRODUCT_OF: Readonly<Record<string, string>> = {
  [SEED.variants.ashwagandha]: SEED.products.ashwagandha,
  [SEED.variants.ashwagandhaLarge]: SEED.products.ashwagandha,
  [SEED.variants.hairOil]: SEED.products.hairOil,
  [SEED.variants.conditioner]: "prod-hibiscus-conditioner",
  [SEED.variants.kajal]: SEED.products.kajal,
  [SEED.variants.serum]: SEED.products.serum,
  [SEED.variants.giloy]: "prod-giloy-tablets",
  [SEED.variants.tulsi]: "prod-tulsi-leaf",
  [SEED.variants.dashmool]: "prod-dashmool-kwath",
  [SEED.variants.outOfStock]: "prod-shatavari-kalpa",
  [SEED.variants.lastUnit]: "prod-saffron-face-cream",
  [SEED.variants.lowStock]: "prod-guggul-extract",
  [SEED.variants.inactive]: SEED.products.inactive,
  [SEED.variants.giftLipBalm]: "prod-rose-lip-balm",
};

export const productOf = (variantId: string): string => PRODUCT_OF[variantId] ?? "prod-unknown";

/** A short deadline for tests in which other services hang. */
export const IMPATIENT = { UPSTREAM_TIMEOUT_MS: "1200" };

/** An open breaker lets the first call through when its cooldown is over. */
async function closeBreakers(): Promise<void> {
  const [auth, catalog, pricing, inventory, engagement] = await Promise.all([
    import("../../../services/integrations/auth-integration.service.js"),
    import("../../../services/integrations/catalog-integration.service.js"),
    import("../../../services/integrations/pricing-integration.service.js"),
    import("../../../services/integrations/inventory-integration.service.js"),
    import("../../../services/integrations/engagement-integration.service.js"),
  ]);
  const probes = [
    () => auth.getUser(SEED.users.asha),
    () => catalog.getProduct(SEED.products.kajal),
    () => pricing.getTierDiscount({ cartTotal: ZERO_PAISE }),
    () => inventory.bulkCheckStock([{ variantId: SEED.variants.kajal, quantity: 1 }]),
    () => engagement.getLoyaltyBalance(SEED.users.asha),
  ];
  const deadline = Date.now() + 15_000;
  for (const probe of probes) {
    for (let result = await probe(); !result.success; result = await probe()) {
      if (Date.now() > deadline) throw new Error(`${result.service} did not recover: ${result.code}`);
      await sleep(50);
    }
  }
}

export async function startCartWorld(variables: Record<string, string> = {}): Promise<CartWorld> {
  const world = await startWorld(variables);
  const [{ expectEnvelope }, worker, { outboxHandlers }, clock, { forgetAll }] = await Promise.all([
    import("../../support/http-assertions.js"),
    import("../../../services/platform/outbox-worker.service.js"),
    import("../../../scripts/jobs/outbox-handlers.js"),
    import("../../../utils/clock.js"),
    import("../../../utils/caches.js"),
  ]);
  const { faults, sandbox } = world.sandbox.control;

  const call: CartWorld["call"] = async (method, path, { as = null, body, headers = {} } = {}) => {
    const sent = world.http[method](path).set(headers);
    if (as && "token" in as) sent.set("Authorization", `Bearer ${as.token}`);
    if (as && "sessionId" in as) sent.set("X-Session-Id", as.sessionId);
    const answer = await (body ? sent.send(body) : sent);
    expectEnvelope(answer, answer.status);
    return answer;
  };
  const later = async <T>(afterMs: number, work: () => Promise<T>): Promise<T> => {
    clock.setClock(afterMs);
    try {
      return await work();
    } finally {
      clock.setClock(0);
    }
  };

  return {
    ...world,
    call,
    async add(as, variantId, quantity = 1) {
      const body = { productId: productOf(variantId), variantId, quantity };
      const answer = await call("post", "/api/cart/items", { as, body });
      if (answer.status !== 200) throw new Error(`not added: ${JSON.stringify(answer.body)}`);
      return answer;
    },
    async deliver(afterMs = 0) {
      await later(afterMs, () => worker.drainOutbox(outboxHandlers));
    },
    runJobAfter: (name, afterMs) => later(afterMs, () => world.runJob(name)),
    async recover() {
      faults.clear();
      await closeBreakers();
    },
    async reset() {
      await emptyDatabase(world.db);
      await sandbox.reset();
      forgetAll();
    },
  };
}

/** An id that no document has. */
export const unknownId = (): string => new Types.ObjectId().toHexString();

/** A guest without a cart. */
export const newGuest = () => ({ sessionId: newGuestId() });
