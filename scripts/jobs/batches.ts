import { logger } from "../../config/logger.config.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { forEachAtOnce } from "../../utils/async.js";

/** Items a job takes up at a time; a run ends when nothing is left behind them. */
export const BATCH = 200;
/** A run ends after so many queries; the next tick takes up the rest. */
const MOST_QUERIES = 100;

export interface ItemWork<T> {
  /** The oldest items, at most `limit` (a finder of two lists may return more). */
  find(limit: number): Promise<T[]>;
  /** @returns whether anything was done. A throw is one item's failure: the others go on. */
  handle(item: T): Promise<boolean>;
  idOf(item: T): string;
  /** How many items are handled at once; default 1. */
  atOnce?: number;
}

/**
 * Works through everything `find` returns, each item once in a run. Items that stay in the list after they
 * were handled (they failed, or are not finished yet) do not hide the newer ones behind them: the next
 * query reaches so much further.
 */
export async function workThrough<T>(
  work: ItemWork<T>,
  context: JobContext,
): Promise<{ done: number; failed: number }> {
  const seen = new Set<string>();
  const counts = { done: 0, failed: 0, nothing: 0 };
  let limit = BATCH;
  for (let query = 0; query < MOST_QUERIES && !context.signal.aborted; query += 1) {
    const found = await work.find(limit);
    const fresh = found.filter((item) => !seen.has(work.idOf(item)));
    for (const item of fresh) seen.add(work.idOf(item));
    await forEachAtOnce(fresh, work.atOnce ?? 1, async (item) => {
      if (context.signal.aborted) return;
      counts[await handleOne(work, item)] += 1;
    });
    if (found.length < limit) break;
    limit = BATCH + found.length - fresh.length;
  }
  return { done: counts.done, failed: counts.failed };
}

async function handleOne<T>(work: ItemWork<T>, item: T): Promise<"done" | "nothing" | "failed"> {
  try {
    return (await work.handle(item)) ? "done" : "nothing";
  } catch (error) {
    logger.warn({ err: error, itemId: work.idOf(item) }, "> A job could not handle one item; it goes on");
    return "failed";
  }
}
