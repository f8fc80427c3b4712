import type { IndexDefinition, IndexOptions, Query, Schema } from "mongoose";
import { count, no } from "./fields.js";

/**
 * Documents that the analyses count by the day they were made (`services/platform/day-tally.service.ts`). What
 * was counted stays counted until the document changes: `talliedAt` says that the tally of its day has it as it
 * is, null that it has not. It is in the document, so that a change and its mark are one write: no tally can miss
 * a change, and no writer waits for a tally.
 *
 * `bulkWrite`, `save` and writes past Mongoose of a counted field have to set `talliedAt` to null themselves.
 * A deletion takes `isComplete` from their day in the same transaction, or keeps their counts (`prunedCarts`).
 */
export interface Tallied {
  createdAt: Date;
  /** Left out, as null: not in the tally of its day. */
  talliedAt?: Date | null;
}

/** Holds no more than what is still to be tallied. */
export const UNTALLIED_INDEX = "to_be_tallied";

export const untalliedIndex: readonly [IndexDefinition, IndexOptions] = [
  { createdAt: 1 },
  { name: UNTALLIED_INDEX, partialFilterExpression: { talliedAt: null } },
];

const UPDATES = ["updateOne", "updateMany", "findOneAndUpdate"] as const;

/** Every update of one of these fields, or of something within them, takes the mark away. */
export function markUntallied<T extends Tallied>(
  schema: Schema<T>,
  fields: readonly (string & keyof T)[],
): void {
  const isCounted = (path: string) => fields.some((field) => path === field || path.startsWith(`${field}.`));
  schema.pre([...UPDATES], function (this: Query<unknown, T>) {
    const update = this.getUpdate();
    if (!update) return;
    const stages: readonly unknown[] = Array.isArray(update) ? update : [update];
    if (!stages.flatMap(pathsOf).some(isCounted)) return;
    if (Array.isArray(update)) update.push({ $set: { talliedAt: null } });
    else this.set("talliedAt", null);
  });
}

/** The paths that an update, or a stage of one, writes: bare ones, and those under its operators. */
const pathsOf = (update: unknown): string[] =>
  Object.entries(Object(update)).flatMap(([name, value]) =>
    name.startsWith("$") ? Object.keys(Object(value)) : [name],
  );

/** The tally of one day. */
export interface DayTallyDoc {
  /** `dayNumberOf` its moments. */
  _id: number;
  /** False while only a part of its documents is marked: then it counts nothing. */
  isComplete: boolean;
  /** Raised by every write, so that two tallies of one day never pass each other. */
  revision: number;
}

export const dayTallyFields = {
  _id: { type: Number, required: true },
  isComplete: no,
  revision: count,
} as const;
