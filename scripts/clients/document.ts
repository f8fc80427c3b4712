import { fileURLToPath } from "node:url";
import { config } from "../../config/env.config.js";
import { routesOf } from "../../config/express.config.js";
import { readExamples } from "../../config/openapi/examples.js";
import { buildOpenApi, type OpenApiDocument } from "../../config/openapi.config.js";
import { isRecord } from "../../utils/helpers.js";

const fileAt = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const SCHEMA_FILE = fileAt("clients/typescript/schema.d.ts");
export const ERRORS_FILE = fileAt("docs/rules/errors.md");
export const COLLECTION_FILE = fileAt("clients/postman/collection.json");

/** Where the sandbox answers. */
const SANDBOX_URL = "http://localhost:3003";

/** What `/api/docs/openapi.json` of a sandbox answers. */
export const documentOfService = (): OpenApiDocument =>
  buildOpenApi(routesOf(), { version: config.version, publicUrl: SANDBOX_URL, examples: readExamples() });

/** Parts of the document, empty where it says nothing. */
export const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
