import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = join(__dirname, "..", "..");
const BUILT = join(ROOT, "dist", "index.js");
const LOCK = join(ROOT, "dist.lock");
/** The sources that `npm run build` compiles. */
const SOURCES = ["index.ts", "index.route.ts", "tsconfig.json", "tsconfig.build.json"];
const SOURCE_FOLDERS = [
  "config",
  "src",
  "models",
  "migrations",
  "services",
  "middlewares",
  "utils",
  "scripts/jobs",
  "ops/page",
];
/** A build takes seconds. An older lock is left over from a run that was stopped. */
const STALE_LOCK_MS = 60_000;
const POLL_MS = 100;

function newestSource(): number {
  const inFolders = SOURCE_FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:ts|css|html|json)$/.test(name))
      .map((name) => join(folder, name)),
  );
  return Math.max(...[...SOURCES, ...inFolders].map((name) => statSync(join(ROOT, name)).mtimeMs));
}

const isBuilt = (): boolean => existsSync(BUILT) && statSync(BUILT).mtimeMs >= newestSource();

function tryLock(): boolean {
  try {
    closeSync(openSync(LOCK, "wx"));
    return true;
  } catch {
    const age = existsSync(LOCK) ? Date.now() - statSync(LOCK).mtimeMs : 0;
    if (age > STALE_LOCK_MS) rmSync(LOCK, { force: true });
    return false;
  }
}

/**
 * Makes sure that `dist/` is up to date. `npm test` builds it beforehand; a test that is run by hand builds it
 * here, once for all test files that run at the same time.
 * @throws Error with the compiler's output
 */
export async function ensureBuild(): Promise<void> {
  while (!isBuilt()) {
    if (!tryLock()) {
      await sleep(POLL_MS);
      continue;
    }
    try {
      if (!isBuilt()) build();
    } finally {
      rmSync(LOCK, { force: true });
    }
  }
}

function build(): void {
  try {
    run(join(ROOT, "node_modules", ".bin", "tsc"), ["-p", "tsconfig.build.json"]);
    run("npm", ["run", "--silent", "build:page"]);
  } catch (error) {
    throw new Error(`the service cannot be built:\n${String(Object(error).stdout ?? error)}`);
  }
}

const run = (command: string, args: string[]) => execFileSync(command, args, { cwd: ROOT, encoding: "utf8" });
