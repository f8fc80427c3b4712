import { describedRouter, file, open } from "../../middlewares/described-router.js";
import * as controller from "./files.controller.js";
import * as schemas from "./files.validation.js";

const files = describedRouter({ base: "/api/files", tag: "Operations" });

/**
 * @route GET /api/files/:fileId
 * @description The file that a signed link opens, until the link expires
 * @access Public, with the link's signature
 */
files.get(
  "/:fileId",
  {
    summary: "Download a file by its link",
    access: open(),
    schemas: schemas.downloadFileSchema,
    answers: { 200: file("*/*") },
    refuses: ["FILE_NOT_FOUND"],
  },
  controller.downloadFile,
);

export { files };
