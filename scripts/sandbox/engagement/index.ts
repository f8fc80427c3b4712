import type { RequestListener } from "node:http";
import Joi from "joi";
import { seedUsers } from "../seed/people.js";
import {
  created,
  createStandIn,
  get,
  ok,
  post,
  type Route,
  type SandboxContext,
} from "../shared/stand-in.js";
import { checkBody, checkQuery } from "../shared/values.js";
import {
  type CreditEntry,
  createCredits,
  createLoyalty,
  type DeductRequest,
  type EarnRequest,
  type IssueRequest,
  type LoyaltyEntry,
  type RedeemRequest,
  type ReverseRequest,
} from "./balances.js";
import {
  createOutbox,
  type Notification,
  type NotificationFilter,
  type NotificationRequest,
  TEMPLATES,
} from "./outbox.js";

interface WishlistEntry {
  userId: string;
  productId: string;
  variantId: string;
}

const text = Joi.string().max(500).required();
const points = Joi.number().integer().min(1);
const amount = Joi.number().positive().required();

const WISH = Joi.object<WishlistEntry>({ userId: text, productId: text, variantId: text }).required();
const EARN = Joi.object<EarnRequest>({
  userId: text,
  orderId: text,
  orderAmount: Joi.number().min(0).required(),
}).required();
const REDEEM = Joi.object<RedeemRequest>({
  userId: text,
  orderId: text,
  points: points.required(),
}).required();
const REVERSE_POINTS = Joi.object<ReverseRequest>({
  userId: text,
  orderId: text,
  points,
  reference: text,
}).required();
const USER = Joi.object<{ userId: string }>({ userId: text }).required();
const ISSUE = Joi.object<IssueRequest>({ userId: text, amount, reason: text, reference: text }).required();
const DEDUCT = Joi.object<DeductRequest>({ userId: text, amount, reference: text }).required();
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

type EngagementWorld = ReturnType<typeof seedWorld>;

function seedWorld(now: () => number) {
  const users = seedUsers();
  return {
    loyalty: createLoyalty(now, users),
    credits: createCredits(now, users),
    outbox: createOutbox(now),
    wishlist: new Map<string, WishlistEntry>(),
  };
}

const engagementRoutes = (world: EngagementWorld): Route[] => [
  post("/api/wishlist/add", (call) => {
    const entry = checkBody(WISH, call.body);
    world.wishlist.set(`${entry.userId} ${entry.variantId}`, entry);
    return ok({ added: true });
  }),
  post("/api/loyalty/earn", (call) => ok(world.loyalty.earn(checkBody(EARN, call.body)))),
  get("/api/loyalty/balance", (call) => ok(world.loyalty.balance(checkQuery(USER, call.query).userId))),
  post("/api/loyalty/redeem", (call) => ok(world.loyalty.redeem(checkBody(REDEEM, call.body)))),
  post("/api/loyalty/reverse", (call) => ok(world.loyalty.reverse(checkBody(REVERSE_POINTS, call.body)))),
  get("/api/store-credits/balance", (call) =>
    ok({ balance: world.credits.balance(checkQuery(USER, call.query).userId) }),
  ),
  post("/api/store-credits/issue", (call) => ok(world.credits.issue(checkBody(ISSUE, call.body)))),
  post("/api/store-credits/deduct", (call) => ok(world.credits.deduct(checkBody(DEDUCT, call.body)))),
  post("/api/notifications/send", (call) =>
    created(world.outbox.send(checkBody(NOTIFY, call.body)), "Queued"),
  ),
];

export interface EngagementControl {
  /** One entry per `dedupeKey`, oldest first. */
  notifications(filter?: NotificationFilter): Notification[];
  points(userId: string): number;
  setPoints(userId: string, points: number): void;
  /** Rupees per point. */
  setPointValue(rupees: number): void;
  /** Multiplies the discount of redemptions by `factor`; 1 is correct. */
  setMisquote(factor: number): void;
  loyaltyLedger(userId?: string): LoyaltyEntry[];
  /** Rupees. */
  credit(userId: string): number;
  setCredit(userId: string, rupees: number): void;
  creditLedger(userId?: string): CreditEntry[];
  wishlist(userId?: string): WishlistEntry[];
  reset(): void;
}

/** Wishlist, loyalty points, store credit and notifications, in memory. */
export function createEngagement(context: SandboxContext): {
  app: RequestListener;
  control: EngagementControl;
} {
  const { now } = context.clock;
  // The routes read this object at each call, so a reset only replaces its parts.
  const world = seedWorld(now);
  const { app } = createStandIn("engagement", context, engagementRoutes(world));
  const control: EngagementControl = {
    notifications: (filter) => world.outbox.list(filter),
    points: (userId) => world.loyalty.balance(userId).points,
    setPoints: (userId, wanted) => world.loyalty.setPoints(userId, wanted),
    setPointValue: (rupees) => world.loyalty.setPointValue(rupees),
    setMisquote: (factor) => world.loyalty.setMisquote(factor),
    loyaltyLedger: (userId) => world.loyalty.ledger(userId),
    credit: (userId) => world.credits.balance(userId),
    setCredit: (userId, rupees) => world.credits.setBalance(userId, rupees),
    creditLedger: (userId) => world.credits.ledger(userId),
    wishlist: (userId) =>
      [...world.wishlist.values()].filter((entry) => userId === undefined || entry.userId === userId),
    reset: () => void Object.assign(world, seedWorld(now)),
  };
  return { app, control };
}
