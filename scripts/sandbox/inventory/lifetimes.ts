import type mongoose from "mongoose";
import type { ReservationDoc } from "./store.js";

/**
 * New lifetimes of reservations on their way into the database. Each step of a checkout gives one, so they
 * are written together, and before anybody reads or writes `expiresAt` there.
 */
export interface Lifetimes {
  give(reservationIds: string[], expiresAt: Date): void;
  /** Resolves when the database has all that were given before. */
  write(): Promise<void>;
}

export function createLifetimes(reservations: mongoose.mongo.Collection<ReservationDoc>): Lifetimes {
  let given = new Map<string, Date>();
  let writing: Promise<void> = Promise.resolve();

  async function writeAll(batch: Map<string, Date>): Promise<void> {
    const updates = [...batch].map(([_id, expiresAt]) => ({
      updateOne: { filter: { _id, status: "active" as const }, update: { $set: { expiresAt } } },
    }));
    try {
      await reservations.bulkWrite(updates, { ordered: false });
    } catch (error) {
      // The next round tries again; what was given meanwhile is newer.
      given = new Map([...batch, ...given]);
      throw error;
    }
  }

  return {
    give: (reservationIds, expiresAt) => {
      for (const id of reservationIds) given.set(id, expiresAt);
    },
    write: () => {
      const batch = given;
      if (batch.size === 0) return writing;
      given = new Map();
      const before = writing.catch(() => undefined);
      writing = before.then(() => writeAll(batch));
      return writing;
    },
  };
}
