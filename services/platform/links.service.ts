import { createHmac, timingSafeEqual } from "node:crypto";
import { config } from "../../config/env.config.js";
import { now } from "../../utils/clock.js";

/**
 * How long a link opens its resource without signing in: one in a mail is kept for months, one in an answer is
 * followed at once, and a leaked one is soon worthless.
 */
export const LINK_SECONDS = { mail: 90 * 86_400, answer: 15 * 60 } as const;

const sign = (subject: string, expires: number): string =>
  createHmac("sha256", config.linkSecret).update(`${subject}|${expires}`).digest("base64url");

/** A signed, expiring token for one resource: `<unix seconds>.<signature>`. Built from LINK_SECRET alone. */
export function createLinkToken(subject: string, validSeconds: number): string {
  const expires = Math.floor(now().getTime() / 1000) + validSeconds;
  return `${expires}.${sign(subject, expires)}`;
}

/** Whether the token opens exactly this subject and has not expired. Compares in constant time. */
export function isLinkTokenValid(subject: string, token: string): boolean {
  const [expiresText, signature, ...rest] = token.split(".");
  if (!expiresText || !signature || rest.length > 0 || !/^\d{10}$/.test(expiresText)) return false;
  const expires = Number(expiresText);
  if (expires * 1000 < now().getTime()) return false;
  const expected = Buffer.from(sign(subject, expires));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

export const orderSubject = (orderNumber: string): string => `order:${orderNumber}`;

/** The storefront page of the order. Never built from the Host header, which the caller controls. */
export function orderLink(order: { orderNumber: string }): string {
  const token = createLinkToken(orderSubject(order.orderNumber), LINK_SECONDS.mail);
  return `${config.storefrontUrl}/orders/${order.orderNumber}?token=${encodeURIComponent(token)}`;
}

export const invoiceSubject = (invoiceNumber: string): string => `invoice:${invoiceNumber}`;

/** Downloads the PDF of an invoice or credit note; opens nothing else of the order. */
export function invoiceLink(
  { invoiceNumber }: { invoiceNumber: string },
  place: keyof typeof LINK_SECONDS = "answer",
): string {
  const token = createLinkToken(invoiceSubject(invoiceNumber), LINK_SECONDS[place]);
  return `${config.publicUrl}/api/invoices/${invoiceNumber}/download?token=${encodeURIComponent(token)}`;
}
