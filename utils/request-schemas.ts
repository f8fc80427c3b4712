import Joi from "joi";
import { DAY_MS, now } from "./clock.js";
import { isRecord } from "./helpers.js";
import { dayNumberOf, PERIODS, type Period, spanOfDays } from "./periods.js";

/**
 * Building blocks of the schemas in `<module>.validation.ts`. Every value is bounded, because clients send anything that
 * is not.
 */

/** A document's id. The value stays text; `new Types.ObjectId(id)` makes it one. */
export const objectId = () => Joi.string().pattern(/^[0-9a-f]{24}$/i, "an id of 24 hex digits");

/** Six digits, more once a year has a million orders. */
export const orderNumber = () =>
  Joi.string().pattern(/^ORD-\d{4}-\d{6,9}$/, "an order number such as ORD-2026-000001");

/** Of an invoice or a credit note: six digits, more in a large year, 16 characters at most (CGST Rule 46). */
export const invoiceNumber = () =>
  Joi.string().pattern(
    /^(?:INV-\d{4}-\d{6,7}|CN-\d{4}-\d{6,8})$/,
    "an invoice number such as INV-2026-000001",
  );

/** Six digits, more once a year has a million refunds. */
export const refundNumber = () =>
  Joi.string().pattern(/^REF-\d{4}-\d{6,9}$/, "a refund number such as REF-2026-000001");

/** The RMA number of a return. */
export const returnNumber = () =>
  Joi.string().pattern(/^RET-\d{4}-\d{6,9}$/, "a return number such as RET-2026-000001");

/**
 * The same reference is often typed in different ways: in capital letters, and without blanks around it or doubled
 * inside, it is compared and stored.
 */
export const receiptReference = () =>
  Joi.string()
    .max(64)
    .custom((value: string) => value.trim().replace(/\s+/g, " ").toUpperCase())
    .pattern(/^\s*[A-Za-z0-9][A-Za-z0-9 ./_#:-]{2,}\s*$/, "a reference of the bank or the courier");

/** The token of a signed link, `<unix seconds>.<signature>`; the service verifies it. */
export const linkToken = () =>
  Joi.string()
    .max(200)
    .pattern(/^[A-Za-z0-9._-]+$/, "a token");

/** Ids of other services: users, sellers, methods. */
export const foreignId = () => Joi.string().pattern(/^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$/, "an id");

/** Ids of the catalog: products, variants, bundles. As `foreignId`, but generated ids may begin with `_` or `-`. */
export const catalogId = () => Joi.string().pattern(/^[A-Za-z0-9._:@|-]{1,128}$/, "an id");

/** One of our own names in a path, such as a job's. */
export const keyword = () => Joi.string().pattern(/^[\w-]{1,64}$/, "a name");

/** Joi's conversion also accepts `1e1`, ` 10`, `+5` and `10.0`; a number in a URL must be written in plain digits. */
const written =
  (pattern: RegExp): Joi.CustomValidator<number> =>
  (value, helpers) =>
    typeof helpers.original === "string" && !pattern.test(helpers.original)
      ? helpers.error("number.base")
      : value;

/** A whole number from 0, in a body or a URL. */
export const wholeNumber = () =>
  Joi.number()
    .prefs({ abortEarly: true })
    .custom(written(/^\d{1,15}$/))
    .integer();

/** Units of a variant to buy. Far above any limit that a shop would set for carts; the actual limit is a setting. */
export const unitsToBuy = () => wholeNumber().min(1).max(10_000);

/** A variant to buy, with its units: in a cart, or in an order that an admin enters. */
export const itemToBuyKeys = () => ({
  productId: catalogId().required(),
  variantId: catalogId().required(),
  quantity: unitsToBuy().required(),
});

/** More than a line of an order ever has. */
export const MAX_LINE_UNITS = 1_000_000;

/** Units of one line of an order. */
export const lineUnitKeys = () => ({
  orderItemId: objectId().required(),
  quantity: wholeNumber().min(1).max(MAX_LINE_UNITS).required(),
});

/** Ids are hexadecimal, in either case. */
const isSameLine = (left: unknown, right: unknown): boolean => lineIdOf(left) === lineIdOf(right);
const lineIdOf = (item: unknown): string =>
  isRecord(item) ? String(item.orderItemId).toLowerCase() : JSON.stringify(item);

/** A list of items with an `orderItemId`, each line once. The default allows more lines than an order has. */
export const ofDifferentLines = (item: Joi.Schema, maxLines = 500) =>
  Joi.array().items(item).min(1).max(maxLines).unique(isSameLine);

/** Units of different lines of an order. */
export const unitsOfLines = (maxLines?: number) => ofDifferentLines(Joi.object(lineUnitKeys()), maxLines);

/** Rupees with at most two decimals. */
export const rupeeAmount = () =>
  Joi.number()
    .prefs({ abortEarly: true })
    .custom(written(/^\d{1,15}(?:\.\d{1,2})?$/))
    .min(0)
    .max(MAX_RUPEES)
    .precision(2);

/** Ten crore: more than any order, and far below the limit of exact paise. */
const MAX_RUPEES = 100_000_000;
const MAX_LIMIT = 100;
/** Totals are exact, and pages exist, up to this number of rows. */
export const MAX_DEPTH_OF_PAGES = 10_000;

export interface PageQuery<SortField extends string = string> {
  page: number;
  limit: number;
  sortBy: SortField;
  sortOrder: "asc" | "desc";
}

export interface DateRangeQuery {
  dateFrom?: Date;
  dateTo?: Date;
}

export type ListQuery<SortField extends string = string> = PageQuery<SortField> & DateRangeQuery;

/** The keys of a page; the first sort field is the default. */
export function pageKeys<F extends string>(
  sortFields: readonly [F, ...F[]],
): Record<keyof PageQuery, Joi.Schema> {
  return {
    page: wholeNumber().min(1).max(MAX_DEPTH_OF_PAGES).default(1),
    limit: wholeNumber().min(1).max(MAX_LIMIT).default(20),
    sortBy: Joi.string()
      .valid(...sortFields)
      .default(sortFields[0]),
    sortOrder: Joi.string().valid("asc", "desc").default("desc"),
  };
}

const ISO_DATE = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const MAX_RANGE_MS = 366 * DAY_MS;

/** A calendar day (`2026-02-28`) has a date that reads back the same: `2026-02-30` becomes 2 March. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day;

/** A date in a request: a day or an instant. The documentation's default for a date is an instant alone. */
export const dayOrInstant = (): Joi.DateSchema =>
  Joi.date()
    .iso()
    .meta({
      swagger: { anyOf: DATE_FORMATS.map((format) => ({ type: "string", format })) },
      swaggerOverride: true,
    });

const DATE_FORMATS = ["date", "date-time"] as const;

/**
 * One end of an inclusive range: an instant with its offset, or a day, which means all of that day in India. Years,
 * week dates and local times are refused.
 */
const rangeEnd = (edge: "from" | "to") =>
  dayOrInstant().custom((value: Date, helpers) => {
    const [, day = "", time] = ISO_DATE.exec(String(helpers.original)) ?? [];
    if (!isDay(day)) return helpers.error("date.format", { format: "iso" });
    if (time) return value;
    return spanOfDays(dayNumberOf(new Date(`${day}T00:00:00Z`)))[edge];
  });

/** The keys of a date range. Check the range itself with `withinRange`. */
export const dateRangeKeys = { dateFrom: rangeEnd("from"), dateTo: rangeEnd("to") };

/** Refuses a range that ends before it begins, or spans more than 366 days. */
export function withinRange<T>(schema: Joi.ObjectSchema<T>): Joi.ObjectSchema<T> {
  return schema.custom((value: DateRangeQuery, helpers) => {
    const { dateFrom, dateTo } = value;
    if (!dateFrom || !dateTo) return value;
    const span = dateTo.getTime() - dateFrom.getTime();
    if (span < 0) return helpers.message({ custom: '"dateTo" must not be before "dateFrom"' });
    if (span > MAX_RANGE_MS) return helpers.message({ custom: "a date range spans at most 366 days" });
    return value;
  });
}

/** A whole list query: pages, sorting, dates, and the list's own filters. */
export function listQuery<T extends ListQuery>(
  sortFields: readonly [T["sortBy"], ...T["sortBy"][]],
  filters: Joi.SchemaMap = {},
): Joi.ObjectSchema<T> {
  return withinRange(Joi.object<T>({ ...pageKeys(sortFields), ...dateRangeKeys, ...filters }));
}

export interface AnalyticsQuery {
  dateFrom: Date;
  dateTo: Date;
  groupBy: Period;
}

const DEFAULT_RANGE_MS = 30 * DAY_MS;

/** The query of every analytics route: a range (default: the last 30 days) and the period of its series. */
export function analyticsQuery(): Joi.ObjectSchema<AnalyticsQuery> {
  const keys = {
    ...dateRangeKeys,
    groupBy: Joi.string()
      .valid(...PERIODS)
      .default("day"),
  };
  return rangeQuery<AnalyticsQuery>(keys);
}

/** A query with a range of dates that is never open: without dates, the last 30 days. @param keys with `dateRangeKeys` */
export function rangeQuery<T extends Required<DateRangeQuery>>(keys: Joi.SchemaMap): Joi.ObjectSchema<T> {
  const withDefaults = Joi.object<T>(keys).custom((value: DateRangeQuery) => {
    const dateTo = value.dateTo ?? now();
    return { ...value, dateTo, dateFrom: value.dateFrom ?? new Date(dateTo.getTime() - DEFAULT_RANGE_MS) };
  });
  return withinRange(withDefaults);
}
