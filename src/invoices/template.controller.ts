import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendFile, sendResponse } from "../../utils/http.js";
import * as templateService from "./template.service.js";
import type * as schemas from "./template.validation.js";
import { toTemplateView } from "./template.view.js";

export async function getTemplate(_input: AdminInput, res: Response): Promise<void> {
  const template = await templateService.getTemplate();
  sendResponse(res, HTTP_STATUS.OK, "The invoice template", toTemplateView(template));
}

export async function putTemplate(
  { body, principal }: AdminInput<typeof schemas.putTemplateSchema>,
  res: Response,
): Promise<void> {
  const { version, ...design } = body;
  const template = await templateService.updateTemplate({ design, version, by: principal.adminId });
  sendResponse(res, HTTP_STATUS.OK, "The invoice template is stored", toTemplateView(template));
}

export async function previewTemplate(
  { body }: AdminInput<typeof schemas.previewTemplateSchema>,
  res: Response,
): Promise<void> {
  const { version: _version, ...design } = body;
  const pdf = await templateService.previewTemplate(design);
  await sendFile(res, {
    ...{ name: "preview.pdf", contentType: "application/pdf", size: pdf.length, body: pdf },
  });
}
