import { isRecord } from "../shared/values.js";
import { extraField, fieldRequired, invalidField, serverError } from "./errors.js";
import type { Notes } from "./types.js";

export type Fields = Record<string, unknown>;

/** A missing body counts as empty: the SDK sends none for a full refund. */
export function readFields(body: unknown, allowed: readonly string[]): Fields {
  const fields = isRecord(body) ? body : {};
  const extra = Object.keys(fields).filter((name) => !allowed.includes(name));
  if (extra.length > 0) throw extraField(extra.join(", "));
  return fields;
}

const missing = (value: unknown): boolean => value === undefined || value === null || value === "";

/** A safe integer; the caller checks the range. */
export function readInteger(fields: Fields, field: string): number {
  const value = fields[field];
  if (missing(value)) throw fieldRequired(field);
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw invalidField(`The ${field} must be an integer.`, field);
  }
  return value;
}

/** Integer paise, at least ₹1. */
export function readAmount(fields: Fields): number {
  const amount = readInteger(fields, "amount");
  if (amount < 100) throw invalidField("The amount must be at least INR 1.00", "amount");
  return amount;
}

export function readCurrency(fields: Fields): string {
  const value = fields.currency;
  if (missing(value)) throw fieldRequired("currency");
  if (typeof value !== "string" || !/^[A-Z]{3}$/.test(value)) {
    throw invalidField("The currency must be 3 characters.", "currency");
  }
  return value;
}

/** Emoji in text are reported to cause a 500 of the gateway. */
function assertStorable(text: string): void {
  if (/\p{Emoji_Presentation}/u.test(text)) throw serverError();
}

/** @param maximum in bytes: the gateway's error says characters, but it counts bytes */
export function readText(fields: Fields, field: string, maximum: number): string | null {
  const value = fields[field];
  if (missing(value)) return null;
  if (typeof value !== "string") throw invalidField(`The ${field} must be a string.`, field);
  if (Buffer.byteLength(value) > maximum) {
    throw invalidField(`The ${field} may not be greater than ${maximum} characters.`, field);
  }
  assertStorable(value);
  return value;
}

export function readBoolean(fields: Fields, field: string): boolean {
  const value = fields[field];
  if (missing(value)) return false;
  if (typeof value !== "boolean") throw invalidField(`The ${field} field must be true or false.`, field);
  return value;
}

export function readChoice<T extends string>(fields: Fields, field: string, choices: readonly T[]): T | null {
  const value = fields[field];
  if (missing(value)) return null;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw invalidField(`The selected ${field} is invalid.`, field);
  return choice;
}

const MAXIMUM_NOTES = 15;
const MAXIMUM_NOTE_BYTES = 256;

/** At most 15 pairs of at most 256 bytes, whatever the error says. Empty notes are `[]`, like on the real gateway. */
export function readNotes(fields: Fields): Notes {
  const value = fields.notes;
  if (missing(value) || (Array.isArray(value) && value.length === 0)) return [];
  if (!isRecord(value)) throw invalidField("notes must be an array or an object.", "notes");
  const pairs = Object.entries(value);
  if (pairs.length > MAXIMUM_NOTES) {
    throw invalidField("Number of fields in notes should be less than or equal to 15.", "notes");
  }
  const notes: Record<string, string | number> = {};
  for (const [key, note] of pairs) notes[key] = readNote(key, note);
  return pairs.length === 0 ? [] : notes;
}

function readNote(key: string, note: unknown): string | number {
  if (typeof note !== "string" && typeof note !== "number") {
    throw invalidField(`The notes.${key} must be a string.`, "notes");
  }
  if (Math.max(Buffer.byteLength(key), Buffer.byteLength(String(note))) > MAXIMUM_NOTE_BYTES) {
    throw invalidField(`The notes.${key} may not be greater than 256 characters.`, "notes");
  }
  assertStorable(String(note));
  return note;
}
