/** Longer than the embedded database takes to stop, even when it has to be killed. */
const PATIENCE_MS = 30_000;

/**
 * Ends a run with one line that a build server can read: `N passed, N failed`.
 * A test file that could not even be loaded counts as a failed test: none of its tests ran.
 * A run whose tests left something open would never end; after half a minute it is ended, aloud.
 */
class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // Jest's own summary comes after every reporter; the exit comes after that.
    process.once("exit", () => {
      process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed\n`);
    });
    const end = () => {
      process.stderr.write("\nJest did not end: a test left a server, a connection or a timer open.\n");
      process.exit(results.success ? 0 : 1);
    };
    setTimeout(end, PATIENCE_MS).unref();
  }
}

module.exports = SummaryReporter;
