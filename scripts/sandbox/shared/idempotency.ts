import { createHash } from "node:crypto";
import { Refusal } from "./refusal.js";

/** What a stand-in answers when it did what was asked. */
export interface Answer {
  status?: number;
  message?: string;
  data: unknown;
}

/** Remembers the answers of writes by their `Idempotency-Key`. */
export interface IdempotencyMemory {
  /**
   * Does the work once per key; a repetition gets the first answer, also while the first still runs.
   * A refusal is not remembered, so that it can be tried again.
   * @throws Refusal 422 when the key comes with another body.
   */
  once(key: string, body: unknown, work: () => Promise<Answer>): Promise<Answer>;
  clear(): void;
}

interface Remembered {
  fingerprint: string;
  answer: Promise<Answer>;
}

/** Bounds the memory of a long load run; a retry comes within seconds, not 20,000 calls later. */
const KEPT_KEYS = 20_000;

const fingerprintOf = (body: unknown): string =>
  createHash("sha1")
    .update(JSON.stringify(body ?? null))
    .digest("base64");

export function createIdempotencyMemory(): IdempotencyMemory {
  const remembered = new Map<string, Remembered>();

  function remember(key: string, entry: Remembered): void {
    remembered.set(key, entry);
    const oldest = remembered.keys().next();
    if (remembered.size > KEPT_KEYS && !oldest.done) remembered.delete(oldest.value);
  }

  return {
    once: async (key, body, work) => {
      const fingerprint = fingerprintOf(body);
      const known = remembered.get(key);
      if (known) {
        if (known.fingerprint === fingerprint) return known.answer;
        throw new Refusal(422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key came with another body");
      }
      const answer = work();
      remember(key, { fingerprint, answer });
      try {
        return await answer;
      } catch (error) {
        remembered.delete(key);
        throw error;
      }
    },
    clear: () => remembered.clear(),
  };
}
