/**
 * The cache folder, which is outside the repository and survives a fresh clone. Runs share it by atomic writes
 * and by a lock for steps that take minutes.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Long enough for `npm ci` or a package installation on a slow connection. */
const LOCK_LIMIT_MS = 15 * 60_000;
const LOCK_POLL_MS = 250;

/** The folder of this project under `XDG_CACHE_HOME` or `~/.cache`. Created when missing. */
export function cacheFolder() {
  const root = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(root, "order-payment-service");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A unique name next to `path`, to be renamed to `path` once it is complete. */
export function temporaryName(path) {
  return `${path}.${process.pid}.${Date.now()}.tmp`;
}

/** Writes a file so that readers see either the old or the new content. */
export function writeFileAtomically(path, content, mode = 0o644) {
  const temporary = temporaryName(path);
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, path);
}

/** The text of a file, or null when it does not exist. */
export function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** The parsed JSON of a file, or null when it is missing or not JSON. */
export function readJson(path) {
  try {
    return JSON.parse(readText(path) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Runs `work` while no other process on this machine runs work of the same name.
 * It takes over a lock whose owner has died.
 * @throws when the lock is not free within 15 minutes.
 */
export async function withLock(name, work) {
  const path = join(cacheFolder(), `${name}.lock`);
  const deadline = Date.now() + LOCK_LIMIT_MS;
  let announced = false;
  while (!acquire(path)) {
    if (Date.now() > deadline) throw new Error(`${path} is held by another process; delete it if none runs`);
    if (!announced) console.log(`> waiting for another set-up run (${path})`);
    announced = true;
    await wait(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function acquire(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (isOwnerAlive(path)) return false;
    rmSync(path, { force: true });
    return acquire(path);
  }
}

function isOwnerAlive(path) {
  const owner = Number(readText(path));
  // An empty file is a lock that is being written or was just released.
  if (!Number.isInteger(owner) || owner <= 0) return true;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
