import type { CreditEntry, LoyaltyEntry } from "../sandbox/engagement/balances.js";
import type { Notification } from "../sandbox/engagement/outbox.js";
import type { Imbalance, LedgerDoc } from "../sandbox/inventory/ledger.js";
import type { UsageEntry } from "../sandbox/pricing/usages.js";
import type { GatewayLedger } from "../sandbox/razorpay/ledger.js";
import type { EventRecord } from "../sandbox/razorpay/webhook-types.js";

/** What the neighbours wrote down themselves, independently of the service: the other side of each account. */
export interface Books {
  /** Paise. */
  gateway: GatewayLedger;
  gatewayEvents: readonly Pick<EventRecord, "id" | "event" | "acknowledgedBy">[];
  inventory: {
    entries: readonly LedgerDoc[];
    /** Variants whose numbers do not add up (the first half of I23). */
    imbalances: readonly Imbalance[];
    activeReservations: readonly { reservationId: string; cartId: string; variantId: string }[];
  };
  couponUsages: readonly UsageEntry[];
  /** Points. */
  loyalty: readonly LoyaltyEntry[];
  /** Rupees. */
  credits: readonly CreditEntry[];
  notifications: readonly Notification[];
}

type Maybe<T> = T | Promise<T>;

/** Where the books are kept: the controls of a sandbox, in this process or behind its control server. */
export interface BookKeepers {
  razorpay: { ledger(): Maybe<GatewayLedger>; events(): Maybe<EventRecord[]> };
  inventory: {
    ledger(): Maybe<LedgerDoc[]>;
    imbalances(): Maybe<Imbalance[]>;
    activeReservations(): Maybe<{ reservationId: string; cartId: string; variantId: string }[]>;
  };
  pricing: { ledger(): Maybe<UsageEntry[]> };
  engagement: {
    loyaltyLedger(): Maybe<LoyaltyEntry[]>;
    creditLedger(): Maybe<CreditEntry[]>;
    notifications(): Maybe<Notification[]>;
  };
}

export async function readBooks({ razorpay, inventory, pricing, engagement }: BookKeepers): Promise<Books> {
  return {
    gateway: await razorpay.ledger(),
    gatewayEvents: await razorpay.events(),
    inventory: {
      entries: await inventory.ledger(),
      imbalances: await inventory.imbalances(),
      activeReservations: await inventory.activeReservations(),
    },
    couponUsages: await pricing.ledger(),
    loyalty: await engagement.loyaltyLedger(),
    credits: await engagement.creditLedger(),
    notifications: await engagement.notifications(),
  };
}
