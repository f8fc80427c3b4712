import { readFileSync, writeFileSync } from "node:fs";
import { documentOfService, ERRORS_FILE, SCHEMA_FILE } from "./document.js";
import { withErrorTable } from "./error-page.js";
import { writeTypes } from "./types.js";

/**
 * `npm run client`: writes what is made from the API's document and its table of errors. The tests fail when a file is
 * out of date.
 */
writeFileSync(SCHEMA_FILE, writeTypes(documentOfService()));
writeFileSync(ERRORS_FILE, withErrorTable(readFileSync(ERRORS_FILE, "utf8")));
