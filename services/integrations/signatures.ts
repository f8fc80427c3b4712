import { createHmac, timingSafeEqual } from "node:crypto";

/** 64 lower-case hex digits: what the gateway sends, and nothing else. */
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/**
 * Whether `signature` is the hex HMAC-SHA256 of `data`, compared in constant time. An empty secret never
 * verifies: the gateway's own helper accepts it, and then anybody can sign.
 */
export function isHmacValid(
  secret: string,
  data: string | Buffer,
  signature: string | undefined | null,
): boolean {
  if (secret === "" || typeof signature !== "string" || !HEX_SHA256.test(signature)) return false;
  const expected = createHmac("sha256", secret).update(data).digest();
  return timingSafeEqual(expected, Buffer.from(signature, "hex"));
}
