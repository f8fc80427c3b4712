import { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import type { Config } from "../config/env.config.js";
import type { WebhookVerifier } from "../services/integrations/payment-gateway.js";
import { razorpayWebhookVerifier } from "../services/integrations/razorpay/webhook.js";
import { hmacVerifier } from "../services/integrations/signatures.js";
import type { Access, AccessRule, Grant, SignedBy } from "./access.js";
import { accessStep, activeAdminStep, announceSessionStep } from "./access.middleware.js";
import type { Admission } from "./admission.middleware.js";
import type { Authenticate } from "./authentication.middleware.js";
import { BODY_LIMITS, formOrJsonStep, jsonBodyStep, rawBodyStep } from "./body.middleware.js";
import { failedAttemptSteps } from "./failed-attempts.middleware.js";
import { checkIdempotency, idempotencyKeyStep } from "./idempotency.middleware.js";
import { verifyWebhook } from "./payment-verification.middleware.js";
import { privateCacheStep } from "./private-cache.middleware.js";
import type { RateLimits } from "./rate-limit.middleware.js";
import {
  type Handler,
  type InputWith,
  localsOf,
  type Method,
  type Ownership,
  type RateClass,
  type RouteDescription,
  type RouteDetails,
  type RouteSchemas,
  sendsFile,
} from "./route.types.js";
import { validate } from "./validation.middleware.js";

export * from "./access.js";
export * from "./route.types.js";

/** What routes need from the application that mounts them. */
export interface RouteSurroundings {
  config: Readonly<Config>;
  admission: Admission;
  authenticate: Authenticate;
  rateLimits: RateLimits;
}

interface Route {
  description: RouteDescription;
  /** Takes the input from the locals. */
  handle: RequestHandler;
}

type Declare = <const S extends RouteSchemas, G extends Grant, Owned extends object = object>(
  path: string,
  details: RouteDetails<S, G, Owned>,
  handler: Handler<S, G, NoInfer<Owned>>,
) => void;

/**
 * Routes that describe themselves: access, ownership, schemas, answers and limits are part of the declaration. The
 * middlewares, OpenAPI, the permission matrix and the security tests are derived from it.
 */
export interface DescribedRouter extends Record<Method, Declare> {
  readonly base: string;
  readonly routes: readonly RouteDescription[];
  /** An Express router with all routes, to be mounted at `base`. */
  build(surroundings: RouteSurroundings): Router;
}

function defaultRateClass(method: Method, rule: AccessRule): RateClass {
  if (rule.kind === "signed") return "webhook";
  return method === "get" ? "read" : "write";
}

/**
 * @throws Error at start-up for a path with unvalidated parameters, or without the parameter that `owner` reads; for a
 *   file that would have to be stored to be repeated, or read to be compared
 */
function assertDeclarable(route: RouteDescription): void {
  const { path, schemas, owner, idempotency } = route;
  if (path.includes("/:") && !schemas.params) throw new Error(`${path} needs schemas.params`);
  if (owner && !path.split("/").includes(`:${owner.param}`)) throw new Error(`${path} needs :${owner.param}`);
  if (idempotency && schemas.files) throw new Error(`${path} takes files: no idempotency`);
  if (idempotency && sendsFile(route)) throw new Error(`${path} answers with a file: no idempotency`);
}

/** Leaves the caller's document for the handler, or refuses. */
function ownershipStep({ param, find }: Ownership<object>): RequestHandler {
  return async (_request, res, next) => {
    const locals = localsOf(res);
    const { owner, query } = locals;
    locals.owned = await find((locals.params as Record<string, string>)[param] ?? "", {
      owner,
      query: query as Record<string, unknown>,
    });
    next();
  };
}

/** Calls the handler with the locals as its input. The steps before it have filled them as the types say. */
function handlerStep<S extends RouteSchemas, G extends Grant, Owned extends object>(
  handler: Handler<S, G, Owned>,
): RequestHandler {
  return (request, res) => {
    const { body, params, query, headers, source, principal, owner } = localsOf(res);
    const { sessionId, sessionMinted, rawBody, files, requestKey, owned } = localsOf(res);
    const input = { body, params, query, headers, source, principal, owner, request };
    Object.assign(input, { sessionId, sessionMinted, rawBody, files, requestKey }, owned);
    return handler(input as unknown as InputWith<S, G> & Owned, res);
  };
}

const WEBHOOK_VERIFIERS: Record<SignedBy, (config: Readonly<Config>) => WebhookVerifier> = {
  razorpay: ({ razorpay }) => razorpayWebhookVerifier(razorpay.webhookSecrets),
  shipping: ({ shippingWebhookSecret }) => hmacVerifier("x-signature", [shippingWebhookSecret]),
};

/** Only the steps that the route needs, cheap refusals first. */
function stepsOf(
  { description, handle }: Route,
  surroundings: RouteSurroundings,
): (RequestHandler | ErrorRequestHandler)[] {
  const { access, owner, idempotency, rateClass, method, bodyLimit, caching, schemas } = description;
  const { config, admission, authenticate, rateLimits } = surroundings;
  const steps: RequestHandler[] = [
    (_request, res, next) => {
      localsOf(res).route = description;
      next();
    },
    ...admission(description),
    accessStep(access.rule, { authenticate, config }),
  ];
  const failures = failedAttemptSteps(description, config.rateLimitPerMinute);
  steps.push(...rateLimits(rateClass));
  if (failures?.before) steps.push(failures.before);
  if (access.rule.kind === "admin") steps.push(activeAdminStep);
  if (access.rule.kind === "guest" && access.rule.without === "mint") steps.push(announceSessionStep);
  if (access.rule.kind === "signed") {
    const verify = verifyWebhook(WEBHOOK_VERIFIERS[access.rule.by](config));
    steps.push(verify.header, rawBodyStep, verify.body);
  } else if (method !== "get") {
    const limit = BODY_LIMITS[bodyLimit ?? "standard"];
    steps.push(schemas.files ? formOrJsonStep(schemas.files, limit) : jsonBodyStep(limit));
  }
  if (idempotency) steps.push(idempotencyKeyStep(idempotency));
  steps.push(validate(description));
  if (idempotency) steps.push(checkIdempotency);
  if (caching) steps.push(privateCacheStep);
  if (owner) steps.push(ownershipStep(owner));
  return failures ? [...steps, handle, failures.after] : [...steps, handle];
}

/** Literal segments before parameters, so that `/items/:id` does not match `/items/mine`. */
function byLiteralsFirst(left: Route, right: Route): number {
  const rank = ({ description }: Route) =>
    description.path.replace(/[^/]+/g, (part) => (part[0] === ":" ? "b" : "a"));
  const [a, b] = [rank(left), rank(right)];
  return a === b ? 0 : a < b ? -1 : 1;
}

export function describedRouter({ base, tag }: { base: string; tag: string }): DescribedRouter {
  const routes: Route[] = [];
  const declare =
    (method: Method): Declare =>
    (path, { schemas, ...details }, handler) => {
      const { access, owner, refuses = [] } = details;
      const description: RouteDescription = {
        ...details,
        refuses: [...(owner?.refuses ?? []), ...refuses],
        access: access as Access<Grant>,
        schemas: schemas ?? {},
        method,
        path: path === "/" ? base : base + path,
        tag,
        rateClass: details.rateClass ?? defaultRateClass(method, access.rule),
      };
      assertDeclarable(description);
      routes.push({ description, handle: handlerStep(handler) });
    };
  return {
    base,
    get routes() {
      return routes.map(({ description }) => description);
    },
    get: declare("get"),
    post: declare("post"),
    put: declare("put"),
    patch: declare("patch"),
    delete: declare("delete"),
    build(surroundings) {
      const router = Router({ caseSensitive: true });
      for (const route of routes.toSorted(byLiteralsFirst)) {
        const { method, path } = route.description;
        router[method](path.slice(base.length) || "/", ...stepsOf(route, surroundings));
      }
      return router;
    },
  };
}
