import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Removal, withoutGuard } from "./guard.js";

const PROJECT = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** The sources as they are now, without what git ignores, in a folder of their own. */
export interface WorkingCopy {
  folder: string;
  /** Removes guards while `work` runs. @throws Error when a text is not found once; the files are as before then */
  without<T>(removals: readonly Removal[], work: () => Promise<T>): Promise<T>;
  remove(): void;
}

export function makeWorkingCopy(): WorkingCopy {
  const folder = join(PROJECT, ".data/guards", String(process.pid));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: PROJECT,
    encoding: "utf8",
  });
  // A file that was deleted and not committed yet is still listed.
  const files = listed.split("\0").filter((file) => file !== "" && existsSync(join(PROJECT, file)));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(PROJECT, file), join(folder, file));
  }
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    without: (removals, work) => changed(folder, removals, work),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function changed<T>(folder: string, removals: readonly Removal[], work: () => Promise<T>): Promise<T> {
  const before = new Map(removals.map(({ file }) => [file, readFileSync(join(folder, file), "utf8")]));
  const after = new Map(before);
  for (const removal of removals)
    after.set(removal.file, withoutGuard(after.get(removal.file) ?? "", removal));
  try {
    for (const [file, text] of after) writeFileSync(join(folder, file), text);
    return await work();
  } finally {
    for (const [file, text] of before) writeFileSync(join(folder, file), text);
  }
}
