import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { actorOf } from "../../utils/principal.js";
import * as settingsService from "./settings.service.js";
import type * as schemas from "./settings.validation.js";
import { toSettingsView } from "./settings.view.js";

export async function getSettings(
  { params }: AdminInput<typeof schemas.getSettingsSchema>,
  res: Response,
): Promise<void> {
  const settings = await settingsService.getGroup(params.group);
  sendResponse(res, HTTP_STATUS.OK, "The settings", toSettingsView(settings));
}

export async function putSettings(
  { params, body, principal }: AdminInput<typeof schemas.putSettingsSchema>,
  res: Response,
): Promise<void> {
  const { version, values, ...flat } = body;
  const update = { group: params.group, values: { ...values, ...flat }, version, by: actorOf(principal) };
  const settings = await settingsService.updateGroup(update);
  sendResponse(res, HTTP_STATUS.OK, "The settings are stored", toSettingsView(settings));
}
