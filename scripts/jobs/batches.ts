import { logger } from "../../config/logger.config.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { forEachAtOnce } from "../../utils/async.js";

/** Items that a job loads at a time. */
export const BATCH = 200;
/** A run ends after this many queries; the next run handles the rest. */
const MOST_QUERIES = 100;

export interface ItemWork<T> {
  /** The oldest items, at most `limit`. A finder that combines two lists may return more. */
  find(limit: number): Promise<T[]>;
  /** @returns whether anything was done. When it throws, the item has failed and the others go on. */
  handle(item: T): Promise<boolean>;
  idOf(item: T): string;
  /** How many items are handled at once; default 1. */
  atOnce?: number;
}

/**
 * Handles everything that `find` returns, each item once per run. Items that stay in the list after they were
 * handled (failed, or not finished yet) do not hide newer ones: the next query's limit is raised by their number.
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
