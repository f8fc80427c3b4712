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
  beforeAll(() => acquire(lock), PATIENCE_MS);
  afterAll(() => rmdirSync(lock));
}

/** Making a folder is atomic: one of two makers fails. */
async function acquire(lock: string): Promise<void> {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST") throw error;
    }
    await sleep(POLL_MS);
  }
}
