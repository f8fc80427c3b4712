const Sequencer = require("@jest/test-sequencer").default;

/**
 * The files that take longest, mostly because they wait for time-outs. Started last, one of them would keep the run
 * going alone. Jest itself knows durations only from an earlier run on the same machine.
 */
const LONGEST = [
  "tests/integration/security/refusals.test.ts",
  "tests/e2e/settlement-races.test.ts",
  "tests/e2e/scarce-races.test.ts",
  "tests/e2e/crash-points.test.ts",
  "tests/e2e/mongo-faults.test.ts",
  "tests/e2e/webhook-order.test.ts",
  "tests/integration/input/typed-input.test.ts",
];

/** These files first, then all others in Jest's own order. */
class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => LONGEST.findIndex((file) => path.endsWith(file));
    const sorted = [...super.sort(tests)];
    const long = sorted.filter((test) => rank(test) >= 0).sort((a, b) => rank(a) - rank(b));
    return [...long, ...sorted.filter((test) => rank(test) < 0)];
  }
}

module.exports = LongestFirst;
