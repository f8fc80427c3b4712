import type { Response } from "express";
import swaggerUi from "swagger-ui-express";
import type { OpenApiDocument } from "../../config/openapi.config.js";

export const DOCS_ASSETS = "/api/docs/assets";
export const DOCS_DOCUMENT = "/api/docs/openapi.json";

/** Tags are closed at first: an overview by audience, which a browser draws at once. Links to operations work. */
const swaggerOptions = {
  ...{ url: DOCS_DOCUMENT, docExpansion: "none", deepLinking: true, filter: true },
  ...{ defaultModelsExpandDepth: -1, displayRequestDuration: true },
};

const page = swaggerUi
  .generateHTML(undefined, {
    ...{ swaggerOptions, customSiteTitle: "Order & Payment API" },
    customCss: ".swagger-ui .topbar { display: none }",
  })
  // The page is served at /api/docs without a trailing slash, so its relative links would not resolve.
  .replaceAll('"./', `"${DOCS_ASSETS}/`);

/** The static files of Swagger UI. */
export const docsAssets = swaggerUi.serveFiles(undefined, { swaggerOptions });

export async function getDocsPage(_input: unknown, res: Response): Promise<void> {
  res.type("html").send(page);
}

/** The document is built on the first request, when every route is known. */
export function getOpenApiDocument(makeDocument: () => OpenApiDocument) {
  let text: string | undefined;
  return async (_input: unknown, res: Response): Promise<void> => {
    text ??= JSON.stringify(makeDocument());
    res.type("application/json").send(text);
  };
}
