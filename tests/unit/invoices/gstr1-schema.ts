import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";

/** Floats: 37.97 / 0.01 is 3796.9999999999995. */
const ajv = new Ajv({ allErrors: true, multipleOfPrecision: 6 });
const validate = ajv.compile(
  JSON.parse(readFileSync(join(__dirname, "../../../docs/gstr1.schema.json"), "utf8")),
);

/** What a file has that the portal's layout does not allow; empty when it is valid. */
export const faultsOf = (file: unknown): string[] =>
  validate(file)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
