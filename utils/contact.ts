import { domainToASCII, domainToUnicode } from "node:url";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { changesDirection, cleanIdentifier, cleanLine, isVisible } from "./text.js";

/** Names, e-mail addresses, phone numbers and pincodes as people type them, and the form in which they are stored. */

export const MAX_NAME_LENGTH = 100;
/** Longer addresses cannot be delivered to (RFC 5321, path length). */
export const MAX_EMAIL_LENGTH = 254;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Blanks, hyphens and dashes, dots, brackets. */
const BETWEEN_DIGITS = /[\s\-\u2010-\u2015\u2212.()[\]]/g;
const DIALLED = /^\+?\d+$/;
const INDIAN_MOBILE = /^[6-9]\d{9}$/;

/**
 * An Indian mobile number as E.164: `098450 12345`, `+91-98450-12345`, `0091 (98450) 12345` →
 * `+919845012345`. Null for anything else: landlines, other countries, two numbers, an extension.
 */
export function toIndianPhone(typed: string): string | null {
  const dialled = cleanIdentifier(typed)
    .replace(BETWEEN_DIGITS, "")
    // `091…`: a leading 0 and the country code. The library reads one or the other.
    .replace(/^0(?=91\d{10}$)/, "+");
  if (!DIALLED.test(dialled)) return null;
  const phone = parsePhoneNumberFromString(dialled, { defaultCountry: "IN", extract: false });
  if (phone?.countryCallingCode !== "91" || !INDIAN_MOBILE.test(phone.nationalNumber)) return null;
  return phone.number;
}

/** `560 001` → `560001`. Null unless it has six digits and does not start with 0. */
export function toPincode(typed: string): string | null {
  const digits = cleanIdentifier(typed).replace(/[\s-]/g, "");
  return /^[1-9][0-9]{5}$/.test(digits) ? digits : null;
}

/**
 * The form in which two e-mail addresses are compared: lower case, and the domain in Unicode, so that both
 * spellings of an internationalised domain are equal. The stored address stays as typed.
 */
export function emailKey(email: string): string {
  const lower = cleanIdentifier(email).toLowerCase();
  const at = lower.lastIndexOf("@") + 1;
  const domain = lower.slice(at);
  const isPlain = /^[a-z0-9.-]*$/.test(domain) && !domain.includes("xn--");
  if (at === 0 || isPlain) return lower;
  return lower.slice(0, at) + (domainToUnicode(domainToASCII(domain)) || domain);
}

function toEmail(typed: string): string | undefined {
  const email = cleanIdentifier(typed);
  const isOne = email.length <= MAX_EMAIL_LENGTH && EMAIL.test(email) && !changesDirection(typed);
  return isOne ? email : undefined;
}

function toName(typed: string): string | undefined {
  const name = cleanLine(typed);
  const isOne = name.length <= MAX_NAME_LENGTH && isVisible(name) && !changesDirection(typed);
  return isOne ? name : undefined;
}

export interface Contact {
  name?: string;
  email?: string;
  phone?: string;
}

/** The customer's contact from a token's claims, in the stored form. An unusable claim counts as absent. */
export function contactOfClaims(claims: Readonly<Record<string, unknown>>): Contact {
  const read = (claim: unknown, to: (typed: string) => string | null | undefined): string | undefined =>
    typeof claim === "string" ? (to(claim) ?? undefined) : undefined;
  return {
    name: read(claims.name, toName),
    email: read(claims.email, toEmail),
    phone: read(claims.phone, toIndianPhone),
  };
}
