import { mkdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than the slowest of these files on a busy machine. */
const PATIENCE_MS = 5 * 60_000;
const POLL_MS = 100;

/**
 * The server has one `failCommand` fail point, and the files of a run share the server: without this, one
 * file would switch the other's fault off. Call it once at the top of a file that sets the fail point; such
 * files then run one after the other, whatever the workers do.
 */
export function useFailPoints(): void {
  const lock = join(tmpdir(), `fail-points-${process.env.TEST_RUN_ID ?? "norun"}`);
  let isMine = false;
  beforeAll(async () => {
    await acquire(lock);
    isMine = true;
  }, PATIENCE_MS);
  afterAll(() => {
    if (isMine) rmdirSync(lock);
  });
}

/** Making a folder is atomic: one of two makers fails. */
async function acquire(lock: string): Promise<void> {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      // Not `instanceof Error`: Node's own errors are made outside Jest's world, where `Error` is another one.
      if (Object(error).code !== "EEXIST") throw error;
    }
    await sleep(POLL_MS);
  }
}
