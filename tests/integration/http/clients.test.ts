import { readFileSync } from "node:fs";
import {
  COLLECTION_FILE,
  documentOfService,
  ERRORS_FILE,
  SCHEMA_FILE,
} from "../../../scripts/clients/document.js";
import { withErrorTable } from "../../../scripts/clients/error-page.js";
import { writeCollection } from "../../../scripts/clients/postman.js";
import { writeTypes } from "../../../scripts/clients/types.js";

describe("What is made from the API's document", () => {
  const document = documentOfService();

  test("When a route or a schema changes, then the client's types are made again (npm run client)", () => {
    expect(readFileSync(SCHEMA_FILE, "utf8")).toBe(writeTypes(document));
  });

  test("When a route, a schema or an example changes, then the Postman collection is made again (npm run client)", () => {
    expect(readFileSync(COLLECTION_FILE, "utf8")).toBe(writeCollection(document));
  });

  test("When an error code changes, then docs/rules/errors.md has its meaning (npm run client)", () => {
    const page = readFileSync(ERRORS_FILE, "utf8");
    expect(page).toBe(withErrorTable(page));
    expect(page).toContain("| `OUTCOME_UNKNOWN` | 503 |");
  });
});

describe("The client's types", () => {
  const write = (schema: object) => {
    const { paths, components, ...rest } = documentOfService();
    const types = writeTypes({
      ...rest,
      paths: {},
      components: { ...components, schemas: { Thing: schema as Record<string, unknown> } },
    });
    return types
      .slice(types.indexOf("Thing: ") + "Thing: ".length, types.indexOf(";\n  };\n}\n"))
      .replace(/\s+/g, " ");
  };

  test.each([
    ["a text", { type: "string" }, "string"],
    ["a file", { type: "string", format: "binary" }, "Blob"],
    ["a number or nothing", { type: ["integer", "null"] }, "number | null"],
    ["one of some words, or null", { type: ["string", "null"], enum: ["a", "b", null] }, '"a" | "b" | null'],
    ["a constant", { const: false }, "false"],
    [
      "a list of choices",
      { type: "array", items: { anyOf: [{ type: "string" }, { type: "null" }] } },
      "(string | null)[]",
    ],
    ["anything", {}, "unknown"],
    [
      "fields by name",
      { type: "object", additionalProperties: { type: "number" } },
      "Record<string, number>",
    ],
    ["no fields", { type: "object", additionalProperties: false }, "Record<string, never>"],
    [
      "an object whose fields may be left out, with a default or not",
      {
        type: "object",
        required: ["id"],
        properties: {
          id: { type: "string" },
          page: { type: "integer", default: 1 },
          "a-b": { type: "null" },
        },
      },
      '{ id: string; page?: number; "a-b"?: null; }',
    ],
    [
      "parts together",
      {
        allOf: [
          { $ref: "#/components/schemas/Other" },
          { type: "object", required: ["x"], properties: { x: {} } },
        ],
      },
      'components["schemas"]["Other"] & { x: unknown; }',
    ],
  ])("When a schema is %s, then so is the type", (_what, schema, type) => {
    expect(write(schema)).toBe(type);
  });
});
