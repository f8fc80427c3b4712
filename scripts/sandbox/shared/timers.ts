/** Timers that can be ended together, so that a closed sandbox leaves nothing running. */
export interface Timers {
  after(milliseconds: number, work: () => void): void;
  every(milliseconds: number, work: () => void): void;
  /** Resolves after the pause; never resolves when the timers are stopped before. */
  pause(milliseconds: number): Promise<void>;
  stop(): void;
}

export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  let stopped = false;
  const after = (milliseconds: number, work: () => void): void => {
    if (stopped) return;
    const timer = setTimeout(() => {
      running.delete(timer);
      work();
    }, milliseconds);
    running.add(timer);
  };
  return {
    after,
    every: (milliseconds, work) => {
      if (stopped) return;
      const timer = setInterval(work, milliseconds);
      timer.unref();
      running.add(timer);
    },
    pause: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    stop: () => {
      stopped = true;
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
