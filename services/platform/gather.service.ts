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
