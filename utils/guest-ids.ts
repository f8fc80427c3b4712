import { createHmac } from "node:crypto";
import { constantTimeEqual, randomToken } from "./helpers.js";

/**
 * Ids of guest sessions: 144 random bits and a tag of 128 bits over them, both in base64url. Only this service
 * can make the tag, so a caller can neither choose a weak id nor plant their own id on someone else.
 */

const RANDOM_BYTES = 18;
const RANDOM_LENGTH = 24;
const TAG_LENGTH = 22;

/** The label keeps the tag apart from other signatures made with the same secret. */
const tagOf = (random: string, secret: string): string =>
  createHmac("sha256", secret).update(`guest-id|${random}`).digest("base64url").slice(0, TAG_LENGTH);

/** @param secret LINK_SECRET */
export function mintGuestId(secret: string): string {
  const random = randomToken(RANDOM_BYTES);
  return random + tagOf(random, secret);
}

/** Whether `mintGuestId` made the id with this secret. Compares in constant time. */
export function isMintedGuestId(id: string, secret: string): boolean {
  if (id.length !== RANDOM_LENGTH + TAG_LENGTH) return false;
  return constantTimeEqual(id.slice(RANDOM_LENGTH), tagOf(id.slice(0, RANDOM_LENGTH), secret));
}
