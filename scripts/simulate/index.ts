import { runScript } from "../support/command-line.js";
import { readOptions } from "./options.js";
import { simulate } from "./run.js";

/**
 * `npm run simulate -- --seed <n> --minutes <m> --mode safety|liveness`: customers, staff, banks and carriers use two
 * instances of the service while processes, neighbours, the gateway and the database fail at random. Exits with 1 and
 * the history of what is wrong when an invariant breaks, an acknowledgement is lost or something is left undone.
 */
await runScript(async () => {
  const violations = await simulate(readOptions(process.argv.slice(2)));
  return violations.length === 0 ? 0 : 1;
});
