import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ServiceName } from "../environment.js";
import type { CallLog } from "./call-log.js";
import type { Clock } from "./clock.js";
import { compilePath, type Faults } from "./faults.js";
import { createFront } from "./front.js";
import {
  type Answer,
  headerOf,
  type Incoming,
  pathOf,
  type Query,
  queryOf,
  Refusal,
  readJson,
  sendAnswer,
  sendError,
  sendJson,
} from "./http.js";

/** What all stand-ins share. */
export interface SandboxContext {
  serviceToken: string;
  faults: Faults;
  calls: CallLog;
  clock: Clock;
}

/** One call of the contract, as its handler receives it. */
export interface Call {
  params: Record<string, string>;
  query: Query;
  body: unknown;
}

type Handler = (call: Call) => Answer | Promise<Answer>;

interface RouteOptions {
  /**
   * Repeats are answered from memory by `Idempotency-Key`. Not for calls that are idempotent by an order or a
   * reference of their own: a reversal that is sent again must look again.
   */
  keyed?: boolean;
  /** Needs no service token. */
  open?: boolean;
  /** Answers `data` without the envelope, where a standard prescribes the body. */
  raw?: boolean;
}

/** One line of the contract. */
export interface Route extends RouteOptions {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  handler: Handler;
}

const routeOf =
  (method: Route["method"]) =>
  (path: string, handler: Handler, options: RouteOptions = {}): Route => ({
    method,
    path,
    handler,
    ...options,
  });

export const get = routeOf("GET");
export const post = routeOf("POST");
export const put = routeOf("PUT");
export const del = routeOf("DELETE");

export const ok = (data: unknown, message = "OK"): Answer => ({ data, message });
export const created = (data: unknown, message = "Created"): Answer => ({ status: 201, data, message });

/** A decoded segment of the path. */
export function pathParam({ params }: Call, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Refusal(400, "VALIDATION_ERROR", `"${name}" is missing`);
  return value;
}

interface CompiledRoute extends Route {
  expression: RegExp;
  /** Names of the expression's groups. */
  parameters: string[];
}

const compileRoute = (route: Route): CompiledRoute => ({
  ...route,
  expression: compilePath(route.path),
  parameters: [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name),
});

const findRoute = (routes: CompiledRoute[], method: string, path: string): CompiledRoute | undefined =>
  routes.find((route) => route.method === method && route.expression.test(path));

function paramsOf({ expression, parameters }: CompiledRoute, path: string): Record<string, string> {
  const [, ...segments] = expression.exec(path) ?? [];
  try {
    return Object.fromEntries(
      parameters.map((name, index) => [name, decodeURIComponent(segments[index] ?? "")]),
    );
  } catch {
    throw new Refusal(400, "MALFORMED_REQUEST", "Unreadable path");
  }
}

function createTokenCheck(serviceToken: string): (req: IncomingMessage) => void {
  const expected = Buffer.from(`Bearer ${serviceToken}`);
  return (req) => {
    const given = Buffer.from(req.headers.authorization ?? "");
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    if (!isRight) throw new Refusal(401, "UNAUTHENTICATED", "A service token is required");
  };
}

interface StandIn {
  app: RequestListener;
  /** Clears the remembered Idempotency-Keys. */
  forget(): void;
}

/** A server that speaks the neighbours' envelope, checks the token, and can be disturbed by faults. */
export function createStandIn(name: ServiceName, context: SandboxContext, contract: Route[]): StandIn {
  const memory = createIdempotencyMemory();
  const routes = contract.map(compileRoute);
  const checkToken = createTokenCheck(context.serviceToken);

  async function answer(req: Incoming, res: ServerResponse): Promise<void> {
    const { method = "GET" } = req;
    const path = pathOf(req);
    const route = findRoute(routes, method, path);
    if (!route) throw new Refusal(404, "ROUTE_NOT_FOUND", `${method} ${path} is not part of the contract`);
    if (!route.open) checkToken(req);
    req.body = await readJson(req);
    const call = { params: paramsOf(route, path), query: queryOf(req), body: req.body };
    const work = async (): Promise<Answer> => route.handler(call);
    const key = route.keyed ? headerOf(req, "idempotency-key") : undefined;
    const given = await (key ? memory.once(`${method} ${path} ${key}`, req.body, work) : work());
    if (route.raw) sendJson(res, 200, given.data);
    else sendAnswer(res, given);
  }

  const app = createFront({
    name,
    context,
    toRoute: (method, path) => `${method} ${findRoute(routes, method, path)?.path ?? path}`,
    serve: (req, res) => {
      answer(req, res).catch((error: unknown) => {
        // A fault may have answered already.
        if (res.headersSent) res.destroy();
        else sendError(res, error);
      });
    },
  });
  return { app, forget: () => memory.clear() };
}

/** Remembers the answers of writes by their `Idempotency-Key`. */
interface IdempotencyMemory {
  /**
   * Does the work once per key. A repeat gets the first answer, also while the first call is in flight.
   * Refusals are not remembered, so that the call can be retried.
   * @throws Refusal 422 if the key was used with another body
   */
  once(key: string, body: unknown, work: () => Promise<Answer>): Promise<Answer>;
  clear(): void;
}

/** Limits the memory of a long load run; retries follow within seconds, not 20,000 calls later. */
const KEPT_KEYS = 20_000;

const fingerprintOf = (body: unknown): string =>
  createHash("sha1")
    .update(JSON.stringify(body ?? null))
    .digest("base64");

function createIdempotencyMemory(): IdempotencyMemory {
  const remembered = new Map<string, { fingerprint: string; answer: Promise<Answer> }>();
  return {
    once: async (key, body, work) => {
      const fingerprint = fingerprintOf(body);
      const known = remembered.get(key);
      if (known) {
        if (known.fingerprint === fingerprint) return known.answer;
        throw new Refusal(422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used with another body");
      }
      const answer = work();
      remembered.set(key, { fingerprint, answer });
      const oldest = remembered.keys().next();
      if (remembered.size > KEPT_KEYS && !oldest.done) remembered.delete(oldest.value);
      try {
        return await answer;
      } catch (error) {
        remembered.delete(key);
        throw error;
      }
    },
    clear: () => remembered.clear(),
  };
}
