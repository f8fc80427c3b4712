/** Longer than the embedded database takes to stop, even when it must be killed. */
const EXIT_TIMEOUT_MS = 30_000;

/**
 * Ends a run with one line that a build server can read: `N passed, N failed`.
 * Above it stands what could not be tested here because a program is missing: such tests are `todo`.
 * A test file that could not be loaded counts as one failed test.
 * A run that does not end by itself, because a test left something open, is ended with a message.
 */
class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // Jest prints its own summary after all reporters have run, so this line waits for the exit.
    const missing = results.testResults
      .flatMap((file) => file.testResults)
      .filter(({ status }) => status === "todo");
    process.once("exit", () => {
      for (const { fullName } of missing) process.stdout.write(`\nnot tested: ${fullName}`);
      process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed\n`);
    });
    const end = () => {
      process.stderr.write("\nJest did not end: a test left a server, a connection or a timer open.\n");
      process.exit(results.success ? 0 : 1);
    };
    setTimeout(end, EXIT_TIMEOUT_MS).unref();
  }
}

module.exports = SummaryReporter;
