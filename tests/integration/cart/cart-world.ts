import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import request, { type Response } from "supertest";
import { type Sandbox, startSandbox } from "../../../scripts/sandbox/sandbox.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { testDatabaseUri } from "../../support/test-database-uri.js";

/** Whose request: a customer of the seed, a guest session, or nobody yet. */
export type As = { token: string } | { sessionId: string } | null;

interface CallOptions {
  as?: As;
  body?: object;
  headers?: Record<string, string>;
}

/** The cart routes over HTTP, their database, and the sandbox around them. */
export interface CartWorld {
  sandbox: Sandbox;
  db: mongoose.mongo.Db;
  call(method: "get" | "post" | "put" | "delete", path: string, options?: CallOptions): Promise<Response>;
  /** Adds to the cart; the answer must be 200. */
  add(as: As, variantId: string, quantity?: number): Promise<Response>;
  /** Delivers what the outbox owes by then. */
  deliver(afterMs?: number): Promise<void>;
  /** Ends the trouble: no faults, and every breaker closed again. */
  recover(): Promise<void>;
  /** Everything back to the seed: no carts, no reservations, no faults. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The product of a variant of the seed: `var-<slug>-<size>` belongs to `prod-<slug>`. */
const PRODUCT_OF: Readonly<Record<string, string>> = {
  [SEED.variants.ashwagandha]: SEED.products.ashwagandha,
  [SEED.variants.ashwagandhaLarge]: SEED.products.ashwagandha,
  [SEED.variants.hairOil]: SEED.products.hairOil,
  [SEED.variants.conditioner]: "prod-hibiscus-conditioner",
  [SEED.variants.kajal]: SEED.products.kajal,
  [SEED.variants.serum]: SEED.products.serum,
  [SEED.variants.giloy]: "prod-giloy-tablets",
  [SEED.variants.outOfStock]: "prod-shatavari-kalpa",
  [SEED.variants.lastUnit]: "prod-saffron-face-cream",
  [SEED.variants.lowStock]: "prod-guggul-extract",
  [SEED.variants.inactive]: SEED.products.inactive,
  [SEED.variants.giftLipBalm]: "prod-rose-lip-balm",
};

export const productOf = (variantId: string): string => PRODUCT_OF[variantId] ?? "prod-unknown";

export async function startCartWorld(): Promise<CartWorld> {
  const mongoUri = process.env.TEST_MONGODB_SERVER;
  if (!mongoUri) throw new Error("no MongoDB: is this file in tests/integration?");
  const stockUri = new URL(testDatabaseUri("stock").replace(/^mongodb/, "http"));
  const sandbox = await startSandbox({ mongoUri, databaseName: stockUri.pathname.slice(1) });
  Object.assign(process.env, sandbox.env, {
    MONGODB_URI: testDatabaseUri("carts"),
    NODE_ENV: "test",
    UPSTREAM_TIMEOUT_MS: "400",
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
  });
  const [
    { createApp },
    { config },
    database,
    cart,
    release,
    sync,
    worker,
    clock,
    catalog,
    pricing,
    inventory,
  ] = await Promise.all([
    import("../../../config/express.config.js"),
    import("../../../config/env.config.js"),
    import("../../../config/database.config.js"),
    import("../../../src/cart/cart.route.js"),
    import("../../../services/flows/effects/release-reservation.effect.js"),
    import("../../../services/flows/effects/sync-reservation.effect.js"),
    import("../../../services/platform/outbox-worker.service.js"),
    import("../../../utils/clock.js"),
    import("../../../services/integrations/catalog-integration.service.js"),
    import("../../../services/integrations/pricing-integration.service.js"),
    import("../../../services/integrations/inventory-integration.service.js"),
  ]);
  await database.connectDatabase(config.mongodbUri);
  await database.prepareDatabase();
  const server: Server = createApp({ routers: [cart.default.consumer] }).listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const http = request(`http://127.0.0.1:${port}`);
  const { db } = mongoose.connection;
  if (!db) throw new Error("not connected");

  const call: CartWorld["call"] = async (method, path, { as = null, body, headers = {} } = {}) => {
    const sent = http[method](path).set(headers);
    if (as && "token" in as) sent.set("Authorization", `Bearer ${as.token}`);
    if (as && "sessionId" in as) sent.set("X-Session-Id", as.sessionId);
    return body ? sent.send(body) : sent;
  };
  const effects = {
    "reservation.release": [
      {
        name: "inventory",
        deliver: (payload: Record<string, unknown>) =>
          release.releaseUnusedReservation(
            new mongoose.Types.ObjectId(String(payload.cartId)),
            String(payload.reservationId),
          ),
      },
    ],
    "reservation.sync": [{ name: "inventory", deliver: sync.syncReservation }],
  };

  /** A breaker that a test opened lets the first call through when its cooldown is over. */
  async function closeBreakers(): Promise<void> {
    const probes = [
      () => catalog.getProduct(SEED.products.kajal),
      () => pricing.getTierDiscount({ cartTotal: ZERO_PAISE }),
      () => inventory.bulkCheckStock([{ variantId: SEED.variants.kajal, quantity: 1 }]),
    ];
    for (const probe of probes) while (!(await probe()).success) await sleep(50);
  }

  return {
    sandbox,
    db,
    call,
    async add(as, variantId, quantity = 1) {
      const body = { productId: productOf(variantId), variantId, quantity };
      const answer = await call("post", "/api/cart/items", { as, body });
      if (answer.status !== 200) throw new Error(`not added: ${JSON.stringify(answer.body)}`);
      return answer;
    },
    async deliver(afterMs = 0) {
      clock.setClock(afterMs);
      await worker.drainOutbox(effects);
      clock.setClock(0);
    },
    async reset() {
      const collections = await db.collections();
      await Promise.all(collections.map((collection) => collection.deleteMany({})));
      await sandbox.control.sandbox.reset();
      await closeBreakers();
    },
    async recover() {
      sandbox.control.faults.clear();
      await closeBreakers();
    },
    async stop() {
      await new Promise((resolve) => server.close(resolve));
      await sandbox.stop();
      await db.dropDatabase();
      await database.disconnectDatabase();
    },
  };
}
