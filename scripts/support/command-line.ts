import { type ParseArgsConfig, parseArgs } from "node:util";
import { print } from "./print.js";

/** The command line is wrong. The message ends with the usage, and whoever typed it needs no stack. */
export class UsageError extends Error {
  constructor(message: string, usage: string) {
    super(`${message}\n\n${usage}`);
  }
}

/**
 * The options of a command line. `--help` prints the usage and ends the process with 0.
 * @throws UsageError for an option that is unknown or lacks its value
 */
export function readCommandLine<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  { usage, options }: { usage: string; options: T },
) {
  if (args.includes("--help")) {
    print(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), usage);
  }
}

/** Ends the process with the code that `main` returns, or with 1 and what was thrown. */
export async function runScript(main: () => Promise<number>): Promise<never> {
  try {
    process.exit(await main());
  } catch (error) {
    if (error instanceof UsageError) print(error.message);
    else print(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  }
}
