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

/**
 * A copy of a foreign JSON document that can be stored as it is: unsafe keys are renamed, long ones cut, and what
 * is nested too deep becomes null. A neighbour must not make a write fail by the way it names its fields.
 */
export function toStorable(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((entry) => toStorable(entry, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [toStorableKey(key), toStorable(entry, depth + 1)]),
  );
}
