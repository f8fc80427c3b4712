import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { CallLog } from "./call-log.js";
import type { SandboxClock } from "./clock.js";
import { sendAnswer, sendRefusal, toRefusal } from "./envelope.js";
import { compilePath } from "./fault-match.js";
import type { Faults } from "./faults.js";
import { createFront } from "./front.js";
import type { Incoming, Query } from "./http.js";
import { headerOf, pathOf, queryOf, readJson, sendJson } from "./http.js";
import type { Answer, IdempotencyMemory } from "./idempotency.js";
import { createIdempotencyMemory } from "./idempotency.js";
import type { ServiceName } from "./names.js";
import { Refusal } from "./refusal.js";

/** What all stand-ins share. */
export interface SandboxContext {
  serviceToken: string;
  faults: Faults;
  calls: CallLog;
  clock: SandboxClock;
}

/** One call of the contract, as its handler sees it. */
export interface Call {
  params: Record<string, string>;
  query: Query;
  body: unknown;
}

export type Handler = (req: Call) => Answer | Promise<Answer>;

/**
 * One line of the contract. `keyed` routes are repeated by `Idempotency-Key`; the others are either
 * reads or idempotent by something of their own (an order, a reference), which must not be shadowed by
 * a remembered answer: a reversal that is sent again has to look again.
 */
export interface Route {
  method: "get" | "post" | "put" | "delete";
  path: string;
  handler: Handler;
  keyed?: boolean;
  /** Needs no service token. */
  open?: boolean;
  /** Answers `data` without the envelope, for what a standard prescribes. */
  raw?: boolean;
}

export interface StandIn {
  app: RequestListener;
  /** Forgets the remembered Idempotency-Keys. */
  forget(): void;
}

export const ok = (data: unknown, message = "OK"): Answer => ({ data, message });
export const created = (data: unknown, message = "Created"): Answer => ({ status: 201, data, message });

/** A segment of the path, decoded. */
export function pathParam({ params }: Call, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Refusal(400, "VALIDATION_ERROR", `"${name}" is missing`);
  return value;
}

interface Compiled {
  route: Route;
  method: string;
  expression: RegExp;
  /** Of the expression's groups. */
  names: string[];
  /** `GET /api/users/:userId` */
  name: string;
}

const compile = (route: Route): Compiled => {
  const method = route.method.toUpperCase();
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  return { route, method, names, expression: compilePath(route.path), name: `${method} ${route.path}` };
};

const find = (routes: Compiled[], method: string, path: string): Compiled | undefined =>
  routes.find((route) => route.method === method && route.expression.test(path));

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, "MALFORMED_REQUEST", "Unreadable path");
  }
}

function paramsOf({ expression, names }: Compiled, path: string): Record<string, string> {
  const [, ...segments] = expression.exec(path) ?? [];
  return Object.fromEntries(names.map((name, index) => [name, decode(segments[index] ?? "")]));
}

function createTokenCheck(serviceToken: string): (req: IncomingMessage) => void {
  const expected = Buffer.from(`Bearer ${serviceToken}`);
  return (req) => {
    const given = Buffer.from(req.headers.authorization ?? "");
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    if (!isRight) throw new Refusal(401, "UNAUTHENTICATED", "A service token is required");
  };
}

interface Serving {
  routes: Compiled[];
  memory: IdempotencyMemory;
  checkToken(req: IncomingMessage): void;
}

async function answer({ routes, memory, checkToken }: Serving, req: Incoming, res: ServerResponse) {
  const { method = "GET" } = req;
  const path = pathOf(req);
  const found = find(routes, method, path);
  if (!found) throw new Refusal(404, "ROUTE_NOT_FOUND", `${method} ${path} is not part of the contract`);
  const { handler, keyed, open, raw } = found.route;
  if (!open) checkToken(req);
  req.body = await readJson(req);
  const call = { params: paramsOf(found, path), query: queryOf(req), body: req.body };
  const work = async (): Promise<Answer> => handler(call);
  const key = keyed ? headerOf(req, "idempotency-key") : undefined;
  const given = await (key ? memory.once(`${method} ${path} ${key}`, req.body, work) : work());
  if (raw) sendJson(res, 200, given.data);
  else sendAnswer(res, given);
}

/** A server that speaks the neighbours' envelope, checks the token, and can be disturbed. */
export function createStandIn(name: ServiceName, context: SandboxContext, routes: Route[]): StandIn {
  const memory = createIdempotencyMemory();
  const compiled = routes.map(compile);
  const serving = { routes: compiled, memory, checkToken: createTokenCheck(context.serviceToken) };
  const app = createFront({
    name,
    context,
    toRoute: (method, path) => find(compiled, method, path)?.name ?? `${method} ${path}`,
    serve: (req, res) => {
      answer(serving, req, res).catch((error: unknown) => {
        // A fault may have answered already.
        if (res.headersSent) res.destroy();
        else sendRefusal(res, toRefusal(error));
      });
    },
  });
  return { app, forget: () => memory.clear() };
}
