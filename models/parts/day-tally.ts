import type { IndexDefinition, IndexOptions } from "mongoose";
import { date } from "./fields.js";

/**
 * Documents that the analyses count by the day of their creation (`services/platform/day-tally.service.ts`).
 * Every write of a counted field must set `updatedAt`, as Mongoose does: it says which days have to be recounted.
 */
export interface Tallied {
  createdAt: Date;
  updatedAt: Date;
}

export const TOUCHED_DAYS_INDEX = "touched_days";

/** Answers by itself which days have documents that changed since a moment. */
export const touchedDaysIndex: readonly [IndexDefinition, IndexOptions] = [
  { updatedAt: 1, createdAt: 1 },
  { name: TOUCHED_DAYS_INDEX },
];

/** The tally of one day. */
export interface DayTallyDoc {
  /** The day's number, see `dayNumberOf`. */
  _id: number;
  /** Differs with every count, so that of two concurrent counts of a day the later one wins. */
  countedAt: Date;
}

export const dayTallyFields = { _id: { type: Number, required: true }, countedAt: date } as const;
