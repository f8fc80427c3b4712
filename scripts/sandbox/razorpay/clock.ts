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
