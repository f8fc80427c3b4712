type Kind = "first" | "retry";

interface Waiter {
  withRetries: boolean;
  resolve: () => void;
}

/** Counts deliveries that are scheduled or under way, so that a test can wait for their end. */
export class PendingCount {
  private counts: Record<Kind, number> = { first: 0, retry: 0 };
  private waiters = new Set<Waiter>();

  /** Returns what to call at the end, once. */
  begin(kind: Kind): () => void {
    const { counts } = this;
    counts[kind] += 1;
    return () => {
      counts[kind] -= 1;
      this.wake();
    };
  }

  untilQuiet(withRetries: boolean, timeoutMs: number): Promise<void> {
    if (this.isQuiet(withRetries)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        const { first, retry } = this.counts;
        reject(new Error(`webhooks still pending after ${timeoutMs} ms: ${first} first, ${retry} retries`));
      }, timeoutMs).unref();
      const waiter: Waiter = {
        withRetries,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.waiters.add(waiter);
    });
  }

  /** Forgets what was counted; deliveries still under way then count down on the old object. */
  reset(): void {
    this.counts = { first: 0, retry: 0 };
    this.wake();
  }

  private isQuiet(withRetries: boolean): boolean {
    return this.counts.first === 0 && (!withRetries || this.counts.retry === 0);
  }

  private wake(): void {
    for (const waiter of this.waiters) {
      if (!this.isQuiet(waiter.withRetries)) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
