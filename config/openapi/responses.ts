import { refusalCodesOf } from "../../middlewares/refusals.js";
import { type FileAnswer, isFile, type RouteDescription } from "../../middlewares/route.types.js";
import { ERROR_CODES, statusesOf } from "../../utils/error-codes.js";
import { envelopeKeys } from "../../utils/view-schemas.js";
import { errorTable } from "./error-table.js";
import type { Example } from "./examples.js";
import { headersNamed, headersOfRefusal, headersOfSuccess, isRevalidated } from "./headers.js";
import type { Components, Json } from "./json-schema.js";

function envelopeOf(data: Json, success: boolean): Json {
  const result = { success: { const: success }, data };
  return {
    allOf: [
      { $ref: "#/components/schemas/Envelope" },
      { type: "object", required: ["success", "data"], properties: result },
    ],
  };
}

export const json = (schema: Json, example?: unknown): Json => ({
  "application/json": { schema, ...exampleOf(example) },
});

const exampleOf = (value: unknown): Json => (value === undefined ? {} : { examples: { sample: { value } } });

/** A page depends on nothing but its content; a file may be kept and has a name. */
function fileAnswer({ contentType, isInline, orJson }: FileAnswer, components: Components, example: unknown) {
  const isText = typeof example === "string";
  const content = {
    [contentType]: {
      schema: { type: "string", format: "binary" },
      ...exampleOf(isText ? example : undefined),
    },
    ...(orJson && json(envelopeOf(components.translate(orJson), true), isText ? undefined : example)),
  };
  return { content, headers: headersNamed("X-Request-Id", ...(isInline ? [] : FILE_HEADERS)) };
}

const FILE_HEADERS = ["ETag", "Content-Disposition"] as const;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  200: "Success.",
  201: "Created.",
  202: "Accepted; the work goes on in the background.",
};

export function answersOf(route: RouteDescription, components: Components, example?: Example): Json {
  const documented = Object.entries(route.answers).map(([status, answer]) => {
    const recorded = example && String(example.status) === status ? example.answer : undefined;
    const success = Number(status) < 400;
    const description = DESCRIPTIONS[status] ?? "The service is not ready, or not healthy.";
    const body = isFile(answer)
      ? fileAnswer(answer, components, recorded)
      : {
          content: json(envelopeOf(components.translate(answer), success), recorded),
          headers: headersOfSuccess(route),
        };
    return [status, { description, ...body }];
  });
  return Object.fromEntries(documented);
}

/** The response to a matching `If-None-Match`. */
export const notModifiedOf = (route: RouteDescription): Json =>
  isRevalidated(route)
    ? { "304": { description: "Not modified since this ETag.", headers: headersNamed("ETag") } }
    : {};

/** Status → the codes that can come with it, and what they mean. */
export function refusalsOf(route: RouteDescription): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of refusalCodesOf(route)) {
    const line = `\`${code}\`: ${ERROR_CODES[code].meaning}`;
    for (const status of statusesOf(code)) byStatus.set(status, [...(byStatus.get(status) ?? []), line]);
  }
  const documented = [...byStatus].map(([status, lines]) => [
    String(status),
    {
      description: lines.length === 1 ? lines[0] : lines.map((line) => `- ${line}`).join("\n"),
      headers: headersOfRefusal(status),
      content: json({ $ref: "#/components/schemas/Refusal" }),
    },
  ]);
  return Object.fromEntries(documented);
}

const ABOUT_CODES = "What went wrong, for programs. Codes are stable; messages may change.";

/** The schemas that all operations share. */
export function commonSchemas(components: Components): Json {
  const error = {
    type: "object",
    required: ["code"],
    properties: { code: { $ref: "#/components/schemas/ErrorCode" }, details: {} },
  };
  const refused = { success: { const: false }, data: { type: "null" }, error };
  return {
    Envelope: components.translate(envelopeKeys),
    ErrorCode: {
      type: "string",
      enum: Object.keys(ERROR_CODES),
      description: `${ABOUT_CODES}\n\n${errorTable()}`,
    },
    Refusal: {
      allOf: [
        { $ref: "#/components/schemas/Envelope" },
        { type: "object", required: ["success", "data", "error"], properties: refused },
      ],
    },
  };
}
