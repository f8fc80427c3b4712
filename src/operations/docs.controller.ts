import type { Response } from "express";
import swaggerUi from "swagger-ui-express";
import type { OpenApiDocument } from "../../config/openapi.config.js";

export const DOCS_ASSETS = "/api/docs/assets";
export const DOCS_DOCUMENT = "/api/docs/openapi.json";

const page = swaggerUi
  .generateHTML(undefined, { swaggerOptions: { url: DOCS_DOCUMENT }, customSiteTitle: "Order & Payment API" })
  // The page stands at /api/docs, without a slash that relative links could be relative to.
  .replaceAll('"./', `"${DOCS_ASSETS}/`);

/** What the page loads: Swagger UI's own files. */
export const docsAssets = swaggerUi.serveFiles(undefined, { swaggerOptions: { url: DOCS_DOCUMENT } });

export async function getDocsPage(_input: unknown, res: Response): Promise<void> {
  res.type("html").send(page);
}

/** The document is made at the first request, when every route is known. */
export function getOpenApiDocument(makeDocument: () => OpenApiDocument) {
  let text: string | undefined;
  return async (_input: unknown, res: Response): Promise<void> => {
    text ??= JSON.stringify(makeDocument());
    res.type("application/json").send(text);
  };
}
