/**
 * Masks personal data before it is stored or logged. A mask keeps just enough for support staff to recognise a
 * payment that a customer describes.
 */

const HIDDEN = "****";
/** An e-mail address or a VPA (`name@handle`) in any script; bounded, so that a long text stays cheap. */
const ADDRESS_IN_TEXT = /[^\s@<>()[\]{},;:"]{1,64}@[^\s@<>()[\]{},;:"]{1,255}/gu;
/**
 * A phone number as people write it: 10 to 15 digits of any script, with blanks, hyphens, dots or brackets. Our
 * own numbers (`ORD-2026-000123`) match first and are kept; digits inside an id do not match.
 */
const OWN_NUMBER_OR_PHONE =
  /\b[A-Z]{2,3}-\d{4}-\d{5,6}\b|(?<![\p{L}\p{N}_])\+?\(?\p{Nd}(?:[\s().\u2010-\u2015-]{0,3}\p{Nd}){9,14}(?![\p{L}\p{N}_])/gu;
/** Card-like runs of digits: a gateway never sends one, a note written by a customer may. */
const CARD_IN_TEXT = /\b\d(?:[ -]?\d){12,18}\b/g;
const DIGIT_GROUPS = /\b\d+(?:[ -]\d+)*\b/g;
/** Deeper than any real webhook. */
const MAX_DEPTH = 32;

/** `asha.r@okbank` → `as****@okbank`; a name of up to two letters is hidden altogether. */
export function maskVpa(vpa: string): string {
  const at = vpa.lastIndexOf("@");
  if (at < 0) return HIDDEN;
  const name = vpa.slice(0, at);
  return `${name.length > 2 ? name.slice(0, 2) : ""}${HIDDEN}${vpa.slice(at)}`;
}

/** `buyer@example.com` → `b****@example.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  if (at < 0) return HIDDEN;
  return `${at > 1 ? email.slice(0, 1) : ""}${HIDDEN}${email.slice(at)}`;
}

/** `+919000000001` → `****0001`; fewer than eight digits are hidden altogether. */
export function maskContact(contact: string): string {
  const digits = contact.replace(/\P{Nd}/gu, "");
  return digits.length < 8 ? HIDDEN : `${HIDDEN}${digits.slice(-4)}`;
}

/** `50100012345678` → `****5678`: an account number keeps its last four characters. */
export function maskAccountNumber(account: string): string {
  return account.length < 8 ? HIDDEN : `${HIDDEN}${account.slice(-4)}`;
}

/** Masks addresses, VPAs and card-like numbers wherever they stand in a text. */
export function maskText(text: string): string {
  return text.replace(ADDRESS_IN_TEXT, maskVpa).replace(CARD_IN_TEXT, HIDDEN);
}

/** Masks phone numbers as well, for texts that people write. */
export function maskFreeText(text: string): string {
  return maskText(text).replace(OWN_NUMBER_OR_PHONE, (found) =>
    /^[A-Z]/.test(found) ? found : maskContact(found),
  );
}

/**
 * Removes card numbers, recognised by their check digit, from what people write: PCI DSS forbids storing them. The
 * last four digits stay, so that support staff can tell which card was meant.
 */
export function maskCardNumbers(text: string): string {
  return text.replace(DIGIT_GROUPS, maskCardsAmong);
}

/** Another number may stand beside a card's: `flat 12 4111 1111 1111 1111`. */
function maskCardsAmong(text: string): string {
  // Every second part is a separator.
  const parts = text.split(/([ -])/);
  let masked = "";
  for (let at = 0; at < parts.length; at++) {
    const card = at % 2 === 0 ? cardFrom(parts, at) : null;
    masked += card ? `${HIDDEN}${card.digits.slice(-4)}` : parts[at];
    if (card) at = card.last;
  }
  return masked;
}

/**
 * The longest card number that begins with a part: 13 to 19 digits with a check digit (ISO/IEC 7812-1, Luhn): with every
 * second digit from the right counted twice, they add up to a multiple of ten.
 */
function cardFrom(parts: readonly string[], first: number): { digits: string; last: number } | null {
  let digits = "";
  let card = null;
  // The sums with the last digit counted once and twice; the next digit makes each of them the other.
  let [once, twice] = [0, 0];
  for (let last = first; last < parts.length && digits.length < 19; last += 2) {
    for (const digit of parts[last] ?? "") {
      const value = Number(digit);
      [once, twice] = [twice + value, once + (value > 4 ? 2 * value - 9 : 2 * value)];
    }
    digits += parts[last];
    if (digits.length >= 13 && digits.length <= 19 && once % 10 === 0) card = { digits, last };
  }
  return card;
}

const MASK_OF_KEY: Record<string, (value: string) => string> = {
  vpa: maskVpa,
  payer_vpa: maskVpa,
  email: maskEmail,
  contact: maskContact,
  phone: maskContact,
  account_number: maskAccountNumber,
  cvv: () => HIDDEN,
  beneficiary_name: () => HIDDEN,
  token_iin: () => HIDDEN,
  iin: () => HIDDEN,
};

/** Where a value is found. */
interface Place {
  key: string;
  depth: number;
  /** Inside `notes` or a description, which hold free text of merchant and customer under any key. */
  isFreeText: boolean;
}

const FREE_TEXT_KEY = /^notes$|description$/;

function maskString(value: string, { key, isFreeText }: Place): string {
  const mask = Object.hasOwn(MASK_OF_KEY, key) ? MASK_OF_KEY[key] : undefined;
  if (mask && value !== "") return mask(value);
  return isFreeText ? maskFreeText(value) : maskText(value);
}

/** A number in free text may be a phone or a card number. */
function maskNumber(value: number, { isFreeText }: Place): number | string {
  const text = String(value);
  const masked = isFreeText ? maskFreeText(text) : text;
  return masked === text ? value : masked;
}

function maskValue(value: unknown, place: Place): unknown {
  const depth = place.depth + 1;
  if (depth > MAX_DEPTH) return null;
  if (typeof value === "string") return maskString(value, place);
  if (typeof value === "number") return maskNumber(value, place);
  if (Array.isArray(value)) return value.map((entry) => maskValue(entry, { ...place, depth }));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // The cardholder's name stands beside `last4`; `__proto__` would not survive as plain data.
      .filter(([key]) => key !== "__proto__" && !(key === "name" && "last4" in value))
      .map(([key, entry]) => {
        const isFreeText = place.isFreeText || FREE_TEXT_KEY.test(key);
        // A note may have an address or a number as its name.
        const name = place.isFreeText ? maskFreeText(key) : key;
        return [name, maskValue(entry, { key, depth, isFreeText })];
      }),
  );
}

/** A copy of a gateway's webhook without personal data: VPA, contact, e-mail and cardholder are masked. */
export function maskGatewayPayload<T>(payload: T): T;
export function maskGatewayPayload(payload: unknown): unknown {
  return maskValue(payload, { key: "", depth: -1, isFreeText: false });
}
