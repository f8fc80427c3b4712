import type Joi from "joi";
import { view } from "../view-schemas.js";

/** The fields that are always there, and those that a view may leave out. */
type Always<V> = { [K in keyof V as undefined extends V[K] ? never : K]-?: Joi.Schema };
type Sometimes<V> = { [K in keyof V as undefined extends V[K] ? K : never]-?: Joi.Schema };

const required = (fields: Record<string, Joi.Schema>): Record<string, Joi.Schema> =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, schema.required()]));

const optional = (fields: Record<string, Joi.Schema>): Record<string, Joi.Schema> =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, schema.optional()]));

/**
 * The schema of what a mapper answers: `viewOf<ReturnType<typeof toXView>>(…)`. A field that the mapper
 * has and the schema has not, or the other way round, does not compile.
 */
export function viewOf<V extends object>(
  name: string,
  always: NoInfer<Always<V>>,
  ...[sometimes]: keyof Sometimes<V> extends never ? [] : [NoInfer<Sometimes<V>>]
): Joi.ObjectSchema {
  // Optional by itself: Joi takes a required item of an array to mean "at least one".
  return view(name, { ...required(always), ...(sometimes ? optional(sometimes) : {}) }).optional();
}
