import type mongoose from "mongoose";
import type { SandboxClock } from "../shared/clock.js";
import { createTimers } from "../shared/timers.js";

export type LedgerType =
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
  /** Of a refused attempt: what was there. Of an adjustment: its reference or reason. */
  note?: string;
}

export interface LedgerDoc extends LedgerDraft {
  /** ISO. */
  at: string;
}

/** What ever happened to the stock; rows are only added. */
export interface Ledger {
  append(...drafts: LedgerDraft[]): void;
  /** Writes what is still in memory. */
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

export function createLedger(entries: mongoose.mongo.Collection<LedgerDoc>, clock: SandboxClock): Ledger {
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
      // A dead server shows at the next flush that somebody awaits.
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
