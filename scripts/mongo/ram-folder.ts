import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** A file system in memory. Linux has it; containers may limit it to 64 MB, which is too little. */
const RAM_DISK = "/dev/shm";
/** A run of the tests uses 0.2 GB; its journal alone preallocates half of that. */
const NEEDED_BYTES = 2 * 1024 ** 3;
const PREFIX = "order-payment-mongo-";

/**
 * A new folder in memory, where waiting for the journal costs no disk access; majority and journal mean what
 * they always do. Removes the folders of runs that were killed before they could.
 * @returns undefined where there is no memory for it
 */
export function makeRamFolder(): string | undefined {
  try {
    for (const name of readdirSync(RAM_DISK)) if (isAbandoned(name)) removeFolder(join(RAM_DISK, name));
    const { bavail, bsize } = statfsSync(RAM_DISK);
    return bavail * bsize < NEEDED_BYTES
      ? undefined
      : mkdtempSync(join(RAM_DISK, `${PREFIX}${process.pid}-`));
  } catch {
    return undefined;
  }
}

export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

function isAbandoned(name: string): boolean {
  if (!name.startsWith(PREFIX)) return false;
  try {
    process.kill(Number.parseInt(name.slice(PREFIX.length), 10), 0);
    return false;
  } catch (error) {
    return Object(error).code === "ESRCH";
  }
}
