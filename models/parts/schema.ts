import { Schema, type SchemaDefinition, type SchemaDefinitionProperty, type Types } from "mongoose";
import { now } from "../../utils/clock.js";

/** Filled by Mongoose. An `_id` with a meaning (the name of a counter) is an ordinary field. */
type Filled<T> = "createdAt" | "updatedAt" | (T extends { _id: Types.ObjectId } ? "_id" : never);

/** One entry per field: a field of the interface that the schema lacks does not compile. */
type Fields<T> = { [Field in Exclude<keyof T, Filled<T>>]-?: SchemaDefinitionProperty };

type Stamps = "created and updated" | "created" | "none";

const STAMPS = {
  "created and updated": { currentTime: now },
  created: { currentTime: now, updatedAt: false },
  none: false,
} as const;

/**
 * The schema of a collection. Unknown fields are errors, timestamps come from `utils/clock.ts`, and there is no `__v`:
 * documents that need a version have a field `version`.
 */
export function defineSchema<T>(
  collection: string,
  fields: Fields<T>,
  stamps: Stamps = "created and updated",
) {
  return new Schema<T>(fields as SchemaDefinition<T>, {
    collection,
    strict: "throw",
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    minimize: false,
    timestamps: STAMPS[stamps],
  });
}

/** An embedded part without an id. */
export function definePart<T>(fields: { [Field in keyof T]-?: SchemaDefinitionProperty }) {
  return new Schema<T>(fields as SchemaDefinition<T>, { _id: false, strict: "throw", minimize: false });
}

/**
 * Options of the writes that each purchase makes several times. Mongoose's validators would build and check a
 * document for every nested value of an update: 1 ms of CPU, twice the cost of the write itself. These updates are
 * ours and typed; the request's values were checked by the route's schema, amounts by `Paise`.
 */
export const SKIP_VALIDATORS_RETURN_NEW = { returnDocument: "after", runValidators: false } as const;
