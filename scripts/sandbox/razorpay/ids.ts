import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 14;

export const ID_PREFIXES = ["order", "pay", "rfnd", "setl", "disp", "down", "card", "cust", "acc"] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

/** 14 characters of `[A-Za-z0-9]`, as in every id of the gateway; the bias of the modulo is harmless here. */
export function randomSuffix(): string {
  let suffix = "";
  for (const byte of randomBytes(ID_LENGTH)) suffix += ALPHABET[byte % ALPHABET.length];
  return suffix;
}

export const newId = (prefix: IdPrefix): string => `${prefix}_${randomSuffix()}`;

export function isId(value: string, prefix: IdPrefix): boolean {
  return value.startsWith(`${prefix}_`) && /^[A-Za-z0-9]{14}$/.test(value.slice(prefix.length + 1));
}

export const randomDigits = (count: number): string =>
  Array.from(randomBytes(count), (byte) => String(byte % 10)).join("");
