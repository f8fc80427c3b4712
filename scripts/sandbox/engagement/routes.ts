import Joi from "joi";
import { checkBody, checkQuery } from "../shared/check.js";
import type { Route } from "../shared/stand-in.js";
import { created, ok } from "../shared/stand-in.js";
import type { Credits } from "./credits.js";
import type { Loyalty } from "./loyalty.js";
import type { NotificationRequest, Outbox } from "./outbox.js";
import { TEMPLATES } from "./outbox.js";

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
