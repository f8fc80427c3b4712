/**
 * Two projects: `unit` needs nothing but the sources; `integration` gets one MongoDB replica set for
 * the whole run, started only when one of its files is selected.
 * The sources are ES modules; for the tests they become CommonJS, which jest mocks and isolates best.
 */
// India's days and financial years are computed, never taken from the machine: any zone must do, so one is fixed.
process.env.TZ = "UTC";

const swcOptions = {
  swcrc: false,
  sourceMaps: "inline",
  jsc: {
    target: "es2023",
    parser: { syntax: "typescript" },
    keepClassNames: true,
  },
  module: { type: "commonjs" },
};

/**
 * Packages to transform as well. jose has no CommonJS build. The MongoDB driver (7.6 and later) loads
 * `os` by a dynamic import, which jest's sandbox cannot do; the handshake then fails with
 * "Missing required sub-document 'driver'" (mongodb-memory-server issue 1026).
 */
const TRANSFORMED_PACKAGES = ["jose/", "mongodb/lib/runtime_adapters"];

const shared = {
  rootDir: __dirname,
  testEnvironment: "node",
  setupFiles: ["<rootDir>/tests/support/setup-env.ts"],
  transform: { "^.+\\.[cm]?[jt]s$": ["@swc/jest", swcOptions] },
  transformIgnorePatterns: [`/node_modules/(?!(?:${TRANSFORMED_PACKAGES.join("|")}))`],
  // The sources name their imports as NodeNext wants it: `./x.js` for x.ts.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.data/"],
  restoreMocks: true,
};

/** Needs a database, or the whole service. */
const INTEGRATION_FOLDERS = ["integration", "e2e", "contract"];
const UNIT_FOLDERS = ["unit", "architecture"];
const filesOf = (folders) => folders.map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`);

module.exports = {
  // One more than the two cores of the machines that check this: a worker waits for a third of its time.
  maxWorkers: 3,
  // Node keeps some 25 MB of each test file; without a limit a worker grows to gigabytes and collects garbage slowly.
  workerIdleMemoryLimit: "768MB",
  // A hook that makes a database and a sandbox takes seconds here and a minute on a machine that does three things at once.
  testTimeout: 90_000,
  reporters: ["default", "<rootDir>/tests/support/summary-reporter.cjs"],
  projects: [
    { ...shared, displayName: "unit", testMatch: filesOf(UNIT_FOLDERS) },
    {
      ...shared,
      displayName: "integration",
      testMatch: filesOf(INTEGRATION_FOLDERS),
      globalSetup: "<rootDir>/tests/support/global-setup.ts",
      globalTeardown: "<rootDir>/tests/support/global-teardown.ts",
    },
  ],
};
