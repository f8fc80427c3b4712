import Joi from "joi";
import type { Response } from "supertest";
import { routesOf } from "../../config/express.config.js";
import { refusalCodesOf } from "../../middlewares/refusals.js";
import { type FileAnswer, isFile, type RouteDescription } from "../../middlewares/route.types.js";
import type { Envelope } from "../../utils/http.js";
import { envelopeKeys } from "../../utils/view-schemas.js";

/** The method and path of supertest's request. */
interface Sent {
  method: string;
  url: string;
}

export function sentOf(response: Response): Sent {
  // supertest's types hide the request that every response carries.
  const { request } = response as Response & { request: Sent };
  return request;
}

/** Whether the path matches the pattern of a route. */
function matches(pattern: string, path: string): boolean {
  const expression = pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:\w+/g, "[^/]+");
  return new RegExp(`^${expression}/?$`).test(path);
}

/** Of two matching patterns, the one with fewer parameters is more specific. */
const parametersIn = ({ path }: RouteDescription): number => path.split("/:").length;

/** The route that answered, or undefined for an unknown path. */
export function findRoute(
  { method, url }: Sent,
  routes: readonly RouteDescription[] = routesOf(),
): RouteDescription | undefined {
  const path = new URL(url, "http://localhost").pathname;
  return routes
    .filter((route) => route.method === method.toLowerCase() && matches(route.path, path))
    .sort((left, right) => parametersIn(left) - parametersIn(right))[0];
}

function assertMatches(value: unknown, schema: Joi.Schema, what: string): void {
  const { error } = schema.validate(value, { convert: false, abortEarly: false });
  if (error)
    throw new Error(`${what} does not match its schema: ${error.message}\n${JSON.stringify(value, null, 2)}`);
}

function assertAnswerDeclared(route: RouteDescription, envelope: Envelope): void {
  const declared = route.answers[envelope.statusCode];
  const name = `${route.method.toUpperCase()} ${route.path}`;
  if (declared !== undefined) {
    const schema = Joi.isSchema(declared) ? declared : declared.orJson;
    if (!schema) throw new Error(`${name} declares a file for ${envelope.statusCode}, not JSON`);
    assertMatches(envelope.data, schema, `data of ${name}`);
    return;
  }
  if (envelope.success) throw new Error(`${name} does not declare the status ${envelope.statusCode}`);
  const codes = refusalCodesOf(route);
  const code = envelope.error?.code;
  if (!code || !codes.includes(code)) throw new Error(`${name} does not declare the error code ${code}`);
}

/**
 * Asserts that the answer is an envelope with this status, and that the route declares its data or error code,
 * so that OpenAPI is correct.
 * @param routes of the application under test. Default: the service's own
 * @returns the envelope
 */
export function expectEnvelope(
  response: Response,
  status: number,
  routes: readonly RouteDescription[] = routesOf(),
): Envelope {
  const envelope = response.body as Envelope;
  if (response.status !== status) {
    throw new Error(`expected ${status}, got ${response.status}: ${JSON.stringify(envelope)}`);
  }
  assertMatches(envelope, envelopeKeys.required(), "the answer");
  expect(envelope).toMatchObject({ success: status < 400, statusCode: status });
  expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(response.headers["x-request-id"]).toMatch(/^[A-Za-z0-9._-]{8,64}$/);
  if (status < 400) expect(envelope.error).toBeNull();
  else expect(envelope.error?.code).toMatch(/^[A-Z_]+$/);
  const route = findRoute(sentOf(response), routes);
  if (route) assertAnswerDeclared(route, envelope);
  else expect(["NOT_FOUND", "VALIDATION_ERROR"]).toContain(envelope.error?.code);
  return envelope;
}

/**
 * Asserts that the answer is an attachment of the type that its route declares, with a name that every client can
 * read, kept by no shared cache.
 */
function expectAttachment({ status, headers }: Response, { contentType }: FileAnswer): void {
  const type = String(headers["content-type"]).split(";")[0];
  if (contentType !== "*/*") expect(type).toBe(contentType);
  expect(status).toBe(200);
  expect(headers["content-disposition"]).toMatch(/^attachment; filename="?[\x20-\x7e]+$/);
  expect(headers["cache-control"]).toBe("private, no-cache");
  expect(headers["x-content-type-options"]).toBe("nosniff");
}

/** Asserts that the answer is what its route declares for its status: a page, a file, or else an envelope. */
export function expectDeclared(response: Response, routes: readonly RouteDescription[] = routesOf()): void {
  const declared = findRoute(sentOf(response), routes)?.answers[response.status];
  const type = String(response.headers["content-type"]).split(";")[0];
  const isFileAnswer = declared && isFile(declared) && !(declared.orJson && type === "application/json");
  if (!isFileAnswer) expectEnvelope(response, response.status, routes);
  else if (declared.isInline) expect(type).toBe(declared.contentType);
  else expectAttachment(response, declared);
}
