import type Joi from "joi";
import joiToSwaggerModule from "joi-to-swagger";
import type { AccessRule } from "../middlewares/access.js";
import { refusalCodesOf, statusesOf } from "../middlewares/refusals.js";
import {
  type FileAnswer,
  isFile,
  type RouteDescription,
  sendsFile,
  type Uploads,
} from "../middlewares/route.types.js";
import { isRecord } from "../utils/helpers.js";
import { envelopeKeys } from "../utils/view-schemas.js";

/** A CommonJS module with a nested default export. */
const joiToSwagger = joiToSwaggerModule.default;

type Json = Record<string, unknown>;

/** The document is derived from the routes' own schemas, so what validates is what is documented. */
export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Json; securitySchemes: Json; responses?: Json };
}

const SECURITY_SCHEMES = {
  token: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  session: { type: "apiKey", in: "header", name: "X-Session-Id" },
  metrics: { type: "http", scheme: "bearer" },
  razorpaySignature: { type: "apiKey", in: "header", name: "X-Razorpay-Signature" },
  shippingSignature: { type: "apiKey", in: "header", name: "X-Signature" },
};

/** Converts OpenAPI 3.0 (joi-to-swagger) to 3.1, which is JSON Schema. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (!isRecord(value)) return value;
  const { nullable, example, ...rest } = value;
  const schema: Json = Object.fromEntries(
    Object.entries(rest).map(([key, item]) => [key, toJsonSchema(item)]),
  );
  if (typeof schema.pattern === "string") schema.pattern = withoutFlag(schema.pattern);
  if (example !== undefined) schema.examples = [example];
  return nullable === true ? withNull(schema) : schema;
}

/** joi-to-swagger cuts the last character off `/…/u`, which is the flag, and leaves the slash. */
const withoutFlag = (pattern: string): string => pattern.replace(/(?<!\\)\/$/, "");

function withNull(schema: Json): Json {
  if (schema.type === undefined && Object.keys(schema).length === 0) return { type: "null" };
  if (typeof schema.type !== "string") return { anyOf: [schema, { type: "null" }] };
  const enumeration = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, type: [schema.type, "null"], ...enumeration };
}

/** Collects the named views while the routes are translated. */
class Components {
  private readonly named: Json = {};

  /** A schema with `meta({className})` becomes a component and a reference to it. */
  translate(schema: Joi.Schema): Json {
    const { swagger, components } = joiToSwagger(schema, { schemas: this.named });
    Object.assign(this.named, components?.schemas);
    return toJsonSchema(swagger) as Json;
  }

  /** A component is never null itself; the property that refers to it may be. */
  schemas(): Json {
    const sorted = Object.entries(this.named).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      sorted.map(([name, schema]) => [
        name,
        toJsonSchema(isRecord(schema) ? { ...schema, nullable: undefined } : schema),
      ]),
    );
  }
}

function parametersIn(place: string, schema: Joi.ObjectSchema | undefined, components: Components): Json[] {
  if (!schema) return [];
  const { properties, required } = components.translate(schema);
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(isRecord(properties) ? properties : {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || needed.includes(name),
    schema: property,
  }));
}

const header = (name: string, required: boolean, schema: Json): Json => ({
  name,
  in: "header",
  required,
  schema,
});

/** Whether a response carries an `ETag`, so that a repeated request may get 304. */
const isRevalidated = (route: RouteDescription): boolean =>
  route.caching !== undefined || (route.method === "get" && sendsFile(route));

function headerParameters(route: RouteDescription): Json[] {
  const { access, idempotency } = route;
  const headers: Json[] = [];
  if (isRevalidated(route)) headers.push(header("If-None-Match", false, { type: "string" }));
  const { rule } = access;
  if (rule.kind === "customer" && rule.session === "required")
    headers.push(header("X-Session-Id", true, { type: "string" }));
  if (rule.kind === "guest")
    headers.push(header("X-Client-Source", false, { enum: ["web", "mobile"], default: "web" }));
  if (idempotency) {
    const schema = { type: "string", minLength: 8, maxLength: 255 };
    headers.push(header("Idempotency-Key", idempotency === "required", schema));
  }
  return headers;
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
      return "a customer's token, or a guest's X-Session-Id";
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

function envelopeOf(data: Json, success: boolean): Json {
  const result = { success: { const: success }, data };
  return { allOf: [{ $ref: "#/components/schemas/Envelope" }, { type: "object", properties: result }] };
}

const json = (schema: Json) => ({ content: { "application/json": { schema } } });

const ETAG_HEADER = { ETag: { schema: { type: "string" } } };
const FILE_HEADERS = {
  ...ETAG_HEADER,
  "Content-Disposition": { schema: { type: "string" }, description: "`attachment` with a file name" },
};

function fileAnswer({ contentType, isInline, orJson }: FileAnswer, components: Components): Json {
  const content = {
    [contentType]: { schema: { type: "string", format: "binary" } },
    ...(orJson && json(envelopeOf(components.translate(orJson), true)).content),
  };
  return { content, ...(!isInline && { headers: FILE_HEADERS }) };
}

function answersOf({ answers }: RouteDescription, components: Components): Json {
  const documented = Object.entries(answers).map(([status, answer]) => {
    const success = Number(status) < 400;
    const description = success ? "Success" : "Failure";
    const body = isFile(answer)
      ? fileAnswer(answer, components)
      : json(envelopeOf(components.translate(answer), success));
    return [status, { description, ...body }];
  });
  return Object.fromEntries(documented);
}

/** The response to a matching `If-None-Match`. */
const notModifiedOf = (route: RouteDescription): Json =>
  isRevalidated(route)
    ? { "304": { description: "Not modified since this ETag", headers: ETAG_HEADER } }
    : {};

/** Status → the codes that can come with it. */
function refusalsOf(route: RouteDescription): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of refusalCodesOf(route)) {
    for (const status of statusesOf(code)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const documented = [...byStatus].map(([status, codes]) => [
    String(status),
    {
      description: codes.map((code) => `\`${code}\``).join(", "),
      ...json({ $ref: "#/components/schemas/Refusal" }),
    },
  ]);
  return Object.fromEntries(documented);
}

/** A body that is JSON, or a form whose files have no place in JSON. */
function formOrJson({ body }: RouteDescription["schemas"], files: Uploads, components: Components): Json {
  const properties = Object.entries(files).map(([name, { contentType, maxCount }]) => {
    const one = { type: "string", format: "binary", contentMediaType: contentType };
    return [name, maxCount === 1 ? one : { type: "array", items: one, maxItems: maxCount }];
  });
  return {
    ...(body && json(components.translate(body)).content),
    "multipart/form-data": { schema: { type: "object", properties: Object.fromEntries(properties) } },
  };
}

function bodyOf({ method, schemas, access }: RouteDescription, components: Components): Json | undefined {
  if (method === "get") return undefined;
  if (schemas.files) return { required: true, content: formOrJson(schemas, schemas.files, components) };
  if (schemas.body) return { required: true, ...json(components.translate(schemas.body)) };
  return access.rule.kind === "signed" ? { required: true, ...json({ type: "object" }) } : undefined;
}

const operationId = ({ method, path }: RouteDescription): string =>
  `${method}${path.replace(/\/api\b/, "").replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => (next ?? "").toUpperCase())}`;

function operationOf(route: RouteDescription, components: Components): Json {
  const { tag, summary, description, access, owner, schemas } = route;
  const whose = owner ? `; only the owner of \`${owner.param}\`` : "";
  return {
    tags: [tag],
    operationId: operationId(route),
    summary,
    description: [description, `Access: ${accessText(access.rule)}${whose}.`].filter(Boolean).join("\n\n"),
    security: securityOf(access.rule),
    parameters: [
      ...parametersIn("path", schemas.params, components),
      ...parametersIn("query", schemas.query, components),
      ...parametersIn("header", schemas.headers, components),
      ...headerParameters(route),
    ],
    requestBody: bodyOf(route, components),
    responses: { ...refusalsOf(route), ...notModifiedOf(route), ...answersOf(route, components) },
  };
}

function commonSchemas(components: Components): Json {
  const envelope = components.translate(envelopeKeys);
  const refused = { success: { const: false }, data: true, error: { type: "object", required: ["code"] } };
  return {
    Envelope: envelope,
    Refusal: { allOf: [{ $ref: "#/components/schemas/Envelope" }, { type: "object", properties: refused }] },
  };
}

/** `/api/cart/items/:itemId` → `/api/cart/items/{itemId}`. */
export const toOpenApiPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}");

/** Pure: the same routes give the same document. */
export function buildOpenApi(
  routes: readonly RouteDescription[],
  { version, publicUrl }: { version: string; publicUrl: string },
): OpenApiDocument {
  const components = new Components();
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const path = toOpenApiPath(route.path);
    paths[path] = { ...paths[path], [route.method]: operationOf(route, components) };
  }
  const common = commonSchemas(components);
  return {
    openapi: "3.1.0",
    info: {
      title: "Order & Payment Service",
      version,
      description:
        "Carts, checkout, orders and payments. Amounts are in rupees. Every JSON response has the same envelope.",
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas: { ...common, ...components.schemas() }, securitySchemes: SECURITY_SCHEMES },
  };
}
