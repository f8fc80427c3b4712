const Sequencer = require("@jest/test-sequencer").default;

/**
 * The files that take longest. Started last, one of them would keep the run going alone. Jest itself knows durations
 * only from an earlier run on the same machine; without one it goes by size, and `together.ts` files are small.
 */
const LONGEST = [
  /security.refusals\.test\.ts$/,
  /e2e.crash-points\.test\.ts$/,
  /e2e.(simulation|invariants)\.test\.ts$/,
  /together[^/]*\.ts$/,
  /e2e.(sick-neighbours|mongo-faults|gateway-failures|crash-recovery)\.test\.ts$/,
  /integration.security.*\.test\.ts$/,
];

/** These files first, then all others in Jest's own order. */
class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => LONGEST.findIndex((pattern) => pattern.test(path));
    const sorted = [...super.sort(tests)];
    const long = sorted.filter((test) => rank(test) >= 0).sort((a, b) => rank(a) - rank(b));
    return [...long, ...sorted.filter((test) => rank(test) < 0)];
  }
}

module.exports = LongestFirst;
