/** How e-mail addresses and phone numbers are kept: in one spelling each, so that they can be compared. */

/** Longer ones cannot be delivered to (RFC 5321, path length). */
export const MAX_EMAIL_LENGTH = 254;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** With or without +91, as people write it: `98765 43210`, `+91 98765-43210`. Mobile numbers begin with 6 to 9. */
export const INDIAN_PHONE = /^(?:\+91[ -]?)?[6-9]\d{4}[ -]?\d{5}$/;

export const normaliseEmail = (email: string): string => email.trim().toLowerCase();

/** `98765 43210` → `+919876543210`; null when it is not an Indian mobile number. */
export function toIndianPhone(phone: string): string | null {
  const typed = phone.trim();
  return INDIAN_PHONE.test(typed) ? `+91${typed.replace(/\D/g, "").slice(-10)}` : null;
}

/** As `normaliseEmail`; null when it can be none. For what others have checked, such as a token's claim. */
export function toEmail(email: string): string | null {
  const normalised = normaliseEmail(email);
  return normalised.length <= MAX_EMAIL_LENGTH && EMAIL.test(normalised) ? normalised : null;
}
