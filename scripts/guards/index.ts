import { readCommandLine, runScript, UsageError } from "../support/command-line.js";
import { print } from "../support/print.js";
import { type Guard, removalsOf } from "./guard.js";
import { readResults, writeResult } from "./results.js";
import { runTests, type TestRun } from "./run-tests.js";
import { GUARDS } from "./table/index.js";
import { makeWorkingCopy, type WorkingCopy } from "./working-copy.js";

const USAGE =
  "npm run test:guards [-- --only <name>,<name> | --unknown]: --unknown takes those without a result.";

/**
 * Removes the guards of the table, one at a time, in a copy of the sources, and expects a test to fail. The same tests have
 * to pass before, with every guard in place.
 */
interface Outcome {
  guard: Guard;
  run: TestRun;
}

function chosen(): Guard[] {
  const values = readCommandLine(process.argv.slice(2), {
    usage: USAGE,
    options: { only: { type: "string" }, unknown: { type: "boolean" } },
  });
  if (values.unknown) {
    const results = readResults(GUARDS);
    return GUARDS.filter(({ name }) => !results.get(name));
  }
  if (values.only === undefined) return [...GUARDS];
  return values.only.split(",").map((name) => {
    const guard = GUARDS.find((candidate) => candidate.name === name);
    if (!guard) throw new UsageError(`no guard has the name ${name}`, USAGE);
    return guard;
  });
}

/**
 * Runs a guard's tests with every guard in place, each selection of tests once: a test that fails even then would notice
 * anything.
 */
function inPlaceRuns(copy: WorkingCopy): (guard: Guard) => Promise<TestRun> {
  const runs = new Map<string, Promise<TestRun>>();
  return (guard) => {
    const selection = selectionOf(guard);
    const run = runs.get(selection) ?? runTests(copy.folder, guard);
    runs.set(selection, run);
    return run;
  };
}

const selectionOf = ({ tests, named }: Guard): string => JSON.stringify([tests, named]);

function describe(run: TestRun): string {
  switch (run.kind) {
    case "failed":
      return `noticed  “${run.title}” (${run.seconds.toFixed(0)} s)`;
    case "passed":
      return `SURVIVED all of ${run.tests} tests passed`;
    case "broken":
      return `BROKEN   ${run.reason}`;
  }
}

async function main(): Promise<number> {
  const guards = chosen();
  const copy = makeWorkingCopy();
  const outcomes: Outcome[] = [];
  try {
    const runInPlace = inPlaceRuns(copy);
    for (const guard of guards) {
      const before = await runInPlace(guard);
      const run: TestRun =
        before.kind === "passed"
          ? await copy.without(removalsOf(guard), () => runTests(copy.folder, guard))
          : {
              kind: "broken",
              reason: `its tests do not pass with every guard in place: ${describe(before)}`,
            };
      outcomes.push({ guard, run });
      writeResult(guard, run.kind === "failed" ? run.title : null);
      print(`${guard.name.padEnd(44)} ${describe(run)}`);
    }
  } finally {
    copy.remove();
  }
  const missed = outcomes.filter(({ run }) => run.kind !== "failed");
  print(`\n${outcomes.length} guards removed, ${missed.length} of them without a test that fails`);
  for (const { guard, run } of missed) print(`  ${guard.name}: ${describe(run)}`);
  return missed.length === 0 ? 0 : 1;
}

await runScript(main);
