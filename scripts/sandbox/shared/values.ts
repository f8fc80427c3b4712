import type Joi from "joi";
import { Refusal } from "./http.js";

/**
 * A body as the contract defines it. Anything else is refused, unknown fields included, so that a test fails
 * when the service drifts from the contract.
 * @throws Refusal 400
 */
export const checkBody = <T>(schema: Joi.ObjectSchema<T>, body: unknown): T => check(schema, body, false);

/** Like `checkBody`, for query strings, where numbers arrive as text. */
export const checkQuery = <T>(schema: Joi.ObjectSchema<T>, query: unknown): T => check(schema, query, true);

function check<T>(schema: Joi.ObjectSchema<T>, input: unknown, convert: boolean): T {
  const { error, value } = schema.validate(input, { convert });
  if (error) throw new Refusal(400, "VALIDATION_ERROR", error.message);
  return value;
}

/** Amounts are rupees; sums and percentages are calculated in whole paise, so that 0.1 + 0.2 is 0.3. */
export const toWholePaise = (rupees: number): number => Math.round(Number((rupees * 100).toPrecision(15)));

export const fromWholePaise = (paise: number): number => paise / 100;

/** `percent` of an amount in rupees, rounded half up to the paisa. */
export const percentOf = (rupees: number, percent: number): number =>
  fromWholePaise(Math.floor((toWholePaise(rupees) * percent) / 100 + 0.5));

/** An object that is neither null nor a list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
