import { logger } from "../../config/logger.config.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";

/** Items a job takes up at once; a run ends when a batch comes back short. */
export const BATCH = 200;
/** A run does not go on for ever; the next tick takes up the rest. */
const MOST_BATCHES = 50;

export interface ItemWork<T> {
  find(limit: number): Promise<T[]>;
  /** @returns whether anything was done. A throw is one item's trouble: the others go on (F47). */
  handle(item: T): Promise<boolean>;
  idOf(item: T): string;
}

/** Works through everything `find` gives, batch by batch; an item that fails is not taken up again in this run. */
export async function workThrough<T>(
  work: ItemWork<T>,
  context: JobContext,
): Promise<{ done: number; failed: number }> {
  const seen = new Set<string>();
  let done = 0;
  let failed = 0;
  for (let batch = 0; batch < MOST_BATCHES && !context.signal.aborted; batch += 1) {
    const found = await work.find(BATCH);
    const items = found.filter((item) => !seen.has(work.idOf(item)));
    for (const item of items) {
      if (context.signal.aborted) break;
      seen.add(work.idOf(item));
      try {
        if (await work.handle(item)) done += 1;
      } catch (error) {
        failed += 1;
        logger.warn(
          { err: error, itemId: work.idOf(item) },
          "> A job could not deal with one item; it goes on",
        );
      }
    }
    if (items.length === 0 || found.length < BATCH) break;
  }
  return { done, failed };
}
