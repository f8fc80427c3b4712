/**
 * Two projects: `unit` needs only the sources; `integration` gets one MongoDB replica set for the whole run,
 * which starts only when one of its files is selected. The sources are ES modules; the tests compile them to
 * CommonJS, which jest mocks and isolates best.
 */
const { readdirSync } = require("node:fs");
const { join } = require("node:path");

// The code computes Indian dates itself, so any time zone must work. A fixed one makes runs reproducible.
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
 * Packages that are transformed as well. jose has no CommonJS build, nor has archiver with its own packages. The MongoDB driver (7.6 and later) loads
 * `os` by a dynamic import, which jest's sandbox cannot do; the handshake then fails with
 * "Missing required sub-document 'driver'" (mongodb-memory-server issue 1026).
 */
const ARCHIVER = ["archiver/", "zip-stream/", "compress-commons/", "crc32-stream/", "is-stream/"];
const TRANSFORMED_PACKAGES = ["jose/", ...ARCHIVER, "mongodb/lib/runtime_adapters"];

const shared = {
  rootDir: __dirname,
  testEnvironment: "node",
  setupFiles: ["<rootDir>/tests/support/setup-env.ts"],
  transform: { "^.+\\.[cm]?[jt]s$": ["@swc/jest", swcOptions] },
  transformIgnorePatterns: [`/node_modules/(?!(?:${TRANSFORMED_PACKAGES.join("|")}))`],
  // NodeNext imports name the compiled file: `./x.js` for x.ts.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.data/"],
  restoreMocks: true,
};

/** These need a database or the whole service. */
const INTEGRATION_FOLDERS = ["integration", "e2e", "contract"];
const UNIT_FOLDERS = ["unit", "architecture"];
const filesOf = (folders) => folders.map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`);

/**
 * The files of a folder that has a `together.ts` run as one; see `tests/support/together.ts`. With EACH_FILE=1 every
 * file runs by itself, to work on it.
 */
const runsTogether = (folder) => readdirSync(folder).some((name) => /^together.*\.ts$/.test(name));
const TOGETHER = INTEGRATION_FOLDERS.flatMap((folder) =>
  readdirSync(join(__dirname, "tests", folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && runsTogether(join(entry.parentPath, entry.name)))
    .map((entry) => `/tests/${folder}/${entry.name}/`),
);
/**
 * `npm test` has fifteen minutes on two cores. What takes minutes of CPU and is seldom touched is run by
 * `npm run test:long`: before a release, and after a change of what it is about.
 */
const QUICK_E2E = ["crash-recovery", "invariants", "simulation"];
const LONG = [
  `/tests/e2e/(?!${QUICK_E2E.join("|")}).*`,
  // Each declared refusal of every route is provoked, each neighbour's trouble with a time-out of its own; every
  // query of every route is explained; every operation is recorded with a shopper of its own.
  "/tests/integration/security/(audit|examples|leaks|queries|refusals|idempotency|surface)\\.test\\.ts$",
  "/tests/contract/storage/drivers\\.test\\.ts$",
  // Needs a write to be seen before it is majority committed, which a slow machine misses.
  "/tests/integration/database/majority\\.test\\.ts$",
];
const ignored = [
  ...(process.env.EACH_FILE ? [] : TOGETHER.map((folder) => `${folder}.*\\.test\\.ts$`)),
  ...(process.env.LONG ? [] : LONG),
];
const together = process.env.EACH_FILE ? [] : ["<rootDir>/tests/*/*/together*.ts"];

module.exports = {
  // The build machines have two cores, and MongoDB needs a part of them: with four workers each test takes more CPU.
  maxWorkers: 2,
  // Node keeps about 25 MB of each test file. Without a limit a worker grows to gigabytes and collects garbage slowly.
  workerIdleMemoryLimit: "2GB",
  // A hook that starts a database and a sandbox takes seconds, and minutes on a machine whose cores others use as well.
  testTimeout: 300_000,
  testSequencer: "<rootDir>/tests/support/longest-first.cjs",
  reporters: ["default", "<rootDir>/tests/support/summary-reporter.cjs"],
  projects: [
    { ...shared, displayName: "unit", testMatch: filesOf(UNIT_FOLDERS) },
    {
      ...shared,
      displayName: "integration",
      testMatch: [...filesOf(INTEGRATION_FOLDERS), ...together],
      testPathIgnorePatterns: ["/node_modules/", ...ignored],
      globalSetup: "<rootDir>/tests/support/global-setup.ts",
      globalTeardown: "<rootDir>/tests/support/global-teardown.ts",
    },
  ],
};
