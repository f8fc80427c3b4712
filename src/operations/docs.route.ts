import type { Config } from "../../config/env.config.js";
import { readExamples } from "../../config/openapi/examples.js";
import { buildOpenApi } from "../../config/openapi.config.js";
import {
  type Access,
  admin,
  type DescribedRouter,
  describedRouter,
  type Grant,
  open,
  page,
  type RouteDescription,
} from "../../middlewares/described-router.js";
import { getDocsPage, getOpenApiDocument } from "./docs.controller.js";

/** The documentation of the given routes and of itself. */
export function docsRouter(routes: readonly RouteDescription[], config: Readonly<Config>): DescribedRouter {
  const docs = describedRouter({ base: "/api/docs", tag: "Operations" });
  // Every admin role may read orders, so this means any admin.
  const access: Access<Grant> = config.env === "production" ? admin("orders:read") : open();
  const makeDocument = () =>
    buildOpenApi([...routes, ...docs.routes], { ...config, examples: readExamples() });

  /**
   * @route GET /api/docs
   * @description Swagger UI
   * @access Public, in production any admin
   */
  docs.get(
    "/",
    { summary: "Interactive documentation of this API", access, answers: { 200: page("text/html") } },
    getDocsPage,
  );

  /**
   * @route GET /api/docs/openapi.json
   * @description OpenAPI 3.1, made from the schemas that validate
   * @access Public, in production any admin
   */
  docs.get(
    "/openapi.json",
    { summary: "The OpenAPI 3.1 document", access, answers: { 200: page("application/json") } },
    getOpenApiDocument(makeDocument),
  );
  return docs;
}
