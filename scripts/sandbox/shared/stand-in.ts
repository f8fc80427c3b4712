import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ServiceName } from "../environment.js";
import type { CallLog } from "./call-log.js";
import type { SandboxClock } from "./clock.js";
import { compilePath, type Faults } from "./faults.js";
import { createFront } from "./front.js";
import {
  headerOf,
  type Incoming,
  pathOf,
  type Query,
  queryOf,
  Refusal,
  readJson,
  sendAnswer,
  sendJson,
  sendRefusal,
  toRefusal,
} from "./http.js";

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

/** What a stand-in answers when it did what was asked. */
export interface Answer {
  status?: number;
  message?: string;
  data: unknown;
}

/** Remembers the answers of writes by their `Idempotency-Key`. */
export interface IdempotencyMemory {
  /**
   * Does the work once per key; a repetition gets the first answer, also while the first still runs.
   * A refusal is not remembered, so that it can be tried again.
   * @throws Refusal 422 when the key comes with another body.
   */
  once(key: string, body: unknown, work: () => Promise<Answer>): Promise<Answer>;
  clear(): void;
}

interface Remembered {
  fingerprint: string;
  answer: Promise<Answer>;
}

/** Bounds the memory of a long load run; a retry comes within seconds, not 20,000 calls later. */
const KEPT_KEYS = 20_000;

const fingerprintOf = (body: unknown): string =>
  createHash("sha1")
    .update(JSON.stringify(body ?? null))
    .digest("base64");

export function createIdempotencyMemory(): IdempotencyMemory {
  const remembered = new Map<string, Remembered>();

  function remember(key: string, entry: Remembered): void {
    remembered.set(key, entry);
    const oldest = remembered.keys().next();
    if (remembered.size > KEPT_KEYS && !oldest.done) remembered.delete(oldest.value);
  }

  return {
    once: async (key, body, work) => {
      const fingerprint = fingerprintOf(body);
      const known = remembered.get(key);
      if (known) {
        if (known.fingerprint === fingerprint) return known.answer;
        throw new Refusal(422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key came with another body");
      }
      const answer = work();
      remember(key, { fingerprint, answer });
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
