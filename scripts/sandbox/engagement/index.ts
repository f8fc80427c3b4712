import type { RequestListener } from "node:http";
import { seedUsers } from "../seed/people.js";
import type { SandboxContext } from "../shared/stand-in.js";
import { createStandIn } from "../shared/stand-in.js";
import type { CreditEntry } from "./credits.js";
import { createCredits } from "./credits.js";
import type { LoyaltyEntry } from "./loyalty.js";
import { createLoyalty } from "./loyalty.js";
import type { Notification, NotificationFilter } from "./outbox.js";
import { createOutbox } from "./outbox.js";
import type { EngagementWorld, WishlistEntry } from "./routes.js";
import { engagementRoutes } from "./routes.js";

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
