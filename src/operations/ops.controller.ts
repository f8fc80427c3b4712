import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import express, { type Response } from "express";
import type { AdminInput, OpenInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { readSummary } from "./ops.service.js";
import { toOpsSummaryView } from "./ops.view.js";

export const OPS_ASSETS = "/ops/assets";

const isBuilt = import.meta.url.endsWith(".js");
/** The built page: in `dist/`, also while tests run this source. */
const FOLDER = fileURLToPath(new URL(isBuilt ? "../../ops/page/" : "../../dist/ops/page/", import.meta.url));

/**
 * The page holds an admin's token, so it runs its own script and style only, calls this service only, is shown in no
 * frame, and makes no script or markup out of text.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** Its script and style. A browser asks before each use, so a new release shows at once. */
export const opsAssets = express.static(`${FOLDER}assets`, { index: false, redirect: false, maxAge: 0 });

/** Without any data: the page reads it with the token of the admin. */
export async function getOpsPage(_input: OpenInput, res: Response): Promise<void> {
  const html = await readFile(`${FOLDER}index.html`, "utf8");
  res.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  res.setHeader("Cache-Control", "no-cache");
  res.type("html").send(html);
}

export async function getSummary(_input: AdminInput, res: Response): Promise<void> {
  sendResponse(res, HTTP_STATUS.OK, "What an operator looks at first", toOpsSummaryView(await readSummary()));
}
