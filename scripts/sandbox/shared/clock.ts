/** The time of the stand-ins. Tests move it together with the clock of the service under test. */
export interface SandboxClock {
  /** Milliseconds since 1970, shifted. */
  now(): number;
  /** Sets the distance to the real clock, in milliseconds; 0 returns to it. */
  setOffset(offsetMs: number): void;
}

export function createClock(): SandboxClock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    setOffset: (offsetMs) => {
      offset = offsetMs;
    },
  };
}

interface Task {
  dueAt: number;
  run: () => void;
  timer: NodeJS.Timeout;
}

/**
 * The simulator's time: real time plus what `advance` added. Work for later runs when real time gets
 * there or when the clock is moved past it. Timers never keep the process alive.
 */
export class Clock {
  private offsetMs = 0;
  private readonly tasks = new Set<Task>();
  private closed = false;

  constructor(private readonly source: () => number) {}

  nowMs(): number {
    return this.source() + this.offsetMs;
  }

  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  after(delayMs: number, work: () => void): void {
    if (this.closed) return;
    const run = () => {
      this.tasks.delete(task);
      work();
    };
    const task: Task = { dueAt: this.nowMs() + delayMs, run, timer: setTimeout(run, delayMs).unref() };
    this.tasks.add(task);
  }

  advance(milliseconds: number): void {
    this.offsetMs += milliseconds;
    for (let task = this.nextDue(); task; task = this.nextDue()) {
      clearTimeout(task.timer);
      task.run();
    }
    for (const task of this.tasks) {
      clearTimeout(task.timer);
      task.timer = setTimeout(task.run, task.dueAt - this.nowMs()).unref();
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
    const now = this.nowMs();
    let first: Task | undefined;
    for (const task of this.tasks) {
      if (task.dueAt <= now && (!first || task.dueAt < first.dueAt)) first = task;
    }
    return first;
  }
}

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
