import type mongoose from "mongoose";
import type { Later } from "../shared/later.js";
import { createLater } from "../shared/later.js";
import type { ReservationDoc } from "./store.js";

export interface Lifetime {
  reservationId: string;
  expiresAt: Date;
}

/**
 * New lifetimes of reservations. Each step of a checkout gives one, so they are written together, and before
 * anybody reads or writes `expiresAt` in the database.
 */
export function createLifetimes(reservations: mongoose.mongo.Collection<ReservationDoc>): Later<Lifetime> {
  return createLater((lifetimes) => {
    const last = new Map(lifetimes.map(({ reservationId, expiresAt }) => [reservationId, expiresAt]));
    const updates = [...last].map(([_id, expiresAt]) => ({
      updateOne: { filter: { _id, status: "active" as const }, update: { $set: { expiresAt } } },
    }));
    return reservations.bulkWrite(updates, { ordered: false });
  });
}
