import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
/** One for all calls: each context is megabytes, which would count as well. */
const collectGarbage: () => void = runInNewContext("gc");

/** Time for what the first collection has freed to be handed back: buffers and what was waiting for them. */
const HANDED_BACK_MS = 20;

/** The memory that is still referred to: collects garbage first, which takes a while. */
export async function retainedBytes(): Promise<number> {
  collectGarbage();
  await sleep(HANDED_BACK_MS);
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
