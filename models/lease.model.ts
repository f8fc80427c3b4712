import { model } from "mongoose";
import { count, date, optionalText, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** Who may do a job at the moment. Times are the database's, never a process's (F49). */
export interface LeaseDoc {
  /** What is leased: `job:cart-cleanup`. */
  _id: string;
  /** Null when it was given back. */
  holder: string | null;
  /** Grows with every grant: what a former holder still writes can be told from the present one's. */
  fencing: number;
  until: Date;
}

const schema = defineSchema<LeaseDoc>(
  "leases",
  { _id: text, holder: optionalText, fencing: count, until: date },
  "none",
);

export const Lease = model<LeaseDoc>("Lease", schema);
