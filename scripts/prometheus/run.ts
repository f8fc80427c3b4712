import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { installPrometheus } from "./install.mjs";
import { startPrometheus } from "./server.js";

const PORT = 9090;
const CONFIG_FILE = "ops/prometheus/prometheus.yml";
const TOKEN_FILE = "ops/prometheus/metrics-token";
const DATA_FOLDER = ".data/prometheus";

/**
 * `npm run prometheus` collects the metrics of a running `npm run sandbox` and evaluates the alert rules, until Ctrl-C.
 * It fetches Prometheus if it is missing.
 */
async function main(): Promise<void> {
  const programs = await installPrometheus();
  mkdirSync(DATA_FOLDER, { recursive: true });
  // The sandbox's service has no METRICS_TOKEN and ignores this one; Prometheus wants the file to exist.
  if (!existsSync(TOKEN_FILE))
    writeFileSync(TOKEN_FILE, process.env.METRICS_TOKEN ?? "none", { mode: 0o600 });
  const server = await startPrometheus({
    ...{ programs, configFile: CONFIG_FILE, dataFolder: DATA_FOLDER, port: PORT },
  });
  process.stdout.write(
    `\n  Prometheus       ${server.url}\n  alerts           ${server.url}/alerts\n` +
      `  targets          ${server.url}/targets (ops/prometheus/targets)\n\n  Ctrl-C stops it.\n`,
  );
  const interrupted = new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await Promise.race([interrupted, server.exited]);
  await server.stop();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
