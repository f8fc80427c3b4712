/**
 * Ends a run with one line that a build server can read: `N passed, N failed`.
 * A test file that could not even be loaded counts as a failed test: none of its tests ran.
 */
class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed\n`);
  }
}

module.exports = SummaryReporter;
