import { print } from "../support/print.js";
import { readOptions } from "./options.js";
import { simulate } from "./run.js";

/**
 * `npm run simulate -- --seed <n> --minutes <m> --mode safety|liveness`: customers, staff, banks and carriers use two
 * instances of the service while processes, neighbours, the gateway and the database fail at random. Exits with 1 and
 * the history of what is wrong when an invariant breaks, an acknowledgement is lost or something is left undone.
 */
try {
  const violations = await simulate(readOptions(process.argv.slice(2)));
  process.exit(violations.length === 0 ? 0 : 1);
} catch (error) {
  print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
