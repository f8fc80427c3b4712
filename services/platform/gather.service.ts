import DataLoader from "dataloader";

export interface GatherOptions {
  /** In one piece of work. */
  most: number;
  /**
   * How long the next ones wait, at most, for the work before them: one that hangs must not hold everybody. 0: who comes
   * in the same turn of the event loop goes together, and nobody waits.
   */
  patienceMs: number;
}

/**
 * Does together what is asked for at the same time: a round trip costs far more than what is in it, so that eight carts
 * in one query cost little more than one, and eight orders in one transaction little more than two.
 *
 * Whoever comes alone goes at once; who comes while work is under way waits for its end, together with the others who
 * do. Nothing is kept: everybody gets what the work brought that began after he had asked.
 * @param work answers for each item, in their order, or promises an answer that the others need not wait for; what it
 *   throws, all of them hear
 */
export function gather<Item, Answer>(
  work: (items: readonly Item[]) => Promise<(Answer | Promise<Answer>)[]>,
  { most, patienceMs }: GatherOptions,
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
      maxBatchSize: most,
      batchScheduleFn(begin) {
        if (before === null || patienceMs === 0) setImmediate(begin);
        else void soonOf(before, patienceMs).then(begin);
      },
    },
  );
  return async (item) => loader.load(item);
}

/** When the work ends, or patience does. */
function soonOf(work: Promise<unknown>, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** More in one query would make the first ones wait for the last ones' documents. */
const FOUND_TOGETHER = 64;
/** A few queries' time: whoever waits for the one before shares the next, and one that is slow holds nobody up. */
const FINDING_PATIENCE_MS = 5;

/**
 * `gather` for reads: one query for everybody's keys. Two who ask for the same key share what was found.
 * @returns a function that answers with what belongs to its key, in the order in which it was found
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
    { most: FOUND_TOGETHER, patienceMs: FINDING_PATIENCE_MS },
  );
}
