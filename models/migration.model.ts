import { model } from "mongoose";
import { date, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** A migration that has been applied to this database. One that was reverted has no document. */
export interface MigrationDoc {
  /** Its name, such as `0001-former-indexes`. */
  _id: string;
  appliedAt: Date;
  /** Of the service that applied it. */
  serviceVersion: string;
}

const schema = defineSchema<MigrationDoc>(
  "migrations",
  { _id: text, appliedAt: date, serviceVersion: text },
  "none",
);

export const MigrationRecord = model<MigrationDoc>("MigrationRecord", schema);
