import type { RequestHandler } from "express";
import Joi from "joi";
import { type ValidationDetail, ValidationError } from "../utils/errors.js";
import { maskCardNumbers } from "../utils/masking.js";
import { localsOf, type RouteDescription } from "./route.types.js";

/** Longer than any link's token. */
const MAX_VALUE_LENGTH = 1024;
/** Further mistakes are not listed. */
const MAX_DETAILS = 20;
/** Refused in a query. In a path, the parameter's schema decides: coupon codes are cleaned there as in a body. */
const CONTROL_CHARACTER = /\p{Cc}/u;

type Part = ValidationDetail["in"];

/** Joi's own messages for these repeat the value, which may be a secret. */
const MESSAGES: Joi.LanguageMessages = {
  "string.pattern.base": "{{#label}} has the wrong format",
  "string.pattern.name": "{{#label}} must be {{#name}}",
};

/** Bodies are not converted. Values in a URL or header are always text, so their schemas convert them. */
const PREFERENCES: Record<Part, Joi.ValidationOptions> = {
  body: { convert: false, abortEarly: false, allowUnknown: false, messages: MESSAGES },
  query: { convert: true, abortEarly: false, allowUnknown: false, messages: MESSAGES },
  params: { convert: true, abortEarly: false, allowUnknown: false, messages: MESSAGES },
  headers: { convert: true, abortEarly: false, allowUnknown: true, stripUnknown: true, messages: MESSAGES },
};

const EMPTY = Object.freeze({});

/** The name of an unknown field is repeated, and may be anything. */
function toDetails(part: Part, error: Joi.ValidationError): ValidationDetail[] {
  return error.details.slice(0, MAX_DETAILS).map(({ path, message }) => ({
    in: part,
    path: maskCardNumbers(path.join(".")),
    message: maskCardNumbers(message),
  }));
}

/** The rules for every value in a URL: given once, of bounded length, and in a query printable. */
function findUrlFaults(part: Part, values: object): ValidationDetail[] {
  const faults: ValidationDetail[] = [];
  for (const [path, value] of Object.entries(values)) {
    if (typeof value !== "string") faults.push({ in: part, path, message: `"${path}" must be given once` });
    else if (value.length > MAX_VALUE_LENGTH)
      faults.push({ in: part, path, message: `"${path}" is too long` });
    else if (part === "query" && CONTROL_CHARACTER.test(value)) {
      faults.push({ in: part, path, message: `"${path}" must be printable` });
    }
  }
  return faults;
}

type Check = (value: unknown, faults: ValidationDetail[]) => unknown;

function checkWith(part: Part, schema: Joi.ObjectSchema): Check {
  const prepared = schema.required().prefs(PREFERENCES[part]);
  return (value, faults) => {
    const result = prepared.validate(value);
    if (result.error) faults.push(...toDetails(part, result.error));
    return result.value;
  };
}

function urlCheck(part: Part, schema: Joi.ObjectSchema): Check {
  const check = checkWith(part, schema);
  return (value, faults) => {
    const found = findUrlFaults(part, value as object);
    faults.push(...found);
    return found.length > 0 ? value : check(value, faults);
  };
}

const NOTHING = Joi.object({});

/**
 * Validates every part of the request and leaves the result in `localsOf(res)`. A route without a schema
 * accepts nothing there: an unexpected field or parameter is refused, not dropped.
 */
export function validate({ schemas, method, access }: RouteDescription): RequestHandler {
  const hasBody = method !== "get";
  // The sender of a signed body decides its shape: without a schema it passes unchanged.
  const free = access.rule.kind === "signed" && !schemas.body;
  const body = hasBody && !free ? checkWith("body", schemas.body ?? NOTHING) : null;
  const query = urlCheck("query", schemas.query ?? NOTHING);
  const params = schemas.params ? urlCheck("params", schemas.params) : null;
  const headers = schemas.headers ? checkWith("headers", schemas.headers) : null;

  return (request, res, next) => {
    const faults: ValidationDetail[] = [];
    const locals = localsOf(res);
    locals.params = params ? params(request.params, faults) : EMPTY;
    // Reading `request.query` parses it, so it is not read where there is none.
    const asked = schemas.query || request.url.includes("?");
    locals.query = asked ? query(request.query, faults) : EMPTY;
    locals.headers = headers ? headers(request.headers, faults) : EMPTY;
    if (body) locals.body = body(locals.body, faults);
    else if (!free) locals.body = EMPTY;
    if (faults.length > 0) throw new ValidationError(faults);
    next();
  };
}

function isReadable(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes("\0");
  } catch {
    return false;
  }
}

/**
 * Refuses paths with broken percent-encoding or a NUL. The schema of each parameter checks the rest: the router splits
 * the path before it decodes, so an encoded slash never starts a segment, and a coupon code may contain one.
 */
export const pathGuard: RequestHandler = (request, _res, next) => {
  const { path } = request;
  if (path.includes("%") && !isReadable(path)) {
    throw new ValidationError([{ in: "params", path: "", message: "The path is not properly encoded" }]);
  }
  next();
};
