import compression from "compression";
import cors from "cors";
import express, { type Express, type RequestHandler } from "express";
import helmet from "helmet";
import { apiRouters } from "../index.route.js";
import { type Admission, createAdmission } from "../middlewares/admission.middleware.js";
import { createAuthenticator } from "../middlewares/authentication.middleware.js";
import type {
  DescribedRouter,
  RouteDescription,
  RouteSurroundings,
} from "../middlewares/described-router.js";
import { errorHandler, notFoundHandler } from "../middlewares/error.middleware.js";
import { createRateLimits } from "../middlewares/rate-limit.middleware.js";
import { requestContext } from "../middlewares/request-context.middleware.js";
import { pathGuard } from "../middlewares/validation.middleware.js";
import { DOCS_ASSETS, docsAssets } from "../src/operations/docs.controller.js";
import { docsRouter } from "../src/operations/docs.route.js";
import { OPS_ASSETS, opsAssets } from "../src/operations/ops.controller.js";
import { type Config, config as serviceConfig } from "./env.config.js";

/** Smaller responses, which most are, gain nothing. */
const COMPRESSED_FROM_BYTES = 1024;
/** The fastest level. Higher levels save little more and cost too much CPU. */
const COMPRESSION_LEVEL = 1;

/** Response headers that browser code may read, in addition to the default ones. */
const EXPOSED_HEADERS = [
  "X-Request-Id",
  "X-Session-Id",
  "Idempotency-Replayed",
  "Retry-After",
  "ETag",
  "Content-Disposition",
];
/** Seconds that a browser caches the response to a preflight request. */
const PREFLIGHT_KEPT = 600;

export interface AppOptions {
  /** Default: every router of the service. */
  routers?: readonly DescribedRouter[];
  config?: Readonly<Config>;
  /** Default: as the configuration says. */
  admission?: Admission;
}

/** Without a list of origins there are no CORS headers, so pages of other sites cannot call. */
function crossOrigin(origins: readonly string[]): RequestHandler[] {
  if (origins.length === 0) return [];
  return [cors({ origin: [...origins], exposedHeaders: EXPOSED_HEADERS, maxAge: PREFLIGHT_KEPT })];
}

/** Compresses only on request: the library's preparations cost time even where it does not compress. */
function compressed(): RequestHandler {
  const compress = compression({ threshold: COMPRESSED_FROM_BYTES, level: COMPRESSION_LEVEL });
  return (request, res, next) => {
    if (request.headers["accept-encoding"]) compress(request, res, next);
    else {
      res.vary("Accept-Encoding");
      next();
    }
  };
}

function configure(app: Express, config: Readonly<Config>): void {
  app.disable("x-powered-by");
  // Routes that gain from an ETag set their own.
  app.set("etag", false);
  // Never "extended", which turns query strings into objects.
  app.set("query parser", "simple");
  app.set("trust proxy", config.trustProxyHops);
  app.set("case sensitive routing", true);
}

/** The routes of an application with these routers, its documentation included. */
export function routesOf({
  routers = apiRouters,
  config = serviceConfig,
}: AppOptions = {}): RouteDescription[] {
  const routes = routers.flatMap((router) => router.routes);
  return [...routes, ...docsRouter(routes, config).routes];
}

/** The application, without a server: `index.ts` listens, tests call it directly. */
export function createApp({
  routers = apiRouters,
  config = serviceConfig,
  admission = createAdmission(config.overloadDelayMs),
}: AppOptions = {}): Express {
  const app = express();
  configure(app, config);
  app.use(requestContext);
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.use(...crossOrigin(config.corsOrigins), compressed());
  app.use(pathGuard);

  const surroundings: RouteSurroundings = {
    config,
    admission,
    authenticate: createAuthenticator(config.auth),
    rateLimits: createRateLimits(config.rateLimitPerMinute),
  };
  const docs = docsRouter(
    routers.flatMap((router) => router.routes),
    config,
  );
  for (const router of [...routers, docs]) app.use(router.base, router.build(surroundings));
  app.use(DOCS_ASSETS, ...docsAssets);
  app.use(OPS_ASSETS, opsAssets);

  app.use(notFoundHandler);
  app.use(errorHandler);
  return app;
}
