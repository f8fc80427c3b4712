/** Helpers for child processes and the PATH, used by the set-up scripts. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The full path of an executable on the PATH, or null. */
export function findOnPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const fileName = process.platform === "win32" ? `${name}.exe` : name;
  return folders.map((folder) => join(folder, fileName)).find(isExecutable) ?? null;
}

/** Whether the path is an executable file. */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a command and shows what it prints.
 * @throws an Error naming the command when it fails.
 */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`"${command} ${args.join(" ")}" exited with code ${status}`);
}

/** Runs npm: the one that runs this script, if there is one, else the one on the PATH. */
export function runNpm(args, { env = process.env, ...options } = {}) {
  const quiet = { ...options, env: { ...env, npm_config_update_notifier: "false" } };
  const npmScript = process.env.npm_execpath;
  if (npmScript && /\.[cm]?js$/.test(npmScript)) return run(process.execPath, [npmScript, ...args], quiet);
  return run("npm", args, { shell: process.platform === "win32", ...quiet });
}
