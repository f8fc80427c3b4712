import { setTimeout as sleep } from "node:timers/promises";
import { type mongo, Types } from "mongoose";
import type { Response } from "supertest";
import type { RouteDescription } from "../../../middlewares/route.types.js";
import { clearFailPoint, setFailPoint } from "../../support/fail-points.js";
import { nameOf } from "../../support/router-table.js";
import { SELLER_ID } from "./route-cases.js";
import type { Call, SecurityWorld } from "./security-world.js";
import { type Shopper, type Stage, shopFor } from "./shoppers.js";

/** One route with a caller who may call it, in a state in which the call would succeed. */
export interface Scene {
  world: SecurityWorld;
  route: RouteDescription;
  shopper: Shopper;
  cartId: Types.ObjectId;
  checkoutId: Types.ObjectId;
  /** The call of the route's case, with changes. */
  send(change?: Call): Promise<Response>;
  /** Changes the shopper's stored cart, checkout or line. */
  setCart(change: Document): Promise<unknown>;
  setCheckout(change: Document): Promise<unknown>;
  setLine(change: Document): Promise<unknown>;
  /** What is stored of the shopper's, by collection. */
  picture(): Promise<Stored>;
  /** As it was when the scene was set. */
  restore(): Promise<void>;
}

/** How to make a route refuse with a code. The caller restores the shopper's documents afterwards. */
export type Provoke = (scene: Scene) => Promise<Response>;

type Document = mongo.Document;
type Stored = Record<string, Document[]>;

/** Fail points strike the whole server; the name keeps them to the service under test. */
export const APP_NAME = "refusals-test";

const OWNED = ["carts", "checkoutSessions", "savedItems"] as const;
const OF_ORDER = ["orderItems", "orderStatusHistories", "refunds", "returns", "shipments"] as const;

const stageFor = (route: RouteDescription, given: Stage | undefined): Stage =>
  given ?? (route.path.startsWith("/api/checkout/") ? "checkout" : "cart");

async function setShopper(world: SecurityWorld, route: RouteDescription): Promise<Shopper> {
  const shopper = await shopFor(world, route, stageFor(route, world.caseOf(route).stage));
  const step = (path: string, body: object) => world.http.post(path).set(shopper.headers).send(body);
  // A second line, so that taking one away leaves a cart that has to be priced.
  if (nameOf(route).includes("/api/cart"))
    await step("/api/cart/items", {
      productId: "prod-giloy-tablets",
      variantId: "var-giloy-tablets-60-tablets",
      quantity: 1,
    });
  if (nameOf(route) === "DELETE /api/cart/coupons/:code")
    await step("/api/cart/coupons", { couponCode: "WELCOME10" });
  return shopper;
}

/** Points and credit to pay with; whether there are enough is the provocation's. */
export const endow = ({ sandbox }: SecurityWorld, userId: string): void => {
  sandbox.control.engagement.setPoints(userId, 100);
  sandbox.control.engagement.setCredit(userId, 100);
};

export async function setScene(world: SecurityWorld, route: RouteDescription): Promise<Scene> {
  const { db } = world;
  const shopper = await setShopper(world, route);
  const checkoutId = new Types.ObjectId(shopper.has.checkoutSessionId);
  const line = await db.collection("cartItems").findOne({ _id: new Types.ObjectId(shopper.has.itemId) });
  const cart = await db.collection("carts").findOne({ _id: line?.cartId });
  if (!line || !cart) throw new Error(`${nameOf(route)}: the shopper has no cart`);
  if (cart.userId) endow(world, cart.userId);
  const owner = cart.userId ? { userId: cart.userId } : { sessionId: cart.sessionId };
  const orderId = new Types.ObjectId(shopper.has.orderId);
  const of: Record<string, Document> = {
    cartItems: { cartId: cart._id },
    payments: { checkoutSessionId: checkoutId },
    orders: { _id: orderId },
    ...Object.fromEntries(OF_ORDER.map((name) => [name, { orderId }])),
    ...Object.fromEntries(OWNED.map((name) => [name, owner])),
  };
  const read = async (): Promise<Stored> => {
    const stored: Stored = {};
    for (const [name, filter] of Object.entries(of))
      stored[name] = await db.collection(name).find(filter).toArray();
    return stored;
  };
  const asSet = await read();
  return {
    world,
    route,
    shopper,
    cartId: cart._id,
    checkoutId,
    send: (change = {}) => world.call(route, { as: shopper.headers, own: shopper.has, ...change }),
    setCart: (change) => db.collection("carts").updateOne({ _id: cart._id }, { $set: change }),
    setCheckout: (change) =>
      db.collection("checkoutSessions").updateOne({ _id: checkoutId }, { $set: change }),
    setLine: (change) => db.collection("cartItems").updateOne({ _id: line._id }, { $set: change }),
    picture: read,
    async restore() {
      // What was owed about it is not: each debt has a name of its own, which may come again.
      await db.collection("outboxMessages").deleteMany({ "payload.cartId": cart._id.toHexString() });
      for (const [name, filter] of Object.entries(of)) await db.collection(name).deleteMany(filter);
      for (const [name, documents] of Object.entries(asSet)) {
        // What went to another cart or owner comes back too.
        await db.collection(name).deleteMany({ _id: { $in: documents.map(({ _id }) => _id) } });
        if (documents.length > 0) await db.collection(name).insertMany(documents);
      }
    },
  };
}

/** Which of the shopper's ids names the document of a collection. */
const NAMED_BY = {
  orders: "orderId",
  orderItems: "orderItemId",
  payments: "paymentId",
  refunds: "refundId",
  returns: "returnId",
} as const;

/** The shopper's order is one that a seller ships. */
export const OF_SELLER = {
  orders: {
    sellerOrders: [
      {
        ...{ sellerId: SELLER_ID, status: "confirmed", itemIds: [], notes: [] },
        ...{ trackingNumber: null, estimatedDelivery: null },
      },
    ],
  },
  orderItems: { sellerId: SELLER_ID },
} as const;

/** Sends the request while the shopper's documents have other values. */
export const withStored =
  (
    changes: Partial<Record<keyof typeof NAMED_BY, Document>>,
    send: Provoke = (scene) => scene.send(),
  ): Provoke =>
  async (scene) => {
    for (const name of Object.keys(NAMED_BY) as (keyof typeof NAMED_BY)[]) {
      const change = changes[name];
      if (!change) continue;
      const _id = new Types.ObjectId(scene.shopper.has[NAMED_BY[name]]);
      const { matchedCount } = await scene.world.db.collection(name).updateOne({ _id }, { $set: change });
      if (matchedCount !== 1) throw new Error(`the shopper has nothing in ${name}`);
    }
    return send(scene);
  };

/** The body of the route's case, with other values. */
export const withBody =
  (change: object): Provoke =>
  (scene) =>
    scene.send({ body: { ...usualBody(scene), ...change } });

export const usualBody = ({ world, route, shopper }: Scene): Record<string, unknown> =>
  world.caseOf(route).body?.(shopper.has) ?? {};

/** Which command is executed but then answered with an error. */
interface Unanswered {
  command: "commitTransaction" | "findAndModify";
  collection?: "checkoutSessions";
}

/** The write is done, but the answer is a time-out (50), so the caller cannot know. */
export async function unanswered(scene: Scene, { command, collection }: Unanswered): Promise<Response> {
  const data = {
    failCommands: [command],
    ...(collection ? { namespace: `${scene.world.db.databaseName}.${collection}` } : {}),
    writeConcernError: { code: 50, errmsg: "time is over" },
    appName: APP_NAME,
  };
  await setFailPoint(scene.world.db.admin(), { mode: "alwaysOn", data });
  try {
    return await scene.send();
  } finally {
    await clearFailPoint();
  }
}

interface Meanwhile {
  collection: "carts" | "checkoutSessions" | "refunds";
  /** Which `findAndModify` of the call is held back; the first takes the lease. */
  at: number;
  happens: () => Promise<unknown>;
}

/** Longer than a small write takes on a busy machine. */
const HELD_MS = 500;

/** Blocks one write of the call at the server until something else has happened. */
export async function meanwhile(scene: Scene, { collection, at, happens }: Meanwhile): Promise<Response> {
  const namespace = `${scene.world.db.databaseName}.${collection}`;
  const data = {
    failCommands: ["findAndModify"],
    namespace,
    blockConnection: true,
    blockTimeMS: HELD_MS,
    appName: APP_NAME,
  };
  const mode = at === 1 ? "alwaysOn" : { skip: at - 1 };
  const admin = scene.world.db.admin();
  const { count } = await setFailPoint(admin, { mode, data });
  const answer = scene.send();
  await admin.command({ waitForFailPoint: "failCommand", timesEntered: count + 1, maxTimeMS: 10_000 });
  await happens();
  // Waits for the one that is held.
  await clearFailPoint();
  return answer;
}

/** The line's reservation is over, and both sides know. */
export async function lapse({ world, cartId, setLine }: Scene): Promise<void> {
  await world.sandbox.control.inventory.lapse(cartId.toHexString());
  await setLine({ reservationExpiresAt: new Date(0) });
}

/** Ends the disturbance: no faults, and every breaker closed again. */
export async function recover({ sandbox }: SecurityWorld): Promise<void> {
  sandbox.control.faults.clear();
  const [{ upstreamClients }, { nothing }] = await Promise.all([
    import("../../../services/integrations/http-client.service.js"),
    import("../../../services/integrations/contract.js"),
  ]);
  for (const client of upstreamClients()) {
    // A success also resets the count of faults.
    while (!(await client.get({ path: "/health", refusals: [], schema: nothing })).success) await sleep(20);
  }
}
