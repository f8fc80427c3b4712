/**
 * Makes a fresh machine ready for `npm test`, `npm run demo` and `npm run sandbox`: the packages and
 * a MongoDB. Uses nothing but Node itself, installs only what is missing, and takes a fraction of a
 * second when nothing is. Run by those commands; `node scripts/setup.mjs` does it alone.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson, readText, withLock, writeFileAtomically } from "./mongo/cache.mjs";
import { installMongod } from "./mongo/find-mongod.mjs";
import { runNpm } from "./mongo/process.mjs";

export { installMongod, resolveMongod } from "./mongo/find-mongod.mjs";

/** From here on `require` can load ES modules, which several packages need (package.json, engines). */
const MINIMUM_NODE = [20, 19];
const PROJECT_FOLDER = fileURLToPath(new URL("..", import.meta.url));
const LOCK_FILE = join(PROJECT_FOLDER, "package-lock.json");
const STAMP_FILE = join(PROJECT_FOLDER, "node_modules", ".setup-stamp");

/** Everything in order. @throws an Error whose message says what to do. */
export async function setUp() {
  assertNodeVersion(process.versions.node);
  if (!arePackagesCurrent()) {
    await withLock(`packages-${digest(PROJECT_FOLDER).slice(0, 12)}`, async () => {
      if (!arePackagesCurrent()) installPackages();
    });
  }
  return installMongod();
}

/** @throws when this Node is older than the packages need. */
export function assertNodeVersion(version) {
  const [major, minor] = version.split(".").map(Number);
  const isRecentEnough = major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
  if (isRecentEnough) return;
  throw new Error(
    `Node ${version} is too old: this project needs ${MINIMUM_NODE.join(".")} or later. ` +
      "Install it from https://nodejs.org, or with a version manager (`nvm install 20`).",
  );
}

/** The stamp holds the digest of the package-lock.json that was installed from. */
function arePackagesCurrent() {
  const wanted = digest(readFileSync(LOCK_FILE));
  if (readText(STAMP_FILE) === wanted) return true;
  if (!matchesInstalledTree()) return false;
  // Installed by hand (`npm install`), and complete: no reason to install it again.
  writeFileAtomically(STAMP_FILE, wanted);
  return true;
}

/** Compares with the list npm keeps of what it installed. Optional packages depend on the platform. */
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
    // The MongoDB is looked for below, in more places than the package's own install script knows.
    env: { ...process.env, MONGOMS_DISABLE_POSTINSTALL: "1" },
  });
  writeFileAtomically(STAMP_FILE, digest(readFileSync(LOCK_FILE)));
}

/**
 * A package-lock.json written against a registry without the packages of other platforms lacks
 * them, and `npm ci` refuses it on every machine. `npm install --no-save` installs the same
 * versions from it and leaves the file alone.
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
    console.log(
      `> set-up complete; MongoDB: ${mongod.binary ?? "the server of MONGODB_URI"} (${mongod.source})`,
    );
  } catch (error) {
    console.error(`> ${error.message}`);
    process.exitCode = 1;
  }
}
