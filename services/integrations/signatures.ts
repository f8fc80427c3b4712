import { createHmac, timingSafeEqual } from "node:crypto";
import type { WebhookVerifier } from "./payment-gateway/requests.js";

/** 64 lower-case hex digits: what the gateway sends, and nothing else. */
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** A header sent twice arrives as one text with a comma, which is not a signature. */
const isSignature = (header: unknown): header is string =>
  typeof header === "string" && HEX_SHA256.test(header);

/**
 * Whether `signature` is the hex HMAC-SHA256 of `data`, compared in constant time. An empty secret never verifies:
 * the gateway's own helper accepts it, and then anyone can sign.
 */
export function isHmacValid(
  secret: string,
  data: string | Buffer,
  signature: string | undefined | null,
): boolean {
  if (secret === "" || !isSignature(signature)) return false;
  const expected = createHmac("sha256", secret).update(data).digest();
  return timingSafeEqual(expected, Buffer.from(signature, "hex"));
}

/** For webhooks whose header has the HMAC of their raw bytes. @param secrets two during a rotation */
export const hmacVerifier = (header: string, secrets: readonly string[]): WebhookVerifier => ({
  canBeSigned: (headers) => isSignature(headers[header]),
  isAuthentic(rawBody, headers) {
    const signature = headers[header];
    if (!isSignature(signature)) return false;
    // Every secret is tried, so that the duration does not reveal which one matches.
    return secrets.filter((secret) => isHmacValid(secret, rawBody, signature)).length > 0;
  },
});
