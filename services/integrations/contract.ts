import Joi from "joi";
import { isRecord } from "../../utils/helpers.js";
import type { Paise } from "../../utils/money.js";
import { rupeesToPaise } from "../../utils/money.js";

/**
 * What a wrapper needs to describe a call of a neighbour's contract: its refusals, and the schema of its answer.
 * A field is required unless it says otherwise (the rules are in `http-answer.ts`). Rupees become `Paise` and
 * texts become dates here and nowhere else.
 */

/**
 * A definite no that the contract of a call lists. Any other 4xx is a fault between the services, and nothing may
 * be undone because of it.
 */
export interface ListedRefusal {
  status: number;
  /** What callers test for. */
  code: string;
  /** Whether the neighbour's own code means this refusal. */
  isMeantBy(neighboursCode: string): boolean;
}

/** A refusal whose code is part of the contract. */
export const refusal = (status: number, code: string): ListedRefusal => ({
  status,
  code,
  isMeantBy: (neighboursCode) => neighboursCode === code,
});

/** The 404 of a wrong URL comes in the same envelope as the 404 of a missing document. */
const WRONG_URL = "ROUTE_NOT_FOUND";

/** The document does not exist. The contract gives this 404 no code, so any code means it. */
export const notFound = (code: string): ListedRefusal => ({
  status: 404,
  code,
  isMeantBy: (neighboursCode) => neighboursCode !== WRONG_URL,
});

/** Ten crore rupees. A single amount above it is a mistake of the sender. */
const MAX_RUPEES = 100_000_000;
/** Generous: stock that never runs out is often entered as a row of nines. */
const MAX_QUANTITY = 1_000_000_000;

const toPaise: Joi.CustomValidator<number, Paise> = (rupees) => rupeesToPaise(rupees);

/** Percent as basis points; no tax has a rate like 12.345 %. */
const toBasisPoints: Joi.CustomValidator<number> = (percent, helpers) => {
  const basisPoints = Number((percent * 100).toPrecision(12));
  return Number.isInteger(basisPoints) ? basisPoints : helpers.error("number.precision", { limit: 2 });
};

export const text = Joi.string().max(2_000);
export const id = Joi.string().min(1).max(200);
/** Absent, null or empty in the answer; null here. */
export const optionalText = Joi.string().max(2_000).empty(Joi.valid("", null)).optional().default(null);
export const flag = Joi.boolean();

/** Rupees ≥ 0 in the answer; `Paise` here. */
export const rupees = Joi.number<Paise>().min(0).max(MAX_RUPEES).custom(toPaise);
export const quantity = Joi.number().integer().min(0).max(MAX_QUANTITY);
export const days = Joi.number().integer().min(0).max(365);
export const percentAsBps = Joi.number().min(0).max(100).custom(toBasisPoints);

/** An ISO 8601 text in the answer; a `Date` here. */
export const moment = Joi.date().iso().prefs({ convert: true });
export const optionalMoment = moment.empty(Joi.valid("", null)).optional().default(null);

/** At most a thousand entries: no list of the contract is longer. */
export const listOf = <T>(entry: Joi.Schema<T>) => Joi.array<T[]>().items(entry).max(1_000);

/** The data of an answer that no caller reads. */
export const nothing = Joi.any<unknown>().optional();

function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** `tracking_number` → `trackingNumber`, on this level only. Anything but an object stays as it is. */
export function camelCaseKeys(data: unknown): unknown {
  if (!isRecord(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [toCamelCase(name), value]));
}

/** As `camelCaseKeys`, on every level. */
export function camelCaseKeysDeep(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(camelCaseKeysDeep);
  if (!isRecord(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [toCamelCase(name), camelCaseKeysDeep(value)]),
  );
}
