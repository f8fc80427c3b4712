import request, { type Response } from "supertest";
import { buildOpenApi, toOpenApiPath } from "../../config/openapi.config.js";
import { isFile, type RouteDescription } from "../../middlewares/route.types.js";
import { DocumentSchemas } from "./document-schemas.js";
import { findRoute, sentOf } from "./http-assertions.js";
import type { Agent } from "./world.js";

/** By operation, each made with its first answer: the whole document takes a second. */
const known = new Map<RouteDescription, DocumentSchemas>();

function schemasOf(route: RouteDescription): DocumentSchemas {
  const schemas = known.get(route) ?? new DocumentSchemas(buildOpenApi([route], ABOUT));
  known.set(route, schemas);
  return schemas;
}

const ABOUT = { version: "1.0.0", publicUrl: "http://localhost:3003" };

const MAX_FAULTS = 5;

/** The JSON of an answer, also of one that the test has asked for as bytes; undefined for another type. */
function jsonOf({ headers, body }: Response): unknown {
  if (!String(headers["content-type"]).startsWith("application/json")) return undefined;
  return Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body;
}

/** @throws Error for a JSON answer that the API's document does not allow for its operation and status */
export function assertDocumented(response: Response): void {
  const { status } = response;
  const route = findRoute(sentOf(response));
  const declared = route?.answers[status];
  if (!route || (declared && isFile(declared) && !declared.orJson)) return;
  const json = jsonOf(response);
  if (json === undefined) return;
  const schemas = schemasOf(route);
  const answer = ["paths", toOpenApiPath(route.path), route.method, "responses", String(status)];
  const name = `${route.method.toUpperCase()} ${route.path} answered ${status}`;
  if (schemas.at(answer) === undefined) throw new Error(`${name}, which the API's document does not have`);
  const faults = schemas.faults([...answer, "content", "application/json", "schema"], json);
  if (faults.length === 0) return;
  const shown = faults.slice(0, MAX_FAULTS).join("\n");
  throw new Error(`${name}, and the API's document does not allow it:\n${shown}\n${JSON.stringify(json)}`);
}

const METHODS: readonly unknown[] = ["get", "post", "put", "patch", "delete", "head", "options"];

/** supertest bound to the running service. An answer that the API's document does not allow fails the test. */
export const requestDocumented = (url: string): Agent =>
  new Proxy(request(url), {
    get(agent, name) {
      const member: unknown = Reflect.get(agent, name);
      if (typeof member !== "function" || !METHODS.includes(name)) return member;
      return (path: string) => member.call(agent, path).expect(assertDocumented);
    },
  });
