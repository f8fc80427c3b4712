import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { type ServiceProcess, startService } from "../support/service-process.js";
import { DEFAULT_PORTS, settingsOf } from "./environment.js";
import { type Sandbox, startSandbox } from "./sandbox.js";
import { SEED } from "./seed/index.js";
import type { Listening } from "./shared/http.js";
import { startStorefront } from "./storefront/index.js";

const SERVICE_PORT = 3003;
const DEFAULT_SHOP = "http://localhost:3000";

/**
 * `npm run sandbox` starts MongoDB, all stand-ins, the built service on port 3003 and a shop on port 3000, and
 * keeps them running. With `--watch` (`npm run dev`) the service runs from its sources and restarts when they
 * change. Settings of the shell, such as `RATE_LIMIT_PER_MINUTE`, apply to the service.
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
    env: { ...sandbox.env, ...shopSettings(), ...settingsOf(process.env), MONGODB_URI: mongodbUri },
    onOutput: (text) => process.stdout.write(text),
    ...(watch
      ? { command: ["node_modules/.bin/tsx", "watch", "--clear-screen=false", "index.ts"] as const }
      : {}),
  });
  const shop = await openShop(sandbox, service.url);
  printWelcome(service.url, mongodbUri, sandbox, shop.line);
  await untilInterrupted(service);
  await service.stop();
  await shop.server?.close();
  await sandbox.stop();
  await mongo.stop();
}

const shopAddress = (): URL => new URL(process.env.STOREFRONT_URL ?? DEFAULT_SHOP);

/** What a shop for consumers needs: its pages may call the service, and its prices are MRPs, which include tax. */
function shopSettings(): Record<string, string> {
  const { protocol, port } = shopAddress();
  const origins = ["localhost", "127.0.0.1"].map((host) => `${protocol}//${host}${port && `:${port}`}`);
  return { CORS_ORIGINS: origins.join(","), PRICES_INCLUDE_TAX: "true" };
}

/** A shop of one's own on the same address is a reason to start the sandbox, not to fail. */
async function openShop(sandbox: Sandbox, serviceUrl: string): Promise<{ line: string; server?: Listening }> {
  const { href, hostname, port } = shopAddress();
  const isHere = hostname === "localhost" || hostname === "127.0.0.1";
  if (!isHere || port === "") return { line: `${href} (STOREFRONT_URL; not served by the sandbox)` };
  try {
    const server = await startStorefront({ sandbox, serviceUrl, port: Number(port) });
    return { line: href, server };
  } catch (error) {
    if (!String(error).includes("EADDRINUSE")) throw error;
    return {
      line: `not served: port ${port} is taken; try STOREFRONT_URL=http://localhost:3100 npm run sandbox`,
    };
  }
}

/** Resolves on Ctrl-C, on SIGTERM or when the service exits. */
function untilInterrupted(service: ServiceProcess): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    void service.exited.then(() => resolve());
  });
}

/** Prints addresses, tokens and a first request to paste. */
function printWelcome(serviceUrl: string, mongodbUri: string, sandbox: Sandbox, shop: string): void {
  const { urls, tokens } = sandbox;
  const lines = [
    "",
    `  The shop         ${shop}`,
    `  The service      ${serviceUrl}`,
    `  API docs         ${serviceUrl}/api/docs`,
    `  for operators    ${serviceUrl}/ops#token=${tokens.admin}`,
    ...Object.entries(urls).map(([name, url]) => `  ${name.padEnd(16)} ${url}`),
    `  database         ${mongodbUri.split("?")[0]}?replicaSet=rs0`,
    "",
    "  Tokens (Authorization: Bearer …)",
    ...Object.entries(tokens).map(([name, token]) => `  ${name.padEnd(16)} ${token}`),
    "",
    "  To start a purchase (docs/integrating.md has the other steps):",
    `  curl -si ${serviceUrl}/api/cart/items -H 'content-type: application/json' \\`,
    `    -d '{"productId":"${SEED.products.ashwagandha}","variantId":"${SEED.variants.ashwagandha}","quantity":1}'`,
    "",
    "  Ctrl-C stops everything.",
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
