import { ApiError, api } from "./api.js";

/** The end of a purchase: how the shop learns that there is an order, whatever becomes of the answers. */

/** The request may have been carried out, although its answer says nothing about it. */
const LOST = new Set([
  "NO_ANSWER",
  "UNREADABLE_ANSWER",
  "INTERNAL_ERROR",
  "OVERLOADED",
  "OUTCOME_UNKNOWN",
  "UPSTREAM_BAD_RESPONSE",
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
]);

export const mayHaveHappened = (error: unknown): boolean => error instanceof ApiError && LOST.has(error.code);

/** The bank has not confirmed the payment yet, or the shop asked too often. */
const isTooEarly = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === "PAYMENT_REQUIRED" || error.code === "RATE_LIMITED");

/** Then about eight requests a minute, below the limit of the call. */
const WAITS_MS = [500, 1_000, 2_000, 4_000] as const;
const LONGEST_WAIT_MS = 8_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Places the order, again and again until its number is known: a repeat returns the same order.
 * @param onWait called before each further attempt
 * @throws ApiError when the checkout cannot become an order
 */
export async function awaitOrder(
  sessionId: string,
  { isWanted, onWait }: { isWanted: () => boolean; onWait: (attempt: number) => void },
): Promise<string | null> {
  for (let attempt = 1; isWanted(); attempt += 1) {
    try {
      return (await api.placeOrder(sessionId)).orderNumber;
    } catch (error) {
      if (!mayHaveHappened(error) && !isTooEarly(error)) throw error;
    }
    onWait(attempt);
    await sleep(WAITS_MS[attempt - 1] ?? LONGEST_WAIT_MS);
  }
  return null;
}
