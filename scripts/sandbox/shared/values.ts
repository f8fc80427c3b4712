import type Joi from "joi";
import { Refusal } from "./http.js";

/**
 * A body as the contract writes it; anything else, unknown fields included, is refused, so that a drift
 * of the service under test from the contract shows.
 * @throws Refusal 400
 */
export function checkBody<T>(schema: Joi.ObjectSchema<T>, body: unknown): T {
  return check(schema, body, false);
}

/** As `checkBody` for query strings and parameters, where numbers arrive as text. */
export function checkQuery<T>(schema: Joi.ObjectSchema<T>, query: unknown): T {
  return check(schema, query, true);
}

function check<T>(schema: Joi.ObjectSchema<T>, input: unknown, convert: boolean): T {
  const { error, value } = schema.validate(input, { convert });
  if (error) throw new Refusal(400, "VALIDATION_ERROR", error.message);
  return value;
}

/** A list in a query: `ids=a,b`, `ids=a&ids=b` or, as axios writes it, `ids[]=a&ids[]=b`. */
export function readList(query: Record<string, unknown>, name: string): string[] {
  const raw = query[name] ?? query[`${name}[]`] ?? [];
  const values = Array.isArray(raw) ? raw : [raw];
  return values.flatMap((value) => (typeof value === "string" ? value.split(",") : [])).filter(Boolean);
}

/** The query without the spellings of a list, for a schema that does not know it. */
export function withoutList(query: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([key]) => key !== name && key !== `${name}[]`));
}

/** The neighbours speak rupees; sums and percentages are made in whole paise, so that 0.1 + 0.2 is 0.3. */
export const toWholePaise = (rupees: number): number => Math.round(Number((rupees * 100).toPrecision(15)));

export const fromWholePaise = (paise: number): number => paise / 100;

/** `percent` of an amount in rupees, rounded half up to the paisa. */
export const percentOf = (rupees: number, percent: number): number =>
  fromWholePaise(Math.floor((toWholePaise(rupees) * percent) / 100 + 0.5));
