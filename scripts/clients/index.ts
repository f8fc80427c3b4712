import { readFileSync, writeFileSync } from "node:fs";
import { COLLECTION_FILE, documentOfService, ERRORS_FILE, SCHEMA_FILE } from "./document.js";
import { withErrorTable } from "./error-page.js";
import { writeCollection } from "./postman.js";
import { writeTypes } from "./types.js";

/**
 * `npm run client`: writes what is made from the API's document and its table of errors. The tests fail when a file is
 * out of date.
 */
const document = documentOfService();
writeFileSync(SCHEMA_FILE, writeTypes(document));
writeFileSync(COLLECTION_FILE, writeCollection(document));
writeFileSync(ERRORS_FILE, withErrorTable(readFileSync(ERRORS_FILE, "utf8")));
