import Joi from "joi";
import type { Response } from "supertest";
import { routesOf } from "../../config/express.config.js";
import { refusalCodesOf } from "../../middlewares/refusals.js";
import type { RouteDescription } from "../../middlewares/route.types.js";
import type { Envelope } from "../../utils/http.js";
import { envelopeKeys } from "../../utils/view-schemas.js";

/** The method and path of supertest's request. */
interface Sent {
  method: string;
  url: string;
}

function sentOf(response: Response): Sent {
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
function findRoute({ method, url }: Sent, routes: readonly RouteDescription[]): RouteDescription | undefined {
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
    if (Joi.isSchema(declared)) assertMatches(envelope.data, declared, `data of ${name}`);
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
