import type { Response } from "express";
import type { OpenInput } from "../../middlewares/described-router.js";
import { sendFile } from "../../utils/http.js";
import { openLinkedFile } from "./files.service.js";
import type * as schemas from "./files.validation.js";

export async function downloadFile(
  { params, query }: OpenInput<typeof schemas.downloadFileSchema>,
  res: Response,
): Promise<void> {
  // A link shows its photo on pages of other origins, the storefront's among them; helmet's default would forbid that.
  res.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
  await sendFile(res, await openLinkedFile({ ...params, ...query }));
}
