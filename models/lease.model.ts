import { model } from "mongoose";
import { count, date, optionalText, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** A temporary right, for example to run a job. Times come from the database's clock, never from a process. */
export interface LeaseDoc {
  /** What is leased: `job:cart-cleanup`. */
  _id: string;
  /** Null after a release. */
  holder: string | null;
  /** Grows with every grant, so that writes of a former holder can be recognised and refused. */
  fencing: number;
  until: Date;
}

const schema = defineSchema<LeaseDoc>(
  "leases",
  { _id: text, holder: optionalText, fencing: count, until: date },
  "none",
);

export const Lease = model<LeaseDoc>("Lease", schema);
