import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { routesOf } from "../../config/express.config.js";
import { replaceBlock } from "./generated-block.js";
import { permissionMatrix } from "./permission-matrix.js";

/** Writes the parts of the documentation that are made from the code: `npm run docs`. */

const path = fileURLToPath(new URL("../../docs/security.md", import.meta.url));
const page = readFileSync(path, "utf8");
writeFileSync(path, replaceBlock(page, { name: "permissions", text: permissionMatrix(routesOf()) }));
console.log("docs/security.md is up to date");
