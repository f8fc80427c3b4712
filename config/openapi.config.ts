import type Joi from "joi";
import type { AccessRule } from "../middlewares/access.js";
import type { RouteDescription, Uploads } from "../middlewares/route.types.js";
import { isRecord } from "../utils/helpers.js";
import { tagGroupsOf, tagOf } from "./openapi/audiences.js";
import type { Example, Examples } from "./openapi/examples.js";
import { ANSWER_HEADERS, headerParametersOf } from "./openapi/headers.js";
import { INTRODUCTION } from "./openapi/introduction.js";
import { Components, type Json } from "./openapi/json-schema.js";
import { answersOf, commonSchemas, json, notModifiedOf, refusalsOf } from "./openapi/responses.js";

/** The document is derived from the routes' own schemas, so what validates is what is documented. */
export interface OpenApiDocument {
  openapi: "3.1.0";
  info: Json;
  servers: { url: string; description: string }[];
  security: Json[];
  tags: { name: string; description?: string }[];
  "x-tagGroups": { name: string; tags: string[] }[];
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Json; headers: Json; securitySchemes: Json };
}

const SECURITY_SCHEMES = {
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token of the auth service, of a customer or an admin.",
  },
  session: {
    type: "apiKey",
    in: "header",
    name: "X-Session-Id",
    description: "A guest id, minted by the first cart write.",
  },
  metrics: { type: "http", scheme: "bearer", description: "`METRICS_TOKEN`, where it is set." },
  razorpaySignature: {
    type: "apiKey",
    in: "header",
    name: "X-Razorpay-Signature",
    description: "HMAC-SHA256 of the raw body with the webhook's secret, in hex.",
  },
  shippingSignature: {
    type: "apiKey",
    in: "header",
    name: "X-Signature",
    description: "HMAC-SHA256 of the raw body with the shared secret, in hex.",
  },
};

/** A parameter is text in the URL, and in the document what its schema says. */
const typedAs = (type: unknown, text: string): string | number => (type === "integer" ? Number(text) : text);

interface ParametersOptions {
  place: "path" | "query" | "header";
  schema: Joi.ObjectSchema | undefined;
  examples?: Readonly<Record<string, string>> | undefined;
}

function parametersIn({ place, schema, examples = {} }: ParametersOptions, components: Components): Json[] {
  if (!schema) return [];
  const { properties, required } = components.translate(schema);
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(isRecord(properties) ? properties : {}).map(([name, property]) => {
    const { description, ...rest } = isRecord(property) ? property : {};
    return {
      name,
      in: place,
      required: place === "path" || needed.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
      ...(examples[name] === undefined ? {} : { example: typedAs(rest.type, examples[name]) }),
    };
  });
}

function securityOf(rule: AccessRule): Json[] {
  switch (rule.kind) {
    case "open":
      return [];
    case "internal":
      return [{}, { metrics: [] }];
    case "guest":
      return [{ token: [] }, { session: [] }, ...(rule.without === "reject" ? [] : [{}])];
    case "customer":
    case "admin":
      return [{ token: [] }];
    case "signed":
      return [{ [`${rule.by}Signature`]: [] }];
  }
}

function accessText(rule: AccessRule): string {
  switch (rule.kind) {
    case "guest":
      return `a customer's token, or a guest's X-Session-Id${GUEST_TEXT[rule.without]}`;
    case "customer":
      return rule.session === "required" ? "a customer's token and X-Session-Id" : "a customer's token";
    case "admin":
      return `an admin's token with the permission \`${rule.permission}\``;
    case "signed":
      return "a signature over the raw body";
    case "internal":
      return "internal";
    case "open":
      return "public";
  }
}

/** What happens without either. */
const GUEST_TEXT = {
  mint: "; without either, a guest id is minted",
  empty: "; without either, there is nothing to read",
  reject: "",
};

/** A body that is JSON, or a form whose files have no place in JSON. */
function formOrJson(
  { body }: RouteDescription["schemas"],
  files: Uploads,
  { components, example }: { components: Components; example: unknown },
): Json {
  const fields = body ? components.translate(body) : {};
  const uploads = Object.entries(files).map(([name, { contentType, maxCount }]) => {
    const one = { type: "string", format: "binary", contentMediaType: contentType };
    return [name, maxCount === 1 ? one : { type: "array", items: one, maxItems: maxCount }];
  });
  const properties = {
    ...(isRecord(fields.properties) ? fields.properties : {}),
    ...Object.fromEntries(uploads),
  };
  return {
    "multipart/form-data": { schema: { type: "object", properties } },
    ...(body && json(fields, example)),
  };
}

function bodyOf(route: RouteDescription, components: Components, example?: Example): Json | undefined {
  const { method, schemas, access } = route;
  if (method === "get") return undefined;
  if (schemas.files)
    return {
      required: true,
      content: formOrJson(schemas, schemas.files, { components, example: example?.body }),
    };
  const isSigned = access.rule.kind === "signed";
  if (!schemas.body && !isSigned) return undefined;
  const schema = schemas.body ? components.translate(schemas.body) : { type: "object" };
  return { required: true, content: json(schema, example?.body) };
}

/** `GET /api/cart/items/:itemId` → `getCartItemsItemId`. */
export const operationIdOf = ({ method, path }: Pick<RouteDescription, "method" | "path">): string =>
  `${method}${path.replace(/\/api\b/, "").replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => (next ?? "").toUpperCase())}`;

function operationOf(route: RouteDescription, components: Components, example?: Example): Json {
  const { summary, description, access, owner, schemas } = route;
  const whose = owner ? `; only the owner of \`${owner.param}\`` : "";
  return {
    tags: [tagOf(route)],
    operationId: operationIdOf(route),
    summary,
    description: [description, `Access: ${accessText(access.rule)}${whose}.`].filter(Boolean).join("\n\n"),
    security: securityOf(access.rule),
    parameters: [
      ...parametersIn({ place: "path", schema: schemas.params, examples: example?.path }, components),
      ...parametersIn({ place: "query", schema: schemas.query, examples: example?.query }, components),
      ...parametersIn({ place: "header", schema: schemas.headers }, components),
      ...headerParametersOf(route),
    ],
    requestBody: bodyOf(route, components, example),
    // What a route itself answers with an error's status has more than a refusal: the state of the service.
    responses: { ...refusalsOf(route), ...answersOf(route, components, example), ...notModifiedOf(route) },
  };
}

/** `/api/cart/items/:itemId` → `/api/cart/items/{itemId}`. */
export const toOpenApiPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}");

export interface OpenApiOptions {
  version: string;
  publicUrl: string;
  examples?: Examples;
}

/** Pure: the same routes give the same document. */
export function buildOpenApi(
  routes: readonly RouteDescription[],
  { version, publicUrl, examples = {} }: OpenApiOptions,
): OpenApiDocument {
  const components = new Components();
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const path = toOpenApiPath(route.path);
    const operation = operationOf(route, components, examples[operationIdOf(route)]);
    paths[path] = { ...paths[path], [route.method]: operation };
  }
  const common = commonSchemas(components);
  const groups = tagGroupsOf(routes);
  return {
    openapi: "3.1.0",
    info: {
      title: "Order & Payment Service",
      version,
      description: INTRODUCTION,
      license: { name: "Proprietary", identifier: "LicenseRef-Proprietary" },
    },
    servers: [{ url: publicUrl, description: "This service" }],
    security: [],
    tags: groups.flatMap(({ tags }) => tags),
    "x-tagGroups": groups.map(({ name, tags }) => ({ name, tags: tags.map((tag) => tag.name) })),
    paths,
    components: {
      schemas: { ...common, ...components.schemas() },
      headers: { ...ANSWER_HEADERS },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
