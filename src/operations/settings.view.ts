import Joi from "joi";
import { SETTINGS_GROUPS } from "../../services/platform/settings.service.js";
import { count, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { SettingsOverview } from "./settings.service.js";

/** Money is in rupees: the service has converted it, because only the definitions say what is money. */
export const toSettingsView = ({ group, version, values, definitions }: SettingsOverview) => ({
  group,
  version,
  values,
  definitions: definitions.map(({ name, default: initial, meaning }) => ({
    name,
    default: initial ?? null,
    meaning,
  })),
});

const SettingDefinitionView = viewOf<ReturnType<typeof toSettingsView>["definitions"][number]>(
  "SettingDefinition",
  { name: text, default: Joi.any(), meaning: text },
);

export const SettingsView = viewOf<ReturnType<typeof toSettingsView>>("Settings", {
  group: Joi.string().valid(...SETTINGS_GROUPS),
  version: count,
  values: Joi.object().unknown(true),
  definitions: Joi.array().items(SettingDefinitionView),
});
