import type mongoose from "mongoose";
import { type Clock, createTimers } from "../shared/clock.js";
import type { InventoryStore } from "./store.js";

type LedgerType =
  | "initial"
  | "reserved"
  | "changed"
  | "released"
  | "expired"
  | "converted"
  | "transferred"
  | "returned"
  | "voided"
  | "restocked"
  | "set"
  | "refused";

export interface LedgerDraft {
  type: LedgerType;
  variantId: string;
  quantity: number;
  cartId?: string | null;
  orderId?: string | null;
  reservationId?: string;
  /** Refused: the available units. Adjustments: the reference or reason. */
  note?: string;
}

export interface LedgerDoc extends LedgerDraft {
  /** ISO. */
  at: string;
}

/** Every change of the stock; append-only. */
export interface Ledger {
  append(...drafts: LedgerDraft[]): void;
  /** Writes the rows that are still in memory. */
  flush(): Promise<void>;
  list(
    filter?: Partial<Pick<LedgerDraft, "variantId" | "orderId" | "cartId" | "type">>,
  ): Promise<LedgerDoc[]>;
  countByType(): Promise<Partial<Record<LedgerType, number>>>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Rows are written together, and before they are read: one round trip for many calls. */
const FLUSH_AFTER_MS = 250;

export function createLedger(entries: mongoose.mongo.Collection<LedgerDoc>, clock: Clock): Ledger {
  const timers = createTimers();
  let pending: LedgerDoc[] = [];
  let isScheduled = false;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    const batch = pending;
    pending = [];
    if (batch.length > 0) writing = writing.then(async () => void (await entries.insertMany(batch)));
    return writing;
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    timers.after(FLUSH_AFTER_MS, () => {
      isScheduled = false;
      // The next awaited flush reports a stopped server.
      flush().catch(() => undefined);
    });
  }

  return {
    append: (...drafts) => {
      const at = new Date(clock.now()).toISOString();
      for (const draft of drafts) pending.push({ ...draft, at });
      schedule();
    },
    flush,
    list: async (filter = {}) => {
      await flush();
      return entries
        .find(filter, { projection: { _id: 0 } })
        .sort({ _id: 1 })
        .toArray();
    },
    countByType: async () => {
      await flush();
      const groups = await entries
        .aggregate<{ _id: LedgerType; count: number }>([{ $group: { _id: "$type", count: { $sum: 1 } } }])
        .toArray();
      return Object.fromEntries(groups.map(({ _id, count }) => [_id, count]));
    },
    clear: async () => {
      await flush();
      await entries.deleteMany({});
    },
    close: async () => {
      timers.stop();
      await flush();
    },
  };
}

interface ConversionStatistics {
  reserved: number;
  converted: number;
  released: number;
  expired: number;
  active: number;
  refused: number;
  /** Converted ÷ ended reservations; 0 if none has ended. */
  conversionRate: number;
}

/** Counts of reservations by outcome. */
export async function readStatistics(store: InventoryStore): Promise<ConversionStatistics> {
  const groups = await store.reservations
    .aggregate<{ _id: string; count: number }>([{ $group: { _id: "$status", count: { $sum: 1 } } }])
    .toArray();
  const count = (status: string): number => groups.find((group) => group._id === status)?.count ?? 0;
  const [active, converted, released, expired] = ["active", "converted", "released", "expired"].map(count);
  const ended = (converted ?? 0) + (released ?? 0) + (expired ?? 0);
  const { refused = 0 } = await store.ledger.countByType();
  return {
    reserved: groups.reduce((sum, group) => sum + group.count, 0),
    converted: converted ?? 0,
    released: released ?? 0,
    expired: expired ?? 0,
    active: active ?? 0,
    refused,
    conversionRate: ended === 0 ? 0 : (converted ?? 0) / ended,
  };
}

export interface Imbalance {
  variantId: string;
  problem: string;
}

/** Variants whose numbers do not add up, read from the stored data. Call it at rest. */
export async function findImbalances(store: InventoryStore): Promise<Imbalance[]> {
  await store.sales.write();
  const sums = await store.reservations
    .aggregate<{ _id: string; quantity: number }>([
      { $match: { status: "active" } },
      { $group: { _id: "$variantId", quantity: { $sum: "$quantity" } } },
    ])
    .toArray();
  const activeOf = new Map(sums.map(({ _id, quantity }) => [_id, quantity]));
  const problems: Imbalance[] = [];
  for (const doc of await store.stock.find().toArray()) {
    const { _id: variantId, initial, available, reserved, sold, returned } = doc;
    const active = activeOf.get(variantId) ?? 0;
    const report = (problem: string) => problems.push({ variantId, problem });
    if (available < 0) report(`available is ${available}`);
    if (reserved !== active) report(`reserved is ${reserved}, active reservations hold ${active}`);
    const sum = available + active + sold - returned;
    if (initial !== sum) report(`initial is ${initial}, the parts add up to ${sum}`);
  }
  return problems;
}
