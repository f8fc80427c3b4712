/** Work that nobody waits for, a bounded number at a time, and known of so that a shutdown can wait for it. */
export interface TaskPool {
  /** Starts the task, now or when its turn comes. Its failure goes to `onError`. */
  run(task: () => Promise<void>): void;
  /** Resolves when nothing runs or waits any more. */
  drain(): Promise<void>;
}

export function createTaskPool(limit: number, onError: (error: unknown) => void): TaskPool {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  let idle: (() => void)[] = [];

  function next(): void {
    const task = running < limit ? waiting.shift() : undefined;
    if (!task) return;
    running += 1;
    void task()
      .catch(onError)
      .finally(() => {
        running -= 1;
        next();
        if (running > 0) return;
        for (const resolve of idle) resolve();
        idle = [];
      });
  }

  return {
    run(task) {
      waiting.push(task);
      next();
    },
    drain: () =>
      running === 0 ? Promise.resolve() : new Promise<void>((resolve) => void idle.push(resolve)),
  };
}
