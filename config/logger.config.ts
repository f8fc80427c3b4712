import pino from "pino";
import { describeMismatch, isMismatch } from "../utils/foreign-data.js";
import { maskFreeText } from "../utils/masking.js";
import { currentContext } from "../utils/request-context.js";
import { config } from "./env.config.js";

/**
 * Structured log, one line per event; each message starts with `> `. Code logs ids, codes and shapes, never
 * documents, bodies, headers or values that a neighbour sent. Redaction is the second line of defence.
 */

const SECRETS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "token",
  "password",
  "secret",
  "signature",
  "razorpay_signature",
  "accountnumber",
  "accountholder",
  "bankaccount",
  "ifsc",
  "vpa",
  "card",
  "email",
  "phone",
  "contact",
  "line1",
  "line2",
  "landmark",
  "address",
  "shippingaddress",
  "billingaddress",
  "headers",
  "body",
]);

/** Deeper than anything logged on purpose. */
const MAX_DEPTH = 5;

/** A copy without secrets, at any depth. (pino's own `redact` cost ten times the rest of a line.) */
function withoutSecrets(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key in fields) {
    const value = fields[key];
    if (SECRETS.has(key.toLowerCase())) kept[key] = "[redacted]";
    else if (value === null || typeof value !== "object") kept[key] = value;
    else if (depth >= MAX_DEPTH) kept[key] = "[deep]";
    else kept[key] = withoutSecretsInside(value, depth + 1);
  }
  return kept;
}

function withoutSecretsInside(value: object, depth: number): unknown {
  if (value instanceof Error) return serializeError(value);
  if (Array.isArray(value)) {
    return value.map((item: unknown) =>
      typeof item === "object" && item !== null ? withoutSecretsInside(item, depth) : item,
    );
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Dates, ids and the like serialise themselves.
  const plain = prototype === Object.prototype || prototype === null;
  return plain ? withoutSecrets({ ...value }, depth) : value;
}

/** Where messages of the database, Mongoose and JSON.parse quote a value, and its replacement. */
const QUOTED_VALUES: readonly (readonly [RegExp, string])[] = [
  [/dup key:.*$/gm, "dup key"],
  [/for value [\s\S]*? \(type/g, "for value (type"],
  [/(?:\.\.\.)?"[\s\S]*"(?:\.\.\.)? is not valid JSON/g, "is not valid JSON"],
];

function withoutValues(text: string): string {
  const shape = QUOTED_VALUES.reduce((left, [pattern, kept]) => left.replace(pattern, kept), text);
  return maskFreeText(shape);
}

const messageOf = (error: Error): string =>
  isMismatch(error) ? describeMismatch(error) : withoutValues(error.message);

interface LoggedError {
  type: string;
  message?: string;
  code?: unknown;
  stack?: string;
  cause?: LoggedError;
}

/**
 * Only what helps to find the fault. The default serializer copies every field of an error, and an HTTP client's error
 * contains the request with its Authorization header.
 */
export function serializeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutValues(String(error)) };
  const message = messageOf(error);
  const logged: LoggedError = { type: error.name, message };
  // The stack begins with the message.
  if (error.stack) logged.stack = error.stack.replace(error.message, () => message);
  if ("code" in error) logged.code = error.code;
  if (error.cause instanceof Error && error.cause !== error) logged.cause = serializeError(error.cause);
  return logged;
}

/** A logger of this service; tests give it another level and destination. */
export function createLogger(level: string, destination: pino.DestinationStream): pino.Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => error },
      formatters: { level: (label) => ({ level: label }), log: (fields) => withoutSecrets(fields) },
      mixin: () => {
        const context = currentContext();
        return context ? { requestId: context.requestId, traceId: context.trace.traceId } : {};
      },
    },
    destination,
  );
}

/** Writes in the background, in order; `index.ts` flushes before the process ends. */
export const logger = createLogger(
  config.logLevel,
  pino.destination({ dest: 1, sync: config.env === "test" }),
);
