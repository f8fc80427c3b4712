/** Time: a clock that tests can move, and timers that end together. */

interface Task {
  dueAt: number;
  run: () => void;
  timer: NodeJS.Timeout;
}

/**
 * A shifted clock. All stand-ins share one, which tests set together with the clock of the service under
 * test. The gateway has its own on top of it, which `advance` moves past due work (retries, expiries).
 */
export class Clock {
  private offsetMs = 0;
  private readonly tasks = new Set<Task>();
  private closed = false;

  constructor(private readonly source: () => number = Date.now) {}

  /** Milliseconds since 1970. A property, so that it can be passed as a function. */
  readonly now = (): number => this.source() + this.offsetMs;

  /** Sets the distance to the source, in milliseconds; 0 returns to it. */
  readonly setOffset = (offsetMs: number): void => {
    this.offsetMs = offsetMs;
  };

  nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Runs the work after the delay, or when `advance` moves past it. Does not keep the process alive. */
  after(delayMs: number, work: () => void): void {
    if (this.closed) return;
    const run = () => {
      this.tasks.delete(task);
      work();
    };
    const task: Task = { dueAt: this.now() + delayMs, run, timer: setTimeout(run, delayMs).unref() };
    this.tasks.add(task);
  }

  /** Moves the clock; work that becomes due runs before this returns, in order. */
  advance(milliseconds: number): void {
    this.offsetMs += milliseconds;
    for (let task = this.nextDue(); task; task = this.nextDue()) {
      clearTimeout(task.timer);
      task.run();
    }
    for (const task of this.tasks) {
      clearTimeout(task.timer);
      task.timer = setTimeout(task.run, task.dueAt - this.now()).unref();
    }
  }

  cancelAll(): void {
    for (const task of this.tasks) clearTimeout(task.timer);
    this.tasks.clear();
  }

  close(): void {
    this.closed = true;
    this.cancelAll();
  }

  private nextDue(): Task | undefined {
    const due = [...this.tasks].filter((task) => task.dueAt <= this.now());
    return due.sort((a, b) => a.dueAt - b.dueAt)[0];
  }
}

/** Real-time timers that end together, so that a stopped sandbox leaves nothing running. */
export interface Timers {
  after(milliseconds: number, work: () => void): void;
  every(milliseconds: number, work: () => void): void;
  /** Resolves after the pause; never resolves if the timers are stopped first. */
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
      if (!stopped) running.add(setInterval(work, milliseconds).unref());
    },
    pause: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    stop: () => {
      stopped = true;
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
