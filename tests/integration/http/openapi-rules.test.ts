import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { documentOfService } from "../../../scripts/clients/document.js";

const PROJECT = resolve(__dirname, "../../..");

interface Problem {
  ruleId: string;
  message: string;
  location: { pointer?: string }[];
}

/** What Redocly's rules say about a document. In a process of its own, because the linter is an ES module. */
async function lint(document: unknown): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "openapi-"));
  try {
    const file = join(folder, "openapi.json");
    await writeFile(file, JSON.stringify(document));
    const command = join(PROJECT, "node_modules/@redocly/cli/bin/cli.js");
    const args = [command, "lint", file, "--config", join(PROJECT, "redocly.yaml"), "--format", "json"];
    const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
    // With errors it exits with 1, and the problems are on stdout all the same.
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 26 }).catch(
      (failure: { stdout: string }) => failure,
    );
    const { problems }: { problems: Problem[] } = JSON.parse(stdout.slice(stdout.indexOf("{")));
    return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("Redocly's recommended rules", () => {
  test("When they are applied to the API's document, then there is neither an error nor a warning", async () => {
    expect(await lint(documentOfService())).toEqual([]);
  });

  test("When an operation has no summary, then they say so", async () => {
    const document = documentOfService();
    delete document.paths["/api/cart"]?.get?.summary;
    expect(await lint(document)).toEqual([
      expect.stringMatching(/^operation-summary #\/paths\/~1api~1cart\/get/),
    ]);
  });
});
