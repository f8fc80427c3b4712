import Joi from "joi";
import { PAYMENT_METHODS, type PaymentMethod } from "../../../utils/constants.js";
import { isRecord } from "../../../utils/helpers.js";
import { type Paise, paise, ZERO_PAISE } from "../../../utils/money.js";
import { camelCaseKeys } from "../camel-case.js";

/**
 * Building blocks for Razorpay's entities, which answers and webhooks carry alike.
 * Tolerant where the wire is known to vary (unknown fields; null, "" or absent; `notes` as a list), strict
 * about ids, amounts and times. Amounts are paise on both sides.
 */

export const idOf = (prefix: string) => Joi.string().pattern(new RegExp(`^${prefix}_[A-Za-z0-9]{14}$`));
export const nothing = Joi.valid("", null);
export const optionalText = Joi.string().max(2_000).empty(nothing).optional().default(null);
export const amount = Joi.number<Paise>()
  .integer()
  .min(0)
  .custom((value: number) => paise(value));
export const optionalAmount = amount.empty(null).optional().default(null);
export const amountOrZero = amount.empty(null).optional().default(ZERO_PAISE);
export const currency = Joi.string().uppercase().length(3);
export const flagOrFalse = Joi.boolean().empty(null).optional().default(false);

/** Unix seconds; a number of milliseconds lies beyond the year 2286 and is refused. */
export const time = Joi.number<Date>()
  .integer()
  .min(0)
  .max(10_000_000_000)
  .custom((seconds: number) => new Date(seconds * 1_000));
export const optionalTime = time.empty(null).optional().default(null);

function toTexts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const given = Object.entries(value).filter(([, text]) => text !== null && text !== undefined);
  return Object.fromEntries(given.map(([name, text]) => [name, String(text)]));
}

/** `[]` when empty, else an object. */
export const texts = Joi.any().custom(toTexts).optional().default({});

export function toMethod(method: string | null): PaymentMethod | null {
  return PAYMENT_METHODS.find((known) => known === method) ?? null;
}

const RULES = { convert: false, stripUnknown: true, abortEarly: true, presence: "required" } as const;

/**
 * The entity with camelCase names, checked.
 * @throws Joi.ValidationError
 */
export function readEntity<T>(schema: Joi.ObjectSchema<T>, entity: unknown): T {
  const { value, error } = schema.validate(camelCaseKeys(entity), RULES);
  if (error) throw error;
  return value;
}

const collectionSchema = Joi.object<{ items: unknown[] }>({ items: Joi.array().items(Joi.any()) });

/** A page of a list, newest first. @throws Joi.ValidationError when it is none, or one of its items is not */
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
