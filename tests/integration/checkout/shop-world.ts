import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import type { Response } from "supertest";
import type { Attempt, AttemptResult } from "../../../scripts/sandbox/razorpay/control-types.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { SettingsChange, SettingsGroup } from "../../../services/platform/settings.service.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { newGuestId } from "../../support/callers.js";
import { startWorld, type World } from "../../support/world.js";
import { type As, productOf } from "../cart/cart-world.js";

export type { As };

type Method = "get" | "post" | "put" | "delete";

export interface CallOptions {
  as?: As;
  body?: object;
  headers?: Record<string, string>;
}

/** The service with its sandbox, and the common actions of purchase tests. */
export interface Shop extends World {
  /** One request. The response must be one that the route declares. */
  call(method: Method, path: string, options?: CallOptions): Promise<Response>;
  guest(): Buyer;
  customer(name?: "asha" | "bharat" | "chitra" | "dev" | "esha"): Buyer;
  /** Changes a setting as an admin does; `reset` restores the default. */
  set<G extends SettingsGroup>(group: G, patch: SettingsChange<G>["patch"]): Promise<void>;
  /** Removes all faults and closes every breaker. */
  recover(): Promise<void>;
  /** Restores neighbours and settings to the seed; orders stay. */
  reset(): Promise<void>;
}

export const CONTACT = { email: "meera@example.com", phone: "+919845012345" };

const place = (city: string, state: string, pincode: string) => ({
  name: "Meera Nair",
  phone: "+919845012345",
  line1: "22 Temple Street",
  city,
  state,
  pincode,
});

export const PLACES = {
  bengaluru: place("Bengaluru", "Karnataka", SEED.pincodes.bengaluru),
  mumbai: place("Mumbai", "Maharashtra", SEED.pincodes.mumbai),
  delhi: place("New Delhi", "Delhi", SEED.pincodes.delhi),
  chandigarh: place("Chandigarh", "Chandigarh", SEED.pincodes.chandigarh),
  gangtok: place("Gangtok", "Sikkim", SEED.pincodes.noCod),
} as const;

/** With valid check characters. */
export const GSTINS = { karnataka: "29AABCV4321K1Z7", maharashtra: "27AABCV4321K1ZB" } as const;

export interface Wanted {
  /** Variant and quantity; default: one hair oil. */
  items?: readonly (readonly [variantId: string, quantity: number])[];
  coupon?: string;
  place?: keyof typeof PLACES;
  shippingMethodId?: string;
}

/** A guest or customer who buys, with the current checkout. */
export class Buyer {
  /** Of the checkout session. */
  id = "";

  constructor(
    readonly shop: Shop,
    readonly as: NonNullable<As>,
  ) {}

  get(path: string): Promise<Response> {
    return this.shop.call("get", path, { as: this.as });
  }

  /** With a new idempotency key by default. */
  post(path: string, body: object = {}, key: string = randomUUID()): Promise<Response> {
    return this.shop.call("post", path, { as: this.as, body, headers: { "Idempotency-Key": key } });
  }

  add(variantId: string, quantity = 1): Promise<Response> {
    return this.post("/api/cart/items", { productId: productOf(variantId), variantId, quantity });
  }

  async start(body: object = CONTACT): Promise<Response> {
    const answer = await this.post("/api/checkout/start", body);
    if (answer.status < 300) this.id = answer.body.data.id;
    return answer;
  }

  /** One step of the checkout. */
  put(step: string, body: object): Promise<Response> {
    return this.shop.call("put", `/api/checkout/${this.id}/${step}`, { as: this.as, body });
  }

  checkout(part = ""): Promise<Response> {
    return this.get(`/api/checkout/${this.id}${part}`);
  }

  choose(method = "upi", termsAccepted = true): Promise<Response> {
    return this.put("payment-method", { method, termsAccepted });
  }

  order(body: object = {}): Promise<Response> {
    return this.post("/api/orders", { checkoutSessionId: this.id, ...body });
  }

  /** From an empty cart to a checkout without any steps. */
  async begin({ items = [[SEED.variants.hairOil, 1]], coupon }: Wanted = {}): Promise<this> {
    for (const [variantId, quantity] of items) done(await this.add(variantId, quantity));
    if (coupon) done(await this.post("/api/cart/coupons", { couponCode: coupon }));
    done(await this.start());
    return this;
  }

  /** From an empty cart to a checkout that only needs a payment method. */
  async prepare(wanted: Wanted = {}): Promise<this> {
    await this.begin(wanted);
    done(await this.put("shipping-address", PLACES[wanted.place ?? "bengaluru"]));
    done(await this.put("shipping-method", { shippingMethodId: wanted.shippingMethodId ?? "standard" }));
    return this;
  }

  /** From an empty cart to an open payment. @returns the data of the choice */
  async open(wanted: Wanted = {}, method = "upi"): Promise<Response["body"]> {
    await this.prepare(wanted);
    return done(await this.choose(method));
  }

  /** From an empty cart to an order. */
  async buy(wanted: Wanted = {}, method = "cod"): Promise<Response["body"]> {
    const { gateway } = await this.open(wanted, method);
    if (gateway) await this.verify(this.pay(gateway.orderId));
    return done(await this.order());
  }

  /** Pays in the gateway's window. */
  pay(gatewayOrderId: string, attempt: Partial<Attempt> = {}): AttemptResult {
    const { razorpay } = this.shop.sandbox.control;
    return razorpay.pay(gatewayOrderId, { method: "upi", outcome: "success", ...attempt });
  }

  verify(paid: AttemptResult): Promise<Response> {
    return this.post("/api/payments/verify", {
      razorpay_order_id: paid.orderId,
      razorpay_payment_id: paid.paymentId,
      razorpay_signature: paid.signature ?? "",
    });
  }

  /** The documents as they are stored. */
  get stored() {
    const { db } = this.shop;
    const _id = new Types.ObjectId(this.id);
    const ofSession = { checkoutSessionId: _id };
    return {
      session: () => db.collection("checkoutSessions").findOne({ _id }),
      order: () => db.collection("orders").findOne({ _id }),
      lines: () => db.collection("orderItems").find({ orderId: _id }).sort({ _id: 1 }).toArray(),
      history: () => db.collection("orderStatusHistories").find({ orderId: _id }).sort({ _id: 1 }).toArray(),
      payments: () => db.collection("payments").find(ofSession).sort({ createdAt: 1 }).toArray(),
      refunds: () => db.collection("refunds").find(ofSession).toArray(),
      cart: async () =>
        db.collection("carts").findOne({ _id: (await this.stored.session())?.cartId as Types.ObjectId }),
    };
  }

  /** Lets the session expire this many minutes ago. */
  async letExpire(minutesAgo = 1): Promise<void> {
    const expiresAt = new Date(Date.now() - minutesAgo * 60_000);
    await this.shop.db
      .collection("checkoutSessions")
      .updateOne({ _id: new Types.ObjectId(this.id) }, { $set: { expiresAt } });
  }
}

/** The data of a response that must be a success. */
export function done({ status, body }: Response): Response["body"] {
  if (status >= 300) throw new Error(`answered ${status}: ${JSON.stringify(body.error)} ${body.message}`);
  return body.data;
}

/** Asserts a refusal. @returns its details */
export function refused(answer: Response, status: number, code: string): Response["body"] {
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  return answer.body.error.details;
}

/** Closes every breaker: an open one lets the first call through when its cooldown is over. */
async function closeBreakers(): Promise<void> {
  const [auth, catalog, pricing, inventory, shipping, engagement, { paymentGateway }] = await Promise.all([
    import("../../../services/integrations/auth-integration.service.js"),
    import("../../../services/integrations/catalog-integration.service.js"),
    import("../../../services/integrations/pricing-integration.service.js"),
    import("../../../services/integrations/inventory-integration.service.js"),
    import("../../../services/integrations/shipping-integration.service.js"),
    import("../../../services/integrations/engagement-integration.service.js"),
    import("../../../services/integrations/payment-gateway.service.js"),
  ]);
  shipping.clearServiceabilityCache();
  const probes = [
    () => auth.getUser(SEED.users.asha),
    () => catalog.getProduct(SEED.products.kajal),
    () => pricing.getTierDiscount({ cartTotal: ZERO_PAISE }),
    () => inventory.bulkCheckStock([{ variantId: SEED.variants.kajal, quantity: 1 }]),
    () => shipping.getServiceability(SEED.pincodes.bengaluru),
    () => engagement.getStoreCreditBalance(SEED.users.asha),
    () => paymentGateway.findGatewayOrderByReceipt("probe"),
  ];
  const deadline = Date.now() + 20_000;
  await Promise.all(
    probes.map(async (probe) => {
      for (let result = await probe(); !result.success; result = await probe()) {
        if (Date.now() > deadline) throw new Error(`${result.service} does not recover: ${result.code}`);
        await sleep(50);
      }
    }),
  );
}

/** @param variables that override those of the sandbox */
export async function startShop(variables: Record<string, string> = {}): Promise<Shop> {
  const world = await startWorld(variables);
  const [{ expectEnvelope }, settings, shipping, clock] = await Promise.all([
    import("../../support/http-assertions.js"),
    import("../../../services/platform/settings.service.js"),
    import("../../../services/integrations/shipping-integration.service.js"),
    import("../../../utils/clock.js"),
  ]);
  const { control, tokens } = world.sandbox;

  const call: Shop["call"] = async (method, path, { as = null, body, headers = {} } = {}) => {
    const sent = world.http[method](path).set(headers);
    if (as && "token" in as) sent.set("Authorization", `Bearer ${as.token}`);
    if (as && "sessionId" in as) sent.set("X-Session-Id", as.sessionId);
    const answer = await (body ? sent.send(body) : sent);
    expectEnvelope(answer, answer.status);
    return answer;
  };

  const shop: Shop = {
    ...world,
    call,
    guest: () => new Buyer(shop, { sessionId: newGuestId() }),
    customer: (name = "asha") => new Buyer(shop, { token: tokens[name] }),
    async set(group, patch) {
      await settings.putSettings({ group, patch, by: "test" });
    },
    async recover() {
      control.faults.clear();
      control.razorpay.clearFaults();
      await closeBreakers();
    },
    async reset() {
      clock.setClock(0);
      control.faults.clear();
      control.clock.setOffset(0);
      for (const name of ["auth", "catalog", "pricing", "shipping", "engagement"] as const) {
        control[name].reset();
      }
      control.razorpay.clearFaults();
      control.razorpay.configure({ webhooks: { drop: "none", hold: false } });
      shipping.clearServiceabilityCache();
      await world.db.collection("settings").deleteMany({});
      settings.forgetSettings();
      await world.db.collection("carts").deleteMany({ userId: { $exists: true } });
      // The pricing service has forgotten the uses that these settle.
      await world.db.collection("outboxMessages").deleteMany({ type: "coupon.release" });
    },
  };
  return shop;
}

/** For service, sandbox and all indexes, on a busy machine. */
const START_MS = 90_000;

/** A shop for the file, reset before each test. */
export function useShop(variables: Record<string, string> = {}): () => Shop {
  let shop: Shop | undefined;
  const get = (): Shop => {
    if (!shop) throw new Error("the shop has not started yet");
    return shop;
  };
  beforeAll(async () => {
    shop = await startShop(variables);
  }, START_MS);
  beforeEach(() => get().reset());
  afterAll(() => shop?.stop());
  return get;
}

/** An id that no document has. */
export const unknownId = (): string => new Types.ObjectId().toHexString();

export const codesOf = (notices: { code: string }[]): string[] => notices.map(({ code }) => code);
