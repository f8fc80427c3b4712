import { timingSafeEqual } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import express from "express";
import type { CallLog } from "./call-log.js";
import type { SandboxClock } from "./clock.js";
import { compilePath } from "./fault-match.js";
import { faultRoutes } from "./fault-routes.js";
import type { Faults } from "./faults.js";
import type { Answer } from "./idempotency.js";
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

export type Handler = (req: Request) => Answer | Promise<Answer>;

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
  app: express.Express;
  /** Forgets the remembered Idempotency-Keys. */
  forget(): void;
}

export const ok = (data: unknown, message = "OK"): Answer => ({ data, message });
export const created = (data: unknown, message = "Created"): Answer => ({ status: 201, data, message });

/** A segment of the path, decoded by Express. */
export function pathParam(req: Request, name: string): string {
  const value = req.params[name];
  if (typeof value !== "string") throw new Refusal(400, "VALIDATION_ERROR", `"${name}" is missing`);
  return value;
}

function send(res: Response, answer: Answer): void {
  res
    .status(answer.status ?? 200)
    .json({ success: true, message: answer.message ?? "OK", data: answer.data, error: null });
}

function sendRefusal(res: Response, refusal: Refusal): void {
  const { statusCode, message, data, code } = refusal;
  res.status(statusCode).json({ success: false, message, data, error: { code, message } });
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 400 || status === 413) return new Refusal(status, "MALFORMED_REQUEST", "Unreadable body");
  const reason = error instanceof Error ? error.message : String(error);
  return new Refusal(500, "INTERNAL_ERROR", `The stand-in failed: ${reason}`);
}

/** The last handler of every app here: turns what was thrown into the envelope. */
export function errorHandler(error: unknown, _req: Request, res: Response, next: NextFunction): void {
  // The client may have gone, or a fault may have answered; Express then only closes the socket.
  if (res.headersSent) next(error);
  else sendRefusal(res, toRefusal(error));
}

function requireServiceToken(serviceToken: string) {
  const expected = Buffer.from(`Bearer ${serviceToken}`);
  return (req: Request, _res: Response, next: NextFunction): void => {
    const given = Buffer.from(req.get("Authorization") ?? "");
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    if (!isRight) throw new Refusal(401, "UNAUTHENTICATED", "A service token is required");
    next();
  };
}

/** `GET /api/users/user-asha` → `GET /api/users/:userId`; paths outside the contract stay as they are. */
export function routeNamer(routes: { method: string; path: string }[]) {
  const compiled = routes.map(({ method, path }) => ({
    method: method.toUpperCase(),
    expression: compilePath(path),
    name: `${method.toUpperCase()} ${path}`,
  }));
  return (method: string, path: string): string =>
    compiled.find((route) => route.method === method && route.expression.test(path))?.name ??
    `${method} ${path}`;
}

/** An Express app that speaks the neighbours' envelope, checks the token, and can be disturbed. */
export function createStandIn(name: ServiceName, context: SandboxContext, routes: Route[]): StandIn {
  const app = express();
  const memory = createIdempotencyMemory();
  app.disable("x-powered-by").disable("etag");
  app.use(faultRoutes(context.faults, name));
  app.use(context.calls.middleware(name, routeNamer(routes)));
  app.use(context.faults.middleware(name));
  app.get("/health", (_req, res) => send(res, ok({ status: "ok", service: name })));
  const authenticate = requireServiceToken(context.serviceToken);
  const parse = express.json({ limit: "1mb" });

  const register = ({ method, path, handler, keyed, open, raw }: Route): void => {
    const serve = async (req: Request, res: Response): Promise<void> => {
      const key = keyed ? req.get("Idempotency-Key") : undefined;
      const work = async (): Promise<Answer> => handler(req);
      const answer = await (key ? memory.once(`${req.method} ${req.path} ${key}`, req.body, work) : work());
      if (raw) res.json(answer.data);
      else send(res, answer);
    };
    app[method](path, ...(open ? [] : [authenticate]), parse, serve);
  };
  for (const route of routes) register(route);
  app.use((req) => {
    throw new Refusal(404, "ROUTE_NOT_FOUND", `${req.method} ${req.path} is not part of the contract`);
  });
  app.use(errorHandler);
  return { app, forget: () => memory.clear() };
}
