import Joi from "joi";
import { SETTINGS_GROUPS, settingDefinitions } from "../../services/platform/settings.service.js";
import { keyword, rupeeAmount } from "../../utils/request-schemas.js";

/** The group is looked up, not listed here: an unknown one answers 404. */
const params = Joi.object<{ group: string }, true>({ group: keyword().required() });

/** The settings of all groups by name, with money in rupees; which of them a group has the service says. */
const settingKeys: Record<string, Joi.Schema> = Object.fromEntries(
  SETTINGS_GROUPS.flatMap((group) =>
    Object.entries(settingDefinitions(group)).map(([name, { schema, isMoney }]) => [
      name,
      isMoney ? rupeeAmount() : schema,
    ]),
  ),
);

/** As last read; left out: whatever is there. */
const version = Joi.number().integer().min(0);

/** The settings themselves, or all of them under `values` as GET answers them. */
export type PutSettingsBody = Record<string, unknown> & {
  version?: number;
  values?: Record<string, unknown>;
};

export const getSettingsSchema = { params };

export const putSettingsSchema = {
  params,
  body: Joi.object<PutSettingsBody>({ version, values: Joi.object(settingKeys), ...settingKeys }).required(),
};
