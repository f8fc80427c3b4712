import type { Sandbox } from "./sandbox.js";
import { SEED } from "./seed/index.js";

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
