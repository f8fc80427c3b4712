import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const PROJECT = resolve(__dirname, "../..");
/** The files that are deployed: those of the production build. */
const DEPLOYED: string[] = JSON.parse(readFileSync(join(PROJECT, "tsconfig.build.json"), "utf8")).include;
const READS_THE_ENVIRONMENT =
  /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[\s*["'`]env|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/;
const PRINTS = /\bconsole\s*\.\s*\w+/;

function filesBelow(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  if (stats.isFile()) return path.endsWith(".ts") ? [path] : [];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

/** Comments may speak of what code must not do. */
function codeOf(path: string): string {
  return readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*$/gm, "");
}

const sources = DEPLOYED.flatMap((entry) => filesBelow(join(PROJECT, entry)));
const filesWith = (pattern: RegExp) =>
  sources.filter((path) => pattern.test(codeOf(path))).map((path) => relative(PROJECT, path));

describe("The deployed sources", () => {
  test("When the environment is read, then by config/env.config.ts alone", () => {
    expect(filesWith(READS_THE_ENVIRONMENT)).toEqual(["config/env.config.ts"]);
  });

  test("When something is reported, then by the logger: only scripts print", () => {
    expect(filesWith(PRINTS).filter((path) => !path.startsWith("scripts/"))).toEqual([]);
  });
});
