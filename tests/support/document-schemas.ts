import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/** A JSON value against the schemas of an OpenAPI document, each compiled when it is first used. */
export class DocumentSchemas {
  private readonly ajv = new Ajv2020({
    ...{ strict: false, allErrors: true, validateSchema: false },
    // Most schemas validate a few answers: the time that counts is that of compiling.
    ...{ inlineRefs: false, code: { optimize: false } },
  });

  constructor(private readonly document: { paths: Record<string, Record<string, unknown>> }) {
    formats.default(this.ajv);
    this.ajv.addSchema(document, DOCUMENT);
  }

  /**
   * @param path the keys that lead to the schema
   * @returns where and why the value does not match; empty when it does
   * @throws Error where the document has no such schema
   */
  faults(path: readonly string[], value: unknown): string[] {
    const pointer = path.map((key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1")));
    const validate: ValidateFunction | undefined = this.ajv.getSchema(`${DOCUMENT}#/${pointer.join("/")}`);
    if (!validate) throw new Error(`the document has no ${path.join(" ")}`);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** What the document says at these keys; undefined where it says nothing. */
  at(path: readonly string[]): unknown {
    return path.reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      this.document,
    );
  }
}

const DOCUMENT = "document";
