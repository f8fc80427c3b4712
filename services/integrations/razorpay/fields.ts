import Joi from "joi";
import { ONLINE_PAYMENT_METHODS, type OnlinePaymentMethod } from "../../../utils/constants.js";
import { describeMismatch } from "../../../utils/foreign-data.js";
import { isRecord } from "../../../utils/helpers.js";
import { type Paise, paise, ZERO_PAISE } from "../../../utils/money.js";
import { camelCaseKeys } from "../contract.js";

/**
 * Building blocks for Razorpay's entities, which are the same in answers and in webhooks. Amounts are paise
 * on both sides.
 *
 * Fields that identify an entity or state its amount are strict: without them the entity means nothing. All
 * others are optional: a value of an unexpected shape counts as absent, so that an odd `card` or `fee` in a
 * genuine capture never costs the customer the order.
 */

export const idOf = (prefix: string) => Joi.string().pattern(new RegExp(`^${prefix}_[A-Za-z0-9]{14}$`));
export const nothing = Joi.valid("", null);

/** An optional field: `fallback` when it is missing, empty or of an unexpected shape. */
export const lenient = <S extends Joi.AnySchema>(schema: S, fallback: number | boolean | null = null): S =>
  schema.empty(nothing).optional().default(fallback).failover(fallback);

export const optionalText = lenient(Joi.string().max(2_000));
export const amount = Joi.number<Paise>()
  .integer()
  .min(0)
  .custom((value: number) => paise(value));
/** A balance below zero is collected from the next payouts. */
export const signedAmount = Joi.number<Paise>()
  .integer()
  .custom((value: number) => paise(value));
export const optionalAmount = lenient(amount);
export const amountOrZero = lenient(amount, ZERO_PAISE);
export const currency = Joi.string().uppercase().length(3);
export const flagOrFalse = lenient(Joi.boolean(), false);

/** Unix seconds; a number of milliseconds lies beyond the year 2286 and is no time. */
export const time = Joi.number<Date>()
  .integer()
  .min(0)
  .max(10_000_000_000)
  .custom((seconds: number) => new Date(seconds * 1_000));
export const optionalTime = lenient(time);

function toTexts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const given = Object.entries(value).filter(([, text]) => text !== null && text !== undefined);
  return Object.fromEntries(given.map(([name, text]) => [name, String(text)]));
}

/** `[]` when empty, else an object. */
export const texts = Joi.any().custom(toTexts).optional().default({});

/** The method of the same name, if there is one. */
export function toMethod(method: string | null): OnlinePaymentMethod | null {
  return ONLINE_PAYMENT_METHODS.find((known) => known === method) ?? null;
}

const RULES = { convert: false, stripUnknown: true, abortEarly: true, presence: "required" } as const;

/**
 * The entity with camelCase names, checked.
 * @throws TypeError with the paths and rules that do not match
 */
export function readEntity<T>(schema: Joi.ObjectSchema<T>, entity: unknown): T {
  const { value, error } = schema.validate(camelCaseKeys(entity), RULES);
  if (error) throw new TypeError(describeMismatch(error));
  return value;
}

const collectionSchema = Joi.object<{ items: unknown[] }>({ items: Joi.array().items(Joi.any()) });

/** A page of a list, newest first. @throws TypeError when it is none, or one of its items is not */
export function mapRazorpayCollection<T>(entity: unknown, mapItem: (item: unknown) => T): T[] {
  return readEntity(collectionSchema, entity).items.map((item) => mapItem(item));
}

/** A page of a list whose items are read one by one: one that cannot be read does not hide the others. */
export interface TolerantPage<T> {
  items: T[];
  /** Why each of the others could not be read. */
  unreadable: string[];
}

/** @throws Joi.ValidationError when it is no list */
export function mapRazorpayPage<T>(entity: unknown, mapItem: (item: unknown) => T): TolerantPage<T> {
  const page: TolerantPage<T> = { items: [], unreadable: [] };
  for (const item of readEntity(collectionSchema, entity).items) {
    try {
      page.items.push(mapItem(item));
    } catch (error) {
      page.unreadable.push(error instanceof Error ? error.message : String(error));
    }
  }
  return page;
}
