import { setTimeout as sleep } from "node:timers/promises";

/** Work of this process that goes on in the background: at intervals, and at once after a nudge. */
export interface BackgroundLoop {
  /** Starts nothing more and waits for the round in progress. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  /** One round. `signal` is aborted by `stop`. @returns whether more work may be waiting */
  work(signal: AbortSignal): Promise<boolean>;
  /** Registers for nudges. @returns how to stop listening. Default: there are none */
  listen?(nudge: () => void): () => void;
  onError(error: unknown): void;
  pollMs?: number;
}

/** How often to look without a nudge: for the work of other processes and for what becomes due. */
const POLL_MS = 1_000;
/** The wait after a nudge: under load several nudges share the round trips of a round. */
const GATHER_MS = 50;

export function startBackgroundLoop({
  work,
  listen,
  onError,
  pollMs = POLL_MS,
}: LoopOptions): BackgroundLoop {
  const stopping = new AbortController();
  let nudged = false;
  let wake = (): void => undefined;
  const stopListening = listen?.(() => {
    nudged = true;
    wake();
  });
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (nudged || stopping.signal.aborted) wake();
    });
  const loop = async () => {
    while (!stopping.signal.aborted) {
      nudged = false;
      const hasMore = await work(stopping.signal).catch((error: unknown) => {
        onError(error);
        return false;
      });
      if (!hasMore) await pause();
      if (nudged && !stopping.signal.aborted) await sleep(GATHER_MS);
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      stopListening?.();
      wake();
      await running;
    },
  };
}
