import type { RequestListener } from "node:http";
import Joi from "joi";
import { seedUsers } from "../seed/people.js";
import { created, createStandIn, ok, type Route, type SandboxContext } from "../shared/stand-in.js";
import { checkBody, checkQuery } from "../shared/values.js";
import {
  type CreditEntry,
  type Credits,
  createCredits,
  createLoyalty,
  type Loyalty,
  type LoyaltyEntry,
} from "./balances.js";
import {
  createOutbox,
  type Notification,
  type NotificationFilter,
  type NotificationRequest,
  type Outbox,
  TEMPLATES,
} from "./outbox.js";

export interface WishlistEntry {
  userId: string;
  productId: string;
  variantId: string;
}

export interface EngagementWorld {
  loyalty: Loyalty;
  credits: Credits;
  outbox: Outbox;
  wishlist: Map<string, WishlistEntry>;
}

const text = Joi.string().max(500).required();
const points = Joi.number().integer().min(1);
const amount = Joi.number().positive().required();

const WISH = Joi.object<WishlistEntry>({ userId: text, productId: text, variantId: text }).required();
const EARN = Joi.object<{ userId: string; orderId: string; orderAmount: number }>({
  userId: text,
  orderId: text,
  orderAmount: Joi.number().min(0).required(),
}).required();
const REDEEM = Joi.object<{ userId: string; orderId: string; points: number }>({
  userId: text,
  orderId: text,
  points: points.required(),
}).required();
const REVERSE = Joi.object<{ userId: string; orderId: string; points?: number; reference: string }>({
  userId: text,
  orderId: text,
  points,
  reference: text,
}).required();
const USER = Joi.object<{ userId: string }>({ userId: text }).required();
const ISSUE = Joi.object<{ userId: string; amount: number; reason: string; reference: string }>({
  userId: text,
  amount,
  reason: text,
  reference: text,
}).required();
const DEDUCT = Joi.object<{ userId: string; amount: number; reference: string }>({
  userId: text,
  amount,
  reference: text,
}).required();
const NOTIFY = Joi.object<NotificationRequest>({
  channels: Joi.array().items("email", "sms", "whatsapp").min(1).required(),
  to: Joi.object({ userId: Joi.string(), email: Joi.string(), phone: Joi.string() }).min(1).required(),
  template: Joi.string()
    .valid(...TEMPLATES)
    .required(),
  data: Joi.object().unknown().required(),
  attachments: Joi.array().items({ filename: text, contentType: text, url: Joi.string().uri().required() }),
  dedupeKey: text,
}).required();

const loyaltyRoutes = (world: EngagementWorld): Route[] => [
  {
    method: "post",
    path: "/api/loyalty/earn",
    handler: (req) => ok(world.loyalty.earn(checkBody(EARN, req.body))),
  },
  {
    method: "get",
    path: "/api/loyalty/balance",
    handler: (req) => ok(world.loyalty.balance(checkQuery(USER, req.query).userId)),
  },
  {
    method: "post",
    path: "/api/loyalty/redeem",
    handler: (req) => ok(world.loyalty.redeem(checkBody(REDEEM, req.body))),
  },
  {
    method: "post",
    path: "/api/loyalty/reverse",
    handler: (req) => ok(world.loyalty.reverse(checkBody(REVERSE, req.body))),
  },
];

const creditRoutes = (world: EngagementWorld): Route[] => [
  {
    method: "get",
    path: "/api/store-credits/balance",
    handler: (req) => ok({ balance: world.credits.balance(checkQuery(USER, req.query).userId) }),
  },
  {
    method: "post",
    path: "/api/store-credits/issue",
    handler: (req) => ok(world.credits.issue(checkBody(ISSUE, req.body))),
  },
  {
    method: "post",
    path: "/api/store-credits/deduct",
    handler: (req) => ok(world.credits.deduct(checkBody(DEDUCT, req.body))),
  },
];

export const engagementRoutes = (world: EngagementWorld): Route[] => [
  {
    method: "post",
    path: "/api/wishlist/add",
    handler: (req) => {
      const entry = checkBody(WISH, req.body);
      world.wishlist.set(`${entry.userId} ${entry.variantId}`, entry);
      return ok({ added: true });
    },
  },
  ...loyaltyRoutes(world),
  ...creditRoutes(world),
  {
    method: "post",
    path: "/api/notifications/send",
    handler: (req) => created(world.outbox.send(checkBody(NOTIFY, req.body)), "Queued"),
  },
];

export interface EngagementControl {
  /** One entry per `dedupeKey`, oldest first. */
  notifications(filter?: NotificationFilter): Notification[];
  clearNotifications(): void;
  points(userId: string): number;
  setPoints(userId: string, points: number): void;
  /** Rupees a point. */
  setPointValue(rupees: number): void;
  /** Makes redemptions answer `factor` times the right discount. */
  setMisquote(factor: number): void;
  loyaltyLedger(userId?: string): LoyaltyEntry[];
  /** Rupees. */
  credit(userId: string): number;
  setCredit(userId: string, rupees: number): void;
  creditLedger(userId?: string): CreditEntry[];
  wishlist(userId?: string): WishlistEntry[];
  reset(): void;
}

export interface Engagement {
  app: RequestListener;
  control: EngagementControl;
}

function openWorld(now: () => number): EngagementWorld {
  const users = seedUsers();
  return {
    loyalty: createLoyalty(now, users),
    credits: createCredits(now, users),
    outbox: createOutbox(now),
    wishlist: new Map(),
  };
}

/** Wishlist, loyalty points, store credit and notifications, in memory. */
export function createEngagement(context: SandboxContext): Engagement {
  const { now } = context.clock;
  // The routes read this object at each call; a reset fills it anew.
  const world = openWorld(now);
  const { app } = createStandIn("engagement", context, engagementRoutes(world));
  const control: EngagementControl = {
    notifications: (filter) => world.outbox.list(filter),
    clearNotifications: () => world.outbox.clear(),
    points: (userId) => world.loyalty.balance(userId).points,
    setPoints: (userId, points) => world.loyalty.setPoints(userId, points),
    setPointValue: (rupees) => world.loyalty.setPointValue(rupees),
    setMisquote: (factor) => world.loyalty.setMisquote(factor),
    loyaltyLedger: (userId) => world.loyalty.ledger(userId),
    credit: (userId) => world.credits.balance(userId),
    setCredit: (userId, rupees) => world.credits.setBalance(userId, rupees),
    creditLedger: (userId) => world.credits.ledger(userId),
    wishlist: (userId) =>
      [...world.wishlist.values()].filter((entry) => userId === undefined || entry.userId === userId),
    reset: () => void Object.assign(world, openWorld(now)),
  };
  return { app, control };
}
