import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Guard } from "./guard.js";

/** On two busy cores the longest file takes a minute. */
const LIMIT_MS = 5 * 60_000;

/** `broken`: a file could not be run at all, or not in time; that shows nothing. */
export type TestRun =
  | { kind: "passed"; tests: number }
  | { kind: "failed"; title: string; seconds: number }
  | { kind: "broken"; reason: string };

interface JestReport {
  numPassedTests: number;
  testResults: {
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

/** The removal is not a program any more: a test that fails by that says nothing about the guard. */
const NO_PROGRAM = /\b(?:ReferenceError|SyntaxError)\b/;

/** Runs a guard's tests in a folder. They stop at the first that fails. */
export async function runTests(
  folder: string,
  { tests, named }: Pick<Guard, "tests" | "named">,
): Promise<TestRun> {
  const output = join(folder, "guards-report.json");
  rmSync(output, { force: true });
  const names = named === undefined ? [] : ["--testNamePattern", named];
  const began = performance.now();
  const args = ["jest", "--runInBand", "--bail", "--json", "--outputFile", output, ...names, ...tests];
  const child = spawn("npx", args, {
    cwd: folder,
    env: { ...process.env, EACH_FILE: "1", LONG: "1" },
    stdio: "ignore",
    // A group of its own, so that the database of the run ends with it.
    detached: true,
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, LIMIT_MS);
  await once(child, "exit");
  clearTimeout(timer);
  if (isLate) return { kind: "broken", reason: `no result within ${LIMIT_MS / 1000} s` };
  return read(output, (performance.now() - began) / 1000);
}

function read(output: string, seconds: number): TestRun {
  const { testResults, numPassedTests }: JestReport = JSON.parse(readFileSync(output, "utf8"));
  const assertions = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = assertions.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first) {
    const reason = first.failureMessages.find((message) => NO_PROGRAM.test(message));
    return reason === undefined
      ? { kind: "failed", title: first.fullName, seconds }
      : { kind: "broken", reason };
  }
  const notRun = testResults.find(({ assertionResults }) => assertionResults.length === 0);
  if (notRun) return { kind: "broken", reason: notRun.message };
  if (numPassedTests === 0) return { kind: "broken", reason: "no test was run" };
  return { kind: "passed", tests: numPassedTests };
}
