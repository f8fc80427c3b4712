import { fileURLToPath } from "node:url";
import { config } from "../../config/env.config.js";
import { routesOf } from "../../config/express.config.js";
import { readExamples } from "../../config/openapi/examples.js";
import { buildOpenApi, type OpenApiDocument } from "../../config/openapi.config.js";

const fileAt = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const SCHEMA_FILE = fileAt("clients/typescript/schema.d.ts");
export const ERRORS_FILE = fileAt("docs/rules/errors.md");

/** Where the sandbox answers. */
const SANDBOX_URL = "http://localhost:3003";

/** What `/api/docs/openapi.json` of a sandbox answers. */
export const documentOfService = (): OpenApiDocument =>
  buildOpenApi(routesOf(), { version: config.version, publicUrl: SANDBOX_URL, examples: readExamples() });
