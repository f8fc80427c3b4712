/**
 * Personal data made unreadable before it is stored or logged (`domain.md` §5.3, D46). A mask keeps
 * just enough for support staff to recognise a payment that a customer describes.
 */

const HIDDEN = "****";
/** An e-mail address or a VPA (`name@handle`) anywhere in a text; bounded, so that a long text stays cheap. */
const ADDRESS_IN_TEXT = /[\w.+-]{1,64}@[\w.-]{1,255}/g;
/** Card-like runs of digits: a gateway never sends one, a note written by a customer may. */
const CARD_IN_TEXT = /\b\d(?:[ -]?\d){12,18}\b/g;
/** Deeper than any real webhook; a body deeper than 20 is refused before it comes here. */
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

/** `+919000000001` → `****0001`; anything shorter than eight digits is hidden altogether. */
export function maskContact(contact: string): string {
  const digits = contact.replace(/\D/g, "");
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

/**
 * Takes card numbers, told by their check digit, out of what people write to us: they must not be kept (PCI DSS,
 * invariant I34). The last four digits stay, so that an agent can tell which card was meant.
 */
export function maskCardNumbers(text: string): string {
  return text.replace(CARD_IN_TEXT, (found) => {
    const digits = found.replace(/\D/g, "");
    return hasCheckDigit(digits) ? `${HIDDEN}${digits.slice(-4)}` : found;
  });
}

/** ISO/IEC 7812-1 (Luhn): every second digit from the right counts twice. */
function hasCheckDigit(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const MASK_OF_KEY: Record<string, (value: string) => string> = {
  vpa: maskVpa,
  payer_vpa: maskVpa,
  email: maskEmail,
  contact: maskContact,
  phone: maskContact,
  account_number: maskAccountNumber,
  beneficiary_name: () => HIDDEN,
  token_iin: () => HIDDEN,
  iin: () => HIDDEN,
};

function maskValue(value: unknown, key: string, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  if (typeof value === "string") {
    const mask = Object.hasOwn(MASK_OF_KEY, key) ? MASK_OF_KEY[key] : undefined;
    return mask && value !== "" ? mask(value) : maskText(value);
  }
  if (Array.isArray(value)) return value.map((entry) => maskValue(entry, key, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // The cardholder's name stands beside `last4`; `__proto__` would not survive as plain data.
      .filter(([name]) => name !== "__proto__" && !(name === "name" && "last4" in value))
      .map(([name, entry]) => [name, maskValue(entry, name, depth + 1)]),
  );
}

/** A copy of a gateway's webhook that may be stored: VPA, contact, e-mail and cardholder are masked (D46). */
export function maskGatewayPayload<T>(payload: T): T;
export function maskGatewayPayload(payload: unknown): unknown {
  return maskValue(payload, "", 0);
}
