import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { type ServiceProcess, startService } from "../support/service-process.js";
import { settingsOf } from "./environment.js";
import { DEFAULT_PORTS, type Sandbox, startSandbox } from "./sandbox.js";
import { SEED } from "./seed/index.js";

const SERVICE_PORT = 3003;

/**
 * `npm run sandbox`: the whole world on this machine, left running: MongoDB, the neighbours, the gateway and
 * the built service on port 3003. With `--watch` (`npm run dev`) the service runs from the sources and
 * restarts when they change. Settings of the shell, such as `RATE_LIMIT_PER_MINUTE`, apply to the service.
 */
async function main(): Promise<void> {
  const watch = process.argv.includes("--watch");
  const mongo = await startEmbeddedMongo();
  const sandbox = await startSandbox({
    mongoUri: mongo.uri,
    databaseName: "sandbox_inventory",
    ports: DEFAULT_PORTS,
  });
  sandbox.setServiceUrl(`http://127.0.0.1:${SERVICE_PORT}`);
  const mongodbUri = databaseUri(mongo.uri, "sandbox_orders");
  const service = await startService({
    port: SERVICE_PORT,
    env: { ...sandbox.env, ...settingsOf(process.env), MONGODB_URI: mongodbUri },
    onOutput: (text) => process.stdout.write(text),
    ...(watch
      ? { command: ["node_modules/.bin/tsx", "watch", "--clear-screen=false", "index.ts"] as const }
      : {}),
  });
  printWelcome(service.url, mongodbUri, sandbox);
  await untilInterrupted(service);
  await service.stop();
  await sandbox.stop();
  await mongo.stop();
}

/** Ctrl-C, a SIGTERM, or the service's own end. */
function untilInterrupted(service: ServiceProcess): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    void service.exited.then(() => resolve());
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

/** What somebody needs who has just started the sandbox: addresses, tokens, and a first purchase to paste. */
export function printWelcome(serviceUrl: string, mongodbUri: string, sandbox: Sandbox): void {
  const { urls, tokens } = sandbox;
  const lines = [
    "",
    `  The service      ${serviceUrl}`,
    `  API docs         ${serviceUrl}/api/docs`,
    ...Object.entries(urls).map(([name, url]) => `  ${name.padEnd(16)} ${url}`),
    `  database         ${mongodbUri.split("?")[0]}?replicaSet=rs0`,
    "",
    "  Tokens (Authorization: Bearer …)",
    ...Object.entries(tokens).map(([name, token]) => `  ${name.padEnd(16)} ${token}`),
    "",
    "  A first purchase, to paste (README.md has the rest of it):",
    `  curl -si ${serviceUrl}/api/cart/items -H 'content-type: application/json' \\`,
    `    -d '{"productId":"${SEED.products.ashwagandha}","variantId":"${SEED.variants.ashwagandha}","quantity":1}'`,
    "",
    "  Ctrl-C ends everything.",
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
