import { createHmac, timingSafeEqual } from "node:crypto";

/** 64 lower-case hex digits: what the gateway sends, and nothing else. */
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** Whether a header can be a signature at all; cheap, before a body is read and hashed. */
export const isSignature = (header: unknown): header is string =>
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
