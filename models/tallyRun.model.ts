import { model } from "mongoose";
import { date } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** How far the tallies of a collection are complete. */
export interface TallyRunDoc {
  /** The collection that is counted. */
  _id: string;
  /** Every change before this moment is in the tallies. */
  until: Date;
}

const schema = defineSchema<TallyRunDoc>(
  "tallyRuns",
  { _id: { type: String, required: true }, until: date },
  "none",
);

export const TallyRun = model<TallyRunDoc>("TallyRun", schema);
