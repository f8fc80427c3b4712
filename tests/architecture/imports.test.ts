import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

interface WrongImport {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

const PROJECT = resolve(__dirname, "../..");
const RULES_FILE = join(PROJECT, ".dependency-cruiser.cjs");
const FOLDERS = [
  "config",
  "src",
  "models",
  "migrations",
  "services",
  "middlewares",
  "utils",
  "scripts",
  "tests",
];

/** Runs dependency-cruiser as a command, because it is an ES module, which jest's sandbox cannot load. */
function cruise(folder: string): Promise<WrongImport[]> {
  const present = readdirSync(folder).filter((name) => FOLDERS.includes(name) || /^index.*\.ts$/.test(name));
  const command = join(PROJECT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const options = ["--config", RULES_FILE, "--output-type", "json", ...present];
  return new Promise((resolved, rejected) => {
    execFile(
      process.execPath,
      [command, ...options],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        // The exit code is the number of violations. The tool itself failed only when its output is not JSON.
        if (stdout.startsWith("{")) resolved(JSON.parse(stdout).summary.violations);
        else rejected(error ?? new Error(stderr));
      },
    );
  });
}

describe("The sources", () => {
  test("When all imports are followed, then none goes up, sideways or in a circle", async () => {
    const violations = await cruise(PROJECT);

    const report = violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
    expect(report).toEqual([]);
  });
});

describe("The rules", () => {
  /** At least one wrong import per rule. The packages are empty fixtures. */
  const wrongImports: readonly (readonly [rule: string, from: string, to: string])[] = [
    ["no-circular", "utils/circle-one.ts", "./circle-two.js"],
    ["feature-modules-apart", "src/cart/other.service.ts", "../orders/orders.service.js"],
    ["flows-apart", "services/flows/ship.flow.ts", "./pay.flow.js"],
    ["flows-apart", "services/flows/return/undo.step.ts", "../pay.flow.js"],
    ["flows-apart", "services/flows/notify.flow.ts", "./send/send.flow.js"],
    ["aggregates-go-down", "services/aggregates/cart/up.ts", "../../flows/pay.flow.js"],
    ["aggregates-in-one-direction", "services/aggregates/payment/up.ts", "../cart/cart.js"],
    ["integrations-know-no-models", "services/integrations/wrapper.ts", "../../models/order.model.js"],
    ["integrations-know-no-models", "services/integrations/store.ts", "mongoose"],
    ["calculations-know-no-models", "services/calculations/stored.ts", "../../models/order.model.js"],
    ["calculations-do-no-io", "services/calculations/fetch.ts", "axios"],
    ["calculations-do-no-io", "services/calculations/file.ts", "node:fs"],
    ["views-do-no-io", "src/cart/cart.view.ts", "axios"],
    ["views-do-no-io", "src/cart/stock.view.ts", "../../services/integrations/stock.js"],
    ["only-entry-files-know-express", "src/cart/http.service.ts", "express"],
    ["only-entry-files-know-express", "services/platform/answer.ts", "express"],
    ["modules-below-entry-files", "src/cart/up.service.ts", "./cart.route.js"],
    ["modules-below-entry-files", "src/cart/side.service.ts", "../../middlewares/access.js"],
    ["flows-go-down", "services/flows/up.flow.ts", "../../src/orders/orders.service.js"],
    ["services-go-down", "services/platform/up.ts", "../flows/pay.flow.js"],
    ["migrations-stand-alone", "migrations/0009-later.ts", "../models/order.model.js"],
    ["models-go-down", "models/up.model.ts", "../services/platform/plain.js"],
    ["shared-views-go-down", "utils/views/up.view.ts", "../../services/integrations/stock.js"],
    ["database-goes-down", "config/database.config.ts", "../services/platform/plain.js"],
    ["bottom", "utils/up.ts", "../models/order.model.js"],
    ["bottom", "config/env.config.ts", "../services/platform/plain.js"],
    ["middlewares-below-modules", "middlewares/up.ts", "../src/orders/orders.service.js"],
    ["no-tools-in-the-service", "services/platform/toy.ts", "../../scripts/sandbox/toy.js"],
    ["no-tools-in-the-service", "scripts/jobs/sweep.job.ts", "../../tests/support/helper.js"],
    ["no-development-packages", "services/platform/develop.ts", "jest"],
    ["declared-packages-only", "services/platform/borrow.ts", "mongodb"],
    ["resolvable", "services/platform/missing.ts", "./no-such-file.js"],
  ];
  const targets: Readonly<Record<string, string>> = {
    "utils/circle-two.ts": `import "./circle-one.js";`,
    "src/orders/orders.service.ts": "",
    "src/cart/cart.route.ts": "",
    "middlewares/access.ts": "",
    "services/flows/pay.flow.ts": "",
    "services/flows/send/send.flow.ts": "",
    "services/aggregates/cart/cart.ts": "",
    "services/platform/plain.ts": "",
    "services/integrations/stock.ts": "",
    "models/order.model.ts": "",
    "scripts/sandbox/toy.ts": "",
    "tests/support/helper.ts": "",
    "package.json": JSON.stringify({
      dependencies: { express: "1", axios: "1", mongoose: "1" },
      devDependencies: { jest: "1" },
    }),
  };
  let folder = "";
  let violations: WrongImport[] = [];

  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "wrong-imports-"));
    for (const [path, content] of Object.entries(targets)) write(path, content);
    for (const name of ["express", "axios", "mongoose", "mongodb", "jest"]) {
      write(
        `node_modules/${name}/package.json`,
        JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
      );
      write(`node_modules/${name}/index.js`, "");
    }
    for (const [, from, to] of wrongImports) write(from, `import type {} from "${to}";`);
    violations = await cruise(folder);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(wrongImports)("When %s is broken by %s importing %s, then it is reported", (rule, from) => {
    const broken = violations
      .filter((violation) => violation.from === from)
      .map(({ rule: { name } }) => name);

    expect(broken).toContain(rule);
  });

  test("When a rule is added, then a wrong import for it is added here", () => {
    const rules: { forbidden: { name: string }[] } = jest.requireActual(RULES_FILE);

    const names = new Set(rules.forbidden.map(({ name }) => name));
    expect(new Set(wrongImports.map(([rule]) => rule))).toEqual(names);
  });
});
