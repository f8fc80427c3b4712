import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Types } from "mongoose";

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A share with four decimals; 0 of nothing, so that charts can draw it. */
export const shareOf = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;

/** The middle one of the numbers, of an even count the upper one; 0 of none. */
export const medianOf = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** An unguessable token that is safe in URLs and headers; 24 bytes are 192 bits in 32 characters. */
export function randomToken(bytes = 24): string {
  return randomBytes(bytes).toString("base64url");
}

/** Compares in constant time, so that the duration does not reveal where the texts differ. */
export function constantTimeEqual(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * JSON with sorted keys, so that equal values give equal texts. Only for parsed JSON of bounded depth, because it is
 * recursive (middlewares/json-body.ts checks the depth).
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isRecord(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

/** Freezes an object with everything in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

/** Groups in the order of their first item. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** MongoDB's error code for a violated unique index. */
export const DUPLICATE_KEY = 11_000;

/** Whether a unique index refused a write: another one came first. `index` limits it to one index, by name or field. */
export function isDuplicateKey(error: unknown, index?: string): boolean {
  if (!(error instanceof Error) || !("code" in error) || error.code !== DUPLICATE_KEY) return false;
  return index === undefined || error.message.includes(index);
}

/** The database's form of an id whose format is already validated. */
export const toObjectId = (hex: string): Types.ObjectId => new Types.ObjectId(hex);
