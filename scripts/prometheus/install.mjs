/**
 * Prometheus and promtool: those on the PATH, or Debian's package unpacked into the cache folder. It is not installed, so
 * no system service starts and no root is needed. Uses only Node itself. `npm run test:long` runs it; where it is not
 * possible, it says so and ends without an error, and the tests that need the programs are reported as not run.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder, withLock } from "../mongo/cache.mjs";
import { findOnPath, isExecutable, run } from "../mongo/process.mjs";

const unpackedFolder = () => join(cacheFolder(), "prometheus");

/** The paths of both programs, or null when they have to be installed first. */
export function findPrometheus() {
  const pathOf = (name) => {
    const unpacked = join(unpackedFolder(), "usr", "bin", name);
    return findOnPath(name) ?? (isExecutable(unpacked) ? unpacked : null);
  };
  const [prometheus, promtool] = [pathOf("prometheus"), pathOf("promtool")];
  return prometheus && promtool ? { prometheus, promtool } : null;
}

/**
 * Finds the programs, or fetches them.
 * @throws an Error that says what is missing
 */
export async function installPrometheus() {
  const found = findPrometheus();
  if (found) return found;
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if (!findOnPath(tool))
      throw new Error(
        `Prometheus is missing, and there is no ${tool}: put prometheus and promtool on the PATH`,
      );
  }
  await withLock("prometheus", () => {
    if (!findPrometheus()) unpackPackage();
  });
  const installed = findPrometheus();
  if (!installed) throw new Error("Debian's package has no prometheus and promtool for this machine");
  return installed;
}

function unpackPackage() {
  console.log("> fetching Prometheus from Debian's packages (about 40 MB)");
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), "prometheus-"));
  try {
    download(folder);
    const [file] = readdirSync(folder).filter((name) => name.endsWith(".deb"));
    if (!file) throw new Error("apt-get downloaded no package");
    run("dpkg-deb", ["--extract", file, "unpacked"], { cwd: folder });
    rmSync(unpackedFolder(), { recursive: true, force: true });
    renameSync(join(folder, "unpacked"), unpackedFolder());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The list of packages may be missing or old. Updating it needs root; downloading does not. */
function download(folder) {
  const options = { cwd: folder, stdio: ["ignore", "ignore", "inherit"] };
  // As root, apt-get would download as the user _apt, who may not write here.
  const sandboxUser = ["-o", "APT::Sandbox::User=root"];
  const fetch = () => run("apt-get", ["-q", ...sandboxUser, "download", "prometheus"], options);
  try {
    fetch();
  } catch {
    run("apt-get", ["-q", "update"], options);
    fetch();
  }
}

// Not import.meta: the tests load this file as CommonJS.
if (basename(process.argv[1] ?? "") === "install.mjs") {
  installPrometheus().catch((error) => console.log(`> Prometheus is not available: ${error.message}`));
}
