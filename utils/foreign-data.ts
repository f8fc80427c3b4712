import Joi from "joi";
import { isRecord } from "./helpers.js";

/** Data of neighbours and of the gateway, which is not trusted: what may be logged and stored of it. */

/** A field's name. Anything else may be data that a neighbour uses as a key. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,40}$/;
const MAX_LISTED = 5;

/**
 * Where a document does not match its schema, as paths and rules (`lines.0.price: number.base`). Joi's own
 * messages quote the values, which may be personal data and must not reach a log.
 */
export function describeMismatch({ details }: Joi.ValidationError): string {
  const rules = details.map(({ path, type }) => {
    const names = path.map((step) => (typeof step === "number" || NAME.test(step) ? step : "*"));
    return `${names.join(".") || "value"}: ${type}`;
  });
  return rules.slice(0, MAX_LISTED).join("; ");
}

/** Whether the error comes from a Joi schema. */
export const isMismatch = (error: unknown): error is Joi.ValidationError => Joi.isError(error);

/** BSON allows about 100 levels; no document of a neighbour needs more than these. */
const MAX_DEPTH = 40;
const MAX_KEY_LENGTH = 200;

/**
 * Whether MongoDB's driver can store a key. It throws on NUL, and takes an object with `_bsontype` for one of its
 * own classes. Keys with `$` and dots are fine below the top level.
 */
export const isStorableKey = (key: string): boolean => !key.includes("\0") && key !== "_bsontype";

function toStorableKey(key: string): string {
  const safe = isStorableKey(key) ? key : `unsafe key ${key.replaceAll("\0", "\uFFFD")}`;
  return safe.slice(0, MAX_KEY_LENGTH);
}

/** No event of the gateway and no answer of a neighbour comes near. More would keep the service and MongoDB busy for seconds. */
const MAX_VALUES = 20_000;

/**
 * A copy of a foreign JSON document that can be stored as it is: unsafe keys are renamed, long ones cut, what is
 * nested too deep becomes null, and values after the first 20,000 are left out. A neighbour must not make a write fail,
 * or take long, by the way it names its fields.
 */
export const toStorable = (value: unknown): unknown =>
  copy(value, { depth: 0, budget: { left: MAX_VALUES } });

interface Place {
  depth: number;
  /** Shared by the whole document. */
  budget: { left: number };
}

function copy(value: unknown, { depth, budget }: Place): unknown {
  if (depth > MAX_DEPTH) return null;
  const below = { depth: depth + 1, budget };
  if (Array.isArray(value)) return value.filter(() => takeOne(budget)).map((entry) => copy(entry, below));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(() => takeOne(budget))
      .map(([key, entry]) => [toStorableKey(key), copy(entry, below)]),
  );
}

function takeOne(budget: Place["budget"]): boolean {
  budget.left -= 1;
  return budget.left >= 0;
}
