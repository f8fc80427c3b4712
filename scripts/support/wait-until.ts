import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;

/** Polls until the condition holds. @throws Error with the condition when it does not hold in time */
export async function waitUntil(
  condition: string,
  holds: () => Promise<boolean> | boolean,
  withinMs: number,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Timed out waiting until ${condition}`);
    await sleep(POLL_MS);
  }
}
