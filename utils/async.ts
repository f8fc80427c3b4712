/** Small helpers for work that runs at the same time. */

/** Does the work for every item, at most `atOnce` at a time. The first error ends it. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}

/** A database that is away takes 5 s to fail. No client waits that long for each piece of cleaning up. */
const PATIENCE_MS = 1_000;

/** Waits, by default at most a second, for work that may also finish later, or fail, without harm. Never throws. */
export async function tidyUp(work: Promise<unknown>, patienceMs = PATIENCE_MS): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([work.catch(() => undefined), patience]);
  clearTimeout(timer);
}

/** Work in the background, a bounded number at a time. A shutdown can wait for it. */
export interface TaskPool {
  /**
   * Starts the task as soon as there is a free place. Its failure goes to `onError`.
   * @param subject tasks about the same subject run one after another, in the order of these calls
   * @returns false when too many wait already, or the pool is closed: then it never runs
   */
  run(task: () => Promise<void>, subject?: string | null): boolean;
  /** Resolves when nothing runs or waits. */
  drain(): Promise<void>;
  /** Starts nothing more. Resolves when what runs has ended. */
  close(): Promise<void>;
}

export interface TaskPoolLimits {
  atOnce: number;
  waiting: number;
}

export function createTaskPool(limits: TaskPoolLimits, onError: (error: unknown) => void): TaskPool {
  const waiting: { task: () => Promise<void>; subject: string | null }[] = [];
  /** Of the running tasks. */
  const subjects = new Set<string>();
  let running = 0;
  let isClosed = false;
  let idle: (() => void)[] = [];

  function next(): void {
    if (running >= limits.atOnce) return;
    const index = waiting.findIndex(({ subject }) => subject === null || !subjects.has(subject));
    const [first] = index < 0 ? [] : waiting.splice(index, 1);
    if (!first) return;
    const { task, subject } = first;
    running += 1;
    if (subject !== null) subjects.add(subject);
    void task()
      .catch(onError)
      .finally(() => {
        running -= 1;
        if (subject !== null) subjects.delete(subject);
        next();
        if (running > 0) return;
        for (const resolve of idle) resolve();
        idle = [];
      });
  }

  const drain = (): Promise<void> =>
    running === 0 ? Promise.resolve() : new Promise((resolve) => void idle.push(resolve));

  return {
    run(task, subject = null) {
      if (isClosed || waiting.length >= limits.waiting) return false;
      waiting.push({ task, subject });
      next();
      return true;
    },
    drain,
    close() {
      isClosed = true;
      waiting.length = 0;
      return drain();
    },
  };
}
