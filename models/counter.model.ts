import { model } from "mongoose";
import { count, optionalDate, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** The last number drawn in a series such as `ORD-2026`. */
export interface CounterDoc {
  _id: string;
  sequence: number;
  /** Invoice and credit-note series: a later number never has an earlier date. */
  lastIssuedAt: Date | null;
}

const schema = defineSchema<CounterDoc>(
  "counters",
  { _id: text, sequence: count, lastIssuedAt: optionalDate },
  "none",
);

export const Counter = model<CounterDoc>("Counter", schema);
