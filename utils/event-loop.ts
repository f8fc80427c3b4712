/**
 * How late the event loop is: the time that work which is ready waits for its turn. Measured by a timer that should fire
 * every 10 ms; each time it fires late by as much as everything else in the process is late. Node's own histogram has
 * the same figures, but misses a block that starts right after a reset.
 */
const TICK_MS = 10;
/** A tick that is later than this counts as a block. Ordinary work, such as a large JSON text, takes less. */
const BLOCK_MS = 100;

type Observer = (lateMs: number, at: number) => void;

const observers: Observer[] = [];
let expectedAt = performance.now() + TICK_MS;
let blockedBefore = 0;

const asBlock = (lateMs: number): number => (lateMs >= BLOCK_MS ? lateMs : 0);

setInterval(() => {
  const at = performance.now();
  const lateMs = Math.max(0, at - expectedAt);
  blockedBefore += asBlock(lateMs);
  expectedAt = at + TICK_MS;
  for (const observe of observers) observe(lateMs, at);
}, TICK_MS).unref();

/** Calls the function with every tick: how late it is, and the monotonic time. It is called for as long as the process runs. */
export function onTick(observe: Observer): void {
  observers.push(observe);
}

/**
 * For how long the loop has been blocked since the process started, a block that is just ending included. The
 * difference of two readings is what a piece of work lost to us, and not to whom it waited for.
 */
export const blockedMs = (): number => blockedBefore + asBlock(performance.now() - expectedAt);

/**
 * Runs the function after a delay, but not before what has arrived in the meantime is read. After a block, timers run
 * first: a time-out would give up on an answer that has long arrived.
 * @returns cancels it
 */
export function afterUnread(delayMs: number, work: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Runs after the poll phase, in which the sockets are read.
    immediate = setImmediate(work);
  }, delayMs);
  // As `AbortSignal.timeout`: a pending answer keeps the process alive, not its time-out.
  timer.unref();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
