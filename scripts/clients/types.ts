import { json } from "../../config/openapi/responses.js";
import type { OpenApiDocument } from "../../config/openapi.config.js";
import { isRecord } from "../../utils/helpers.js";
import { listOf, recordOf } from "./document.js";

/**
 * TypeScript types of an OpenAPI document, in the form that `openapi-fetch` reads: `paths`, `operations` and
 * `components`. `openapi-typescript` would make the same, but needs the compiler of TypeScript 5
 * (docs/decisions/036). Fields that may be left out of a request are optional, also where they have a default.
 */

type Json = Record<string, unknown>;

const INDENT = "  ";
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const indent = (text: string): string => text.replaceAll("\n", `\n${INDENT}`);
const keyOf = (name: string): string =>
  IDENTIFIER.test(name) || /^\d+$/.test(name) ? name : JSON.stringify(name);
const unionOf = (types: readonly string[]): string => [...new Set(types)].join(" | ");

/** `null | { … }` inside an array or an intersection. */
const inParentheses = (type: string): string => (/^[^{]* [|&] |[}\]] [|&] /.test(type) ? `(${type})` : type);

function comment(text: unknown): string {
  if (typeof text !== "string" || text === "") return "";
  const lines = text.replaceAll("*/", "*\\/").split("\n");
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}

interface Field {
  name: string;
  type: string;
  optional?: boolean;
  description?: unknown;
}

function objectOf(fields: readonly Field[]): string {
  if (fields.length === 0) return "Record<string, never>";
  const lines = fields.map(
    ({ name, type, optional, description }) =>
      `${comment(description)}${keyOf(name)}${optional ? "?" : ""}: ${type};`,
  );
  return `{\n${INDENT}${indent(lines.join("\n"))}\n}`;
}

function objectType(schema: Json): string {
  const required = listOf(schema.required);
  const fields = Object.entries(recordOf(schema.properties)).map(([name, property]) => ({
    name,
    type: typeOf(property),
    optional: !required.includes(name),
    description: recordOf(property).description,
  }));
  const { additionalProperties: others } = schema;
  if (fields.length > 0) return objectOf(fields);
  return others === false ? objectOf([]) : `Record<string, ${isRecord(others) ? typeOf(others) : "unknown"}>`;
}

function primitiveOf(type: unknown, schema: Json): string {
  switch (type) {
    case "string":
      return schema.format === "binary" ? "Blob" : "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
    case "null":
      return String(type);
    case "array":
      return `${inParentheses(typeOf(schema.items))}[]`;
    case "object":
      return objectType(schema);
    default:
      return "unknown";
  }
}

/** What one schema says, without what it combines. */
function ownType(schema: Json): string | undefined {
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return unionOf(schema.enum.map((value) => JSON.stringify(value)));
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((type) => primitiveOf(type, schema)));
  return schema.type === undefined ? undefined : primitiveOf(schema.type, schema);
}

function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return "unknown";
  if (typeof schema.$ref === "string") {
    return `components["schemas"]["${schema.$ref.replace("#/components/schemas/", "")}"]`;
  }
  const choices = [...listOf(schema.anyOf), ...listOf(schema.oneOf)].map(typeOf);
  const parts = [
    ownType(schema),
    ...listOf(schema.allOf).map(typeOf),
    ...(choices.length > 0 ? [unionOf(choices)] : []),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return "unknown";
  return parts.length === 1 ? String(parts[0]) : parts.map(inParentheses).join(" & ");
}

/** A client sets the headers itself: tokens, guest ids, keys. */
const PLACES = ["path", "query"] as const;

function parametersOf(operation: Json): string {
  const parameters = listOf(operation.parameters).map(recordOf);
  const places = PLACES.map((place) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (here.length === 0) return [];
    const fields = here.map(({ name, required, schema, description }) => ({
      name: String(name),
      type: typeOf(schema),
      optional: required !== true,
      description,
    }));
    return [{ name: place, type: objectOf(fields), optional: fields.every(({ optional }) => optional) }];
  });
  return objectOf(places.flat());
}

const contentOf = (content: unknown): string =>
  objectOf(
    Object.entries(recordOf(content)).map(([name, media]) => ({
      name,
      type: typeOf(recordOf(media).schema),
    })),
  );

function requestBodyOf({ requestBody }: Json): Field[] {
  if (!isRecord(requestBody)) return [];
  const type = objectOf([{ name: "content", type: contentOf(requestBody.content) }]);
  return [{ name: "requestBody", type, optional: requestBody.required !== true }];
}

function responseOf([status, response]: [string, unknown]): Field {
  const { content } = recordOf(response);
  const hasContent = isRecord(content);
  const fields = [
    { name: "headers", type: "Record<string, unknown>" },
    { name: "content", type: hasContent ? contentOf(content) : "never", optional: !hasContent },
  ];
  return { name: status, type: objectOf(fields) };
}

/** A client throws refusals, all of one type. What each operation refuses with is in its documentation. */
function responsesOf({ responses }: Json): string {
  const successes = Object.entries(recordOf(responses)).filter(([status]) => status < "300");
  const refusal: [string, unknown] = ["default", { content: json({ $ref: "#/components/schemas/Refusal" }) }];
  return objectOf([...successes, refusal].map(responseOf));
}

const operationOf = (operation: Json): string =>
  objectOf([
    { name: "parameters", type: parametersOf(operation) },
    ...requestBodyOf(operation),
    { name: "responses", type: responsesOf(operation) },
  ]);

/** Those that the service has. */
const METHODS = ["get", "post", "put", "delete"];

function pathOf(operations: Json): string {
  const methods = METHODS.map((name) => {
    const operation = operations[name];
    return isRecord(operation)
      ? { name, type: `operations["${String(operation.operationId)}"]`, description: operation.summary }
      : { name, type: "never", optional: true };
  });
  return objectOf(methods);
}

const interfaceOf = (name: string, fields: readonly Field[]): string =>
  `export interface ${name} ${objectOf(fields)}\n`;

/** The text of `schema.d.ts`. */
export function writeTypes({ paths, components }: OpenApiDocument): string {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const schemas = Object.entries(components.schemas).map(([name, schema]) => ({
    name,
    type: typeOf(schema),
    description: recordOf(schema).description,
  }));
  return [
    "// Made by `npm run client` from the OpenAPI document. Do not edit.\n",
    interfaceOf(
      "paths",
      Object.entries(paths).map(([name, path]) => ({ name, type: pathOf(path) })),
    ),
    interfaceOf("components", [{ name: "schemas", type: objectOf(schemas) }]),
    interfaceOf(
      "operations",
      operations.map((operation) => ({
        name: String(operation.operationId),
        type: operationOf(operation),
        description: operation.description,
      })),
    ),
  ].join("\n");
}
