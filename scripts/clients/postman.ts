import type { OpenApiDocument } from "../../config/openapi.config.js";
import { listOf, recordOf } from "./document.js";
import { PURCHASE, REMEMBERED, REMEMBERED_NAMES } from "./postman-steps.js";

/**
 * The API's document as a collection for Postman: a folder that makes a purchase step by step, then every operation by
 * audience. Requests send what was recorded, except for ids: those of answers are remembered in variables, which later
 * requests send.
 */

type Json = Record<string, unknown>;

interface Operation {
  method: string;
  path: string;
  id: string;
  details: Json;
}

const operationsOf = ({ paths }: OpenApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, details]) => ({
      ...{ method, path, details },
      id: String(details.operationId),
    })),
  );

const parametersIn = (place: string, { details }: Operation): Json[] =>
  listOf(details.parameters)
    .map(recordOf)
    .filter((parameter) => parameter.in === place);

/** `{{orderNumber}}`, where a request remembers one. */
const variable = (name: string): string | undefined =>
  REMEMBERED_NAMES.has(name) ? `{{${name}}}` : undefined;

/** The id of a checkout is `sessionId` in paths, and elsewhere the guest's. */
const inPath = (name: string): string | undefined =>
  variable(name === "sessionId" ? "checkoutSessionId" : name);

/** A recorded body with variables for ids; the items of `orderIds` are each an `orderId`. */
function withVariables(value: unknown, field = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withVariables(item, field.replace(/s$/, "")));
  if (typeof value === "string") return variable(field) ?? value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withVariables(item, name)]));
}

function urlOf(operation: Operation): Json {
  const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
  const query = parametersIn("query", operation).map(({ name, example, required, description }) => ({
    ...{ key: name, value: example === undefined ? "" : String(example) },
    ...(description === undefined ? {} : { description }),
    ...(example === undefined && required !== true ? { disabled: true } : {}),
  }));
  const sent = query.filter((parameter) => !("disabled" in parameter));
  const text = sent.map(({ key, value }) => `${key}=${value}`).join("&");
  return {
    raw: `{{baseUrl}}${path}${text && `?${text}`}`,
    host: ["{{baseUrl}}"],
    path: path.slice(1).split("/"),
    ...(query.length > 0 && { query }),
    variable: parametersIn("path", operation).map(({ name, example }) => ({
      ...{ key: name, value: inPath(String(name)) ?? String(example) },
    })),
  };
}

function bodyOf({ details }: Operation): Json | undefined {
  const content = recordOf(recordOf(details.requestBody).content);
  const form = content["multipart/form-data"];
  const example = recordOf(recordOf(recordOf(content["application/json"]).examples).sample).value;
  if (form !== undefined) return formOf(recordOf(recordOf(form).schema), example);
  if (example === undefined) return undefined;
  const raw = JSON.stringify(withVariables(example), null, 2);
  return { mode: "raw", raw, options: { raw: { language: "json" } } };
}

/** Files have to be chosen by hand. */
function formOf(schema: Json, example: unknown): Json {
  const fields = Object.entries(recordOf(withVariables(example))).filter(
    ([, value]) => typeof value === "string",
  );
  const files = Object.entries(recordOf(schema.properties))
    .filter(([, property]) => "contentMediaType" in recordOf(recordOf(property).items ?? property))
    .map(([key]) => ({ key, type: "file", src: [] }));
  return {
    mode: "formdata",
    formdata: [...fields.map(([key, value]) => ({ key, value, type: "text" })), ...files],
  };
}

const bearer = (name: string): Json => ({
  ...{ type: "bearer", bearer: [{ key: "token", value: `{{${name}}}`, type: "string" }] },
});

const tagOf = ({ details }: Operation): string => String(listOf(details.tags)[0]);

const schemesOf = ({ details }: Operation): string[] =>
  listOf(details.security).flatMap((scheme) => Object.keys(recordOf(scheme)));

/** Where a guest may call as well, the token is a header, which `BEFORE_EACH` can remove. */
function authOf(operation: Operation): Json {
  const schemes = schemesOf(operation);
  if (schemes.includes("session") || !schemes.includes("token")) return { type: "noauth" };
  return bearer(tagOf(operation).startsWith("Admin: ") ? "adminToken" : "customerToken");
}

function headersOf(operation: Operation): Json[] {
  const named = parametersIn("header", operation).map(({ name }) => name);
  const isGuests = schemesOf(operation).includes("session");
  const needsSession = isGuests || named.includes("X-Session-Id");
  return [
    ...(isGuests ? [{ key: "Authorization", value: "Bearer {{customerToken}}" }] : []),
    ...(needsSession ? [{ key: "X-Session-Id", value: "{{guestId}}" }] : []),
    ...(named.includes("Idempotency-Key") ? [{ key: "Idempotency-Key", value: "{{$guid}}" }] : []),
  ];
}

const script = (listen: "prerequest" | "test", exec: readonly string[]): Json => ({
  ...{ listen, script: { type: "text/javascript", exec } },
});

/** A header without its value would be refused. */
const BEFORE_EACH = [
  'if (!pm.variables.get("customerToken")) pm.request.headers.remove("Authorization");',
  'if (!pm.variables.get("guestId")) pm.request.headers.remove("X-Session-Id");',
];

const AFTER_EACH = [
  'const guestId = pm.response.headers.get("X-Session-Id");',
  'if (guestId) pm.collectionVariables.set("guestId", guestId);',
];

const rememberedBy = ({ id }: Operation): string[] =>
  Object.entries(REMEMBERED[id] ?? {}).map(
    ([name, path]) => `remember("${name}", ${JSON.stringify(path.split("."))});`,
  );

const REMEMBER = [
  "const remember = (name, keys) => {",
  "  const value = keys.reduce((found, key) => found?.[key], pm.response.json().data);",
  "  if (value) pm.collectionVariables.set(name, value);",
  "};",
];

function testOf(operation: Operation, statuses: readonly string[]): Json {
  const remembered = rememberedBy(operation);
  return script("test", [
    `pm.test("${operation.id} is answered as documented", () =>`,
    `  pm.expect([${statuses.join(", ")}]).to.include(pm.response.code));`,
    ...(remembered.length > 0 ? [...REMEMBER, ...remembered] : []),
  ]);
}

/** Whether the request has to succeed; otherwise a documented refusal is an answer as well. */
function itemOf(operation: Operation, { mustSucceed }: { mustSucceed: boolean }): Json {
  const { method, details } = operation;
  const statuses = Object.keys(recordOf(details.responses));
  const body = bodyOf(operation);
  return {
    name: details.summary,
    event: [testOf(operation, mustSucceed ? statuses.filter((status) => status < "300") : statuses)],
    request: {
      ...{ method: method.toUpperCase(), description: details.description },
      ...{ auth: authOf(operation), header: headersOf(operation), url: urlOf(operation) },
      ...(body && { body }),
    },
  };
}

function purchaseOf(operations: readonly Operation[]): Json[] {
  return PURCHASE.map((id) => {
    const operation = operations.find((candidate) => candidate.id === id);
    if (!operation) throw new Error(`the document has no operation ${id}`);
    return itemOf(operation, { mustSucceed: true });
  });
}

const DESCRIPTION = `
Made by \`npm run client\` from the OpenAPI document of the Order & Payment Service.

Run **A purchase, step by step** first: the other folders use the ids that it remembers. It needs no token: the first cart
write mints a guest id, which the collection keeps. Set \`customerToken\` to call as a customer, \`adminToken\` for the
requests of admins, and \`baseUrl\` for another server than the sandbox, which prints tokens when it starts.
`.trim();

/** What is recorded for a remembered name, until a request remembers another value. */
function recordedValue(name: string, operations: readonly Operation[]): string {
  const examples = operations.flatMap((operation) =>
    parametersIn("path", operation)
      .filter((parameter) => inPath(String(parameter.name)) === `{{${name}}}`)
      .map(({ example }) => String(example)),
  );
  return examples[0] ?? "";
}

/** The text of the collection, in version 2.1 of Postman's format. */
export const writeCollection = (document: OpenApiDocument): string =>
  `${JSON.stringify(collectionOf(document), null, 1)}\n`;

function collectionOf(document: OpenApiDocument): Json {
  const operations = operationsOf(document);
  const folderOf = (tag: string): Json => ({
    name: tag,
    ...{ description: document.tags.find(({ name }) => name === tag)?.description },
    item: operations
      .filter((operation) => tagOf(operation) === tag)
      .map((operation) => itemOf(operation, { mustSucceed: false })),
  });
  const baseUrl = document.servers[0]?.url ?? "";
  const variables = { baseUrl, customerToken: "", adminToken: "", guestId: "" };
  const remembered = Object.fromEntries(
    [...REMEMBERED_NAMES].map((name) => [name, recordedValue(name, operations)]),
  );
  return {
    info: {
      name: document.info.title,
      description: DESCRIPTION,
      schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    variable: Object.entries({ ...variables, ...remembered }).map(([key, value]) => ({ key, value })),
    event: [script("prerequest", BEFORE_EACH), script("test", AFTER_EACH)],
    item: [
      { name: "A purchase, step by step", item: purchaseOf(operations) },
      ...document["x-tagGroups"].map(({ name, tags }) => ({ name, item: tags.map(folderOf) })),
    ],
  };
}
