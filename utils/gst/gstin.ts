/** GSTINs and UINs: formats, state code and check character. */
import { cleanIdentifier } from "../text.js";
import { isStateCode, type StateCode } from "./states.js";

export type GstinKind = "regular" | "government" | "tds" | "tcs" | "uin" | "non_resident" | "oidar";

/** Why a GSTIN was refused, in the order in which it is checked. */
export type GstinFault = "length" | "format" | "state" | "check_character";

/** 99 (centre jurisdiction) begins GSTINs only; it is never a place of supply. */
export type GstinStateCode = StateCode | "99";

export type GstinResult =
  | {
      readonly ok: true;
      /** Cleaned, in upper case. */
      readonly gstin: string;
      readonly stateCode: GstinStateCode;
      readonly kind: GstinKind;
      /** Whether an invoice to it belongs among the business invoices of the returns (GSTR-1 B2B). */
      readonly isBusinessBuyer: boolean;
    }
  | { readonly ok: false; readonly reason: GstinFault };

/** In this order: the class of `regular` includes the D of `tds`. */
const FORMATS: readonly (readonly [GstinKind, RegExp])[] = [
  ["tds", /^[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D[0-9A-Z]$/],
  ["tcs", /^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C[0-9A-Z]$/],
  ["regular", /^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][Z1-9ABD-J][0-9A-Z]$/],
  ["government", /^[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][0-9]Z[0-9]$/],
  ["uin", /^[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[A-Z0-9]$/],
  ["non_resident", /^[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]$/],
  ["oidar", /^99[0-9]{2}[A-Z]{3}[0-9]{5}OS[0-9A-Z]$/],
];

const GSTIN_LENGTH = 15;
const CHECK_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * The 15th character of a GSTIN, from its first 14 (mod 36, weights 1, 2, 1, 2, …).
 * @param body at least 14 digits and capitals
 */
export function calculateGstinCheckCharacter(body: string): string {
  const base = CHECK_ALPHABET.length;
  let sum = 0;
  for (let index = 0; index < GSTIN_LENGTH - 1; index += 1) {
    const product = CHECK_ALPHABET.indexOf(body.charAt(index)) * (index % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / base) + (product % base);
  }
  return CHECK_ALPHABET.charAt((base - (sum % base)) % base);
}

/** Reads what a customer typed as a GSTIN. Tells whether it can exist, not whether it is registered. */
export function parseGstin(value: string): GstinResult {
  const gstin = cleanIdentifier(value).toUpperCase();
  if (gstin.length !== GSTIN_LENGTH) return { ok: false, reason: "length" };
  const kind = FORMATS.find(([, format]) => format.test(gstin))?.[0];
  if (kind === undefined) return { ok: false, reason: "format" };
  const stateCode = gstin.slice(0, 2);
  if (stateCode !== "99" && !isStateCode(stateCode)) return { ok: false, reason: "state" };
  if (calculateGstinCheckCharacter(gstin) !== gstin.charAt(GSTIN_LENGTH - 1)) {
    return { ok: false, reason: "check_character" };
  }
  return { ok: true, gstin, stateCode, kind, isBusinessBuyer: kind !== "non_resident" && kind !== "oidar" };
}
