import { mkdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { mongo } from "mongoose";

/** Other files hold the lock for seconds at a time. */
const PATIENCE_MS = 5 * 60_000;
const POLL_MS = 25;

/** What `configureFailPoint` takes. */
interface FailPoint {
  mode: "alwaysOn" | { times: number } | { skip: number };
  data: mongo.Document;
}

/** The connection whose fail point is on. */
let active: mongo.Admin | undefined;

/**
 * Switches the fail point off after each test. Call it once at the top of a file that uses `setFailPoint` on
 * the common server.
 */
export function useFailPoints(): void {
  afterEach(clearFailPoint);
}

/**
 * Lets commands of the database fail. The server has one `failCommand` fail point and the files of a run share
 * the server, so this waits until no other file uses it, and keeps it until `clearFailPoint`.
 * @returns the server's answer, with `count`: how often the fail point has struck so far
 */
export async function setFailPoint(admin: mongo.Admin, failPoint: FailPoint): Promise<mongo.Document> {
  if (!active) await lockFailPoints();
  active = admin;
  return admin.command({ configureFailPoint: "failCommand", ...failPoint });
}

export async function clearFailPoint(): Promise<void> {
  if (!active) return;
  await active.command({ configureFailPoint: "failCommand", mode: "off" });
  active = undefined;
  unlockFailPoints();
}

const lockPath = (): string => join(tmpdir(), `fail-points-${process.env.TEST_RUN_ID ?? "norun"}`);

/** Waits for other files, also for those that set another fail point. Making a folder is atomic. */
export async function lockFailPoints(): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      mkdirSync(lockPath());
      return;
    } catch (error) {
      // Not `instanceof Error`: Node's own errors are made outside Jest's world, where `Error` is another one.
      if (Object(error).code !== "EEXIST" || performance.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}

export function unlockFailPoints(): void {
  rmdirSync(lockPath());
}
