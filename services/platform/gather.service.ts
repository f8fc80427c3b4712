import DataLoader from "dataloader";

export interface GatherOptions {
  maxBatch: number;
  /**
   * The longest wait for the batch that is running, so that one that hangs does not block the next. With 0, only calls
   * of the same turn of the event loop share a batch.
   */
  maxWaitMs: number;
}

/**
 * Batches concurrent calls: a round trip costs far more than its content, so that eight carts in one query cost little
 * more than one.
 *
 * A call runs at once when nothing is running. Calls that arrive while a batch is running form the next batch. Nothing
 * is cached: every call gets the result of work that started after it.
 * @param work returns a result for each item in the same order, or a promise that the other items need not wait for;
 *   an error that it throws rejects all calls of the batch
 */
export function gather<Item, Answer>(
  work: (items: readonly Item[]) => Promise<(Answer | Promise<Answer>)[]>,
  { maxBatch, maxWaitMs }: GatherOptions,
): (item: Item) => Promise<Answer> {
  let before: Promise<unknown> | null = null;
  const loader = new DataLoader<Item, Answer | Promise<Answer>>(
    (items) => {
      const mine = work(items);
      const ended = mine
        .catch(() => undefined)
        .finally(() => {
          if (before === ended) before = null;
        });
      before = ended;
      return mine;
    },
    {
      cache: false,
      maxBatchSize: maxBatch,
      batchScheduleFn(begin) {
        if (before === null || maxWaitMs === 0) setImmediate(begin);
        else void endOrTimeout(before, maxWaitMs).then(begin);
      },
    },
  );
  return async (item) => loader.load(item);
}

/** Resolves when the work ends or the time is up. */
function endOrTimeout(work: Promise<unknown>, maxWaitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, maxWaitMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** With more keys in one query, the first callers would wait for the documents of the last. */
const FIND_BATCH = 64;
/** The duration of a few queries: a slow query delays the next batch no longer than this. */
const FIND_MAX_WAIT_MS = 5;

/**
 * `gather` for reads: one query for the keys of all callers. Callers of the same key share the documents.
 * @returns a function from a key to its documents, in the order of the query
 */
export function gatherFinds<Found>(
  find: (keys: string[]) => PromiseLike<Found[]>,
  keyOf: (found: Found) => string | undefined,
): (key: string) => Promise<readonly Found[]> {
  return gather<string, readonly Found[]>(
    async (keys) => {
      const byKey = new Map(keys.map((key): [string, Found[]] => [key, []]));
      for (const found of await find([...byKey.keys()])) byKey.get(keyOf(found) ?? "")?.push(found);
      return keys.map((key) => byKey.get(key) ?? []);
    },
    { maxBatch: FIND_BATCH, maxWaitMs: FIND_MAX_WAIT_MS },
  );
}
