import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { routesOf } from "../../config/express.config.js";
import { replaceBlock } from "./generated-block.js";
import { guardsPage } from "./guards-page.js";
import { permissionMatrix } from "./permission-matrix.js";

/** Writes the parts of the documentation that are made from the code: `npm run docs`. */
const PARTS = [
  { page: "security.md", name: "permissions", text: permissionMatrix(routesOf()) },
  { page: "reliability.md", name: "guards", text: guardsPage() },
];

for (const { page, ...part } of PARTS) {
  const path = fileURLToPath(new URL(`../../docs/${page}`, import.meta.url));
  writeFileSync(path, replaceBlock(readFileSync(path, "utf8"), part));
  console.log(`docs/${page} is up to date`);
}
