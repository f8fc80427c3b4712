import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The memory that is still referred to: collects garbage first, which takes a while. */
export function retainedBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
