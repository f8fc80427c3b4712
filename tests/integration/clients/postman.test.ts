import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startWorld, type World } from "../../support/world.js";

/** The Postman collection, run against the sandbox by Postman's own runner. */

const PROJECT = join(__dirname, "../../..");
const NEWMAN = join(PROJECT, "node_modules/newman/bin/newman.js");
const COLLECTION = join(PROJECT, "clients/postman/collection.json");

interface Report {
  run: {
    executions: { response?: { code: number } }[];
    failures: { error: { message: string }; source: { name: string } }[];
  };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** @param folder a part of the collection; default: all of it */
async function runCollection(
  variables: Readonly<Record<string, string>>,
  folder?: string,
): Promise<Report["run"]> {
  const place = await mkdtemp(join(tmpdir(), "newman-"));
  try {
    const report = join(place, "report.json");
    const given = Object.entries(variables).flatMap(([name, value]) => ["--env-var", `${name}=${value}`]);
    const part = folder === undefined ? [] : ["--folder", folder];
    const args = [NEWMAN, "run", COLLECTION, ...part, ...given, "--timeout-request", "30000"];
    const output = ["--reporters", "json", "--reporter-json-export", report];
    // With failures it exits with 1, and the report is there all the same.
    await promisify(execFile)(process.execPath, [...args, ...output]).catch(() => {});
    const { run }: Report = JSON.parse(await readFile(report, "utf8"));
    return run;
  } finally {
    await rm(place, { recursive: true });
  }
}

const failuresOf = ({ failures }: Report["run"]): string[] =>
  failures.map(({ source, error }) => `${source.name}: ${error.message}`);

test("When a guest runs the purchase, then each step succeeds, and the order is placed", async () => {
  const run = await runCollection({ baseUrl: world.url }, "A purchase, step by step");
  expect(failuresOf(run)).toEqual([]);
  expect(run.executions.length).toBeGreaterThan(10);
  expect(await world.db.collection("orders").find().toArray()).toMatchObject([
    { status: "confirmed", sessionId: expect.any(String) },
  ]);
});

test("When all of it runs with the tokens of a customer and an admin, then everything is answered as documented", async () => {
  const { admin: adminToken, dev: customerToken } = world.sandbox.tokens;
  const run = await runCollection({ baseUrl: world.url, adminToken, customerToken });
  expect(failuresOf(run)).toEqual([]);
  const succeeded = run.executions.filter(({ response }) => response && response.code < 300);
  // What is refused needs a state that one order does not have, such as a return.
  expect(succeeded.length).toBeGreaterThan(run.executions.length / 2);
});
