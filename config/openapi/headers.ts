import { type RouteDescription, sendsFile } from "../../middlewares/route.types.js";
import type { Json } from "./json-schema.js";

/** The headers of requests and answers. The headers of answers are components that responses refer to. */

const text = { type: "string" };

export const ANSWER_HEADERS = {
  "X-Request-Id": {
    description: "Identifies the request in the logs. Quote it when you report a fault.",
    schema: { ...text, pattern: "^[A-Za-z0-9._-]{8,64}$" },
  },
  "X-Session-Id": {
    description: "The guest id that this request has minted. Store it and send it from then on.",
    schema: { ...text, pattern: "^[A-Za-z0-9_-]{22,64}$" },
  },
  "Idempotency-Replayed": {
    description: "`true`: the stored answer of an earlier request with the same key. Nothing was done again.",
    schema: { ...text, enum: ["true"] },
  },
  "Retry-After": {
    description: "Repeat the same request after this many seconds. Absent where waiting does not help.",
    schema: { type: "integer", minimum: 0 },
  },
  ETag: {
    description:
      "The version of the answer. Send it as `If-None-Match`; an unchanged answer is 304, without a body.",
    schema: text,
  },
  "Content-Disposition": { description: "`attachment`, with a file name.", schema: text },
} as const;

type AnswerHeader = keyof typeof ANSWER_HEADERS;

export const headersNamed = (...names: readonly AnswerHeader[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Whether a response carries an `ETag`, so that a repeated request may get 304. */
export const isRevalidated = (route: RouteDescription): boolean =>
  route.caching !== undefined || (route.method === "get" && sendsFile(route));

/** Of a success with an envelope. */
export function headersOfSuccess(route: RouteDescription): Json {
  const { rule } = route.access;
  const names: AnswerHeader[] = ["X-Request-Id"];
  if (isRevalidated(route)) names.push("ETag");
  if (route.idempotency) names.push("Idempotency-Replayed");
  if (rule.kind === "guest" && rule.without === "mint") names.push("X-Session-Id");
  return headersNamed(...names);
}

/** Statuses after which the same request may succeed. */
const WORTH_WAITING: readonly number[] = [404, 409, 429, 503];

export const headersOfRefusal = (status: number): Json =>
  headersNamed("X-Request-Id", ...(WORTH_WAITING.includes(status) ? (["Retry-After"] as const) : []));

const parameter = (name: string, required: boolean, description: string, schema: Json): Json => ({
  name,
  in: "header",
  required,
  description,
  schema,
});

/** A signed webhook's and a guest's credentials are security schemes, not parameters. */
export function headerParametersOf(route: RouteDescription): Json[] {
  const { access, idempotency } = route;
  const { rule } = access;
  const headers: Json[] = [];
  if (isRevalidated(route)) {
    headers.push(parameter("If-None-Match", false, "The `ETag` of an earlier answer.", text));
  }
  if (rule.kind === "customer" && rule.session === "required") {
    headers.push(parameter("X-Session-Id", true, "The guest id from before signing in.", text));
  }
  if (rule.kind === "guest") {
    const description = "Where the shopper is: stored with a new cart and its order.";
    const schema = { ...text, enum: ["web", "mobile"], default: "web" };
    headers.push(parameter("X-Client-Source", false, description, schema));
  }
  if (idempotency) {
    const description =
      "A new key for every intended action, and the same one to repeat it. A repeated request with the same key and body gets the first answer again for 24 hours.";
    const schema = { ...text, minLength: 8, maxLength: 255 };
    headers.push(parameter("Idempotency-Key", idempotency === "required", description, schema));
  }
  return headers;
}
