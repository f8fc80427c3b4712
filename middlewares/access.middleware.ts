import type { Request, RequestHandler } from "express";
import type { Config } from "../config/env.config.js";
import { findAdminStatus } from "../services/integrations/admin-status.service.js";
import { CART_SOURCES } from "../utils/constants.js";
import {
  ForbiddenError,
  UnauthenticatedError,
  UpstreamUnavailableError,
  ValidationError,
} from "../utils/errors.js";
import { isMintedGuestId, mintGuestId } from "../utils/guest-ids.js";
import { constantTimeEqual } from "../utils/helpers.js";
import { hasPermission, type Permission } from "../utils/permissions.js";
import { ANONYMOUS, ownerOf, type Principal } from "../utils/principal.js";
import type { AccessRule } from "./access.js";
import type { Authenticate } from "./authentication.middleware.js";
import { localsOf, type RouteLocals } from "./route.types.js";

const SESSION_ID = /^[A-Za-z0-9_-]{22,64}$/;

/**
 * The guest id in the header. One that this service did not mint counts as missing.
 * @throws ValidationError when the header has the wrong format
 */
function findSessionId(request: Request, linkSecret: string): string | undefined {
  const value = request.headers["x-session-id"];
  if (value === undefined) return undefined;
  if (typeof value === "string" && SESSION_ID.test(value)) {
    return isMintedGuestId(value, linkSecret) ? value : undefined;
  }
  throw new ValidationError([
    { in: "headers", path: "X-Session-Id", message: '"X-Session-Id" must be an id that this service minted' },
  ]);
}

/** Where a cart is filled: `X-Client-Source`, by default the web shop. */
function readSource(request: Request): RouteLocals["source"] {
  const value = request.headers["x-client-source"];
  if (value === undefined) return "web";
  const source = CART_SOURCES.find((known) => known === value);
  if (source) return source;
  throw new ValidationError([
    {
      in: "headers",
      path: "X-Client-Source",
      message: `"X-Client-Source" must be one of [${CART_SOURCES.join(", ")}]`,
    },
  ]);
}

type GuestRule = Extract<AccessRule, { kind: "guest" }>;
type CustomerRule = Extract<AccessRule, { kind: "customer" }>;

interface Admission {
  caller: Principal | null;
  request: Request;
  locals: RouteLocals;
  linkSecret: string;
}

function admitShopper({ caller, request, locals, linkSecret }: Admission, { without }: GuestRule): void {
  const sessionId = findSessionId(request, linkSecret);
  if (caller && caller.kind !== "customer") throw new ForbiddenError();
  locals.source = readSource(request);
  locals.sessionId = sessionId;
  if (caller) locals.principal = caller;
  else if (sessionId) locals.principal = { kind: "guest", sessionId };
  else if (without === "reject") throw new UnauthenticatedError("Sign in, or send X-Session-Id");
  else if (without === "mint") {
    locals.sessionMinted = mintGuestId(linkSecret);
    locals.principal = { kind: "guest", sessionId: locals.sessionMinted };
  }
}

function admitCustomer({ caller, request, locals, linkSecret }: Admission, { session }: CustomerRule): void {
  if (!caller) throw new UnauthenticatedError();
  if (caller.kind !== "customer") throw new ForbiddenError();
  locals.principal = caller;
  if (session === "ignored") return;
  locals.source = readSource(request);
  locals.sessionId = findSessionId(request, linkSecret);
  if (locals.sessionId) return;
  throw new ValidationError([{ in: "headers", path: "X-Session-Id", message: '"X-Session-Id" is required' }]);
}

function admitStaff(caller: Principal | null, permission: Permission, locals: RouteLocals): void {
  if (!caller) throw new UnauthenticatedError();
  const role = caller.kind === "admin" ? caller.role : caller.kind === "service" ? "service" : null;
  if (role === null || !hasPermission(role, permission)) throw new ForbiddenError();
  locals.principal = caller;
}

function admitMachine(request: Request, metricsToken: string | undefined): void {
  if (metricsToken === undefined) return;
  const header = request.headers.authorization ?? "";
  if (!constantTimeEqual(header, `Bearer ${metricsToken}`)) throw new UnauthenticatedError();
}

function admit(rule: AccessRule, admission: Admission): void {
  const { caller, locals } = admission;
  locals.principal = ANONYMOUS;
  locals.source = "web";
  if (rule.kind === "guest") admitShopper(admission, rule);
  if (rule.kind === "customer") admitCustomer(admission, rule);
  if (rule.kind === "admin") admitStaff(caller, rule.permission, locals);
  locals.owner = ownerOf(locals.principal);
}

/** Behind the rate limits: a request over the limit must not hand out a new id. */
export const announceSessionStep: RequestHandler = (_request, res, next) => {
  const { sessionMinted } = localsOf(res);
  if (sessionMinted) res.setHeader("X-Session-Id", sessionMinted);
  next();
};

export interface AccessOptions {
  authenticate: Authenticate;
  config: Pick<Config, "linkSecret" | "metricsToken">;
}

/**
 * Admits the callers that the route's access rule names. An invalid token gets 401 even where none is needed: the
 * client believes it is signed in. Signatures are checked later, over the body.
 */
export function accessStep(rule: AccessRule, { authenticate, config }: AccessOptions): RequestHandler {
  const tokenMatters = rule.kind === "guest" || rule.kind === "customer" || rule.kind === "admin";
  return (request, res, next) => {
    if (rule.kind === "internal") admitMachine(request, config.metricsToken);
    const found = tokenMatters ? authenticate(request) : null;
    const proceed = (caller: Principal | null) => {
      admit(rule, { caller, request, locals: localsOf(res), linkSecret: config.linkSecret });
      next();
    };
    // A cached token needs no waiting.
    return found instanceof Promise ? found.then(proceed) : proceed(found);
  };
}

/**
 * The token says what an admin may do; the auth service says whether the account is still active. While it does not
 * answer, reads are allowed and writes get 503.
 * @throws ForbiddenError, UpstreamUnavailableError
 */
async function assertActive(adminId: string, method: string): Promise<void> {
  const status = await findAdminStatus(adminId);
  if (status === "inactive") throw new ForbiddenError();
  const isRead = method === "GET" || method === "HEAD";
  if (status === "unknown" && !isRead) throw new UpstreamUnavailableError("auth");
}

/** Runs after the rate limits, which protect the auth service from a flood of look-ups. */
export const activeAdminStep: RequestHandler = (request, res, next) => {
  const { principal } = localsOf(res);
  if (principal.kind !== "admin") return next();
  return assertActive(principal.adminId, request.method).then(() => next());
};
