/**
 * Prepares a fresh machine for `npm test`, `npm run demo` and `npm run sandbox`: installs the packages and a
 * MongoDB if they are missing. It uses only Node itself and takes a fraction of a second when nothing is missing.
 * Those commands run it; `node scripts/setup.mjs` runs it alone.
 *
 * `--browser` also installs Debian's Chromium, for the tests that use pages as people do. Only `npm run test:long`
 * asks for it, because it is big (about 400 MB) and needs root; without one, those tests say so and are left out.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson, readText, withLock, writeFileAtomically } from "./mongo/cache.mjs";
import { installMongod } from "./mongo/find-mongod.mjs";
import { findOnPath, run, runNpm } from "./mongo/process.mjs";

export { installMongod, resolveMongod } from "./mongo/find-mongod.mjs";

/** The first version whose `require` can load ES modules, which several packages need. As in package.json. */
const MINIMUM_NODE = [20, 19];
const PROJECT_FOLDER = fileURLToPath(new URL("..", import.meta.url));
const LOCK_FILE = join(PROJECT_FOLDER, "package-lock.json");
const STAMP_FILE = join(PROJECT_FOLDER, "node_modules", ".setup-stamp");

/** Installs what is missing. @throws an Error whose message says what to do */
export async function setUp() {
  assertNodeVersion(process.versions.node);
  if (!arePackagesCurrent()) {
    await withLock(`packages-${digest(PROJECT_FOLDER).slice(0, 12)}`, async () => {
      if (!arePackagesCurrent()) installPackages();
    });
  }
  return installMongod();
}

/** @throws when this Node is too old for the packages */
export function assertNodeVersion(version) {
  const [major, minor] = version.split(".").map(Number);
  const isRecentEnough = major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
  if (isRecentEnough) return;
  throw new Error(
    `Node ${version} is too old: this project needs ${MINIMUM_NODE.join(".")} or later. ` +
      "Install it from https://nodejs.org, or with a version manager (`nvm install 20`).",
  );
}

/** The stamp file holds the digest of the installed package-lock.json. */
function arePackagesCurrent() {
  const current = digest(readFileSync(LOCK_FILE));
  if (readText(STAMP_FILE) === current) return true;
  if (!matchesInstalledTree()) return false;
  // Everything was installed by hand (`npm install`).
  writeFileAtomically(STAMP_FILE, current);
  return true;
}

/** Compares with npm's own list of installed packages. Optional packages depend on the platform. */
function matchesInstalledTree() {
  const installed = readJson(join(PROJECT_FOLDER, "node_modules", ".package-lock.json"))?.packages;
  if (!installed) return false;
  return Object.entries(readJson(LOCK_FILE)?.packages ?? {}).every(
    ([path, wanted]) => path === "" || wanted.optional || installed[path]?.version === wanted.version,
  );
}

function installPackages() {
  const command = isLockFileComplete() ? ["ci"] : ["install", "--no-save"];
  console.log(`> installing the packages of package-lock.json (npm ${command.join(" ")})`);
  runNpm([...command, "--include=dev", "--no-audit", "--no-fund"], {
    cwd: PROJECT_FOLDER,
    // `installMongod` looks for MongoDB in more places than the package's own install script.
    env: { ...process.env, MONGOMS_DISABLE_POSTINSTALL: "1" },
  });
  writeFileAtomically(STAMP_FILE, digest(readFileSync(LOCK_FILE)));
}

/** @throws when apt fails; without apt or without root it only says what is left out */
function installBrowser() {
  if (process.env.CHROMIUM_PATH || findOnPath("chromium")) return;
  if (!findOnPath("apt-get") || process.getuid?.() !== 0) {
    console.log("> Chromium is not installed: that takes apt and root. Tests in a browser are left out");
    return;
  }
  console.log("> installing Debian's Chromium (apt-get install chromium)");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { env });
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env });
}

/**
 * Whether package-lock.json lists the packages of all platforms. Some registries leave out those of other
 * platforms; `npm ci` then refuses the file, while `npm install --no-save` installs the same versions from it.
 */
function isLockFileComplete() {
  const packages = readJson(LOCK_FILE)?.packages ?? {};
  const present = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  return Object.values(packages).every(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).every((name) => present.has(name)),
  );
}

function digest(content) {
  return createHash("sha256").update(content).digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const mongod = await setUp();
    if (process.argv.includes("--browser")) installBrowser();
    console.log(
      `> set-up complete; MongoDB: ${mongod.binary ?? "the server of MONGODB_URI"} (${mongod.source})`,
    );
  } catch (error) {
    console.error(`> ${error.message}`);
    process.exitCode = 1;
  }
}
