import { isDeepStrictEqual } from "node:util";
import Joi from "joi";
import { SETTINGS_GROUPS, settingDefinitions } from "../../services/platform/settings.service.js";
import { keyword, rupeeAmount } from "../../utils/request-schemas.js";

/** The service looks the group up: an unknown one answers 404. */
const params = Joi.object<{ group: string }, true>({ group: keyword().required() });

type Definitions = ReturnType<typeof settingDefinitions>;

/**
 * The settings of all groups by name, with money in rupees. A name that groups define differently takes a value of
 * any of them here; `putSettings` then validates by the definitions of the group itself.
 */
export function settingKeys(groups: readonly Definitions[]): Record<string, Joi.Schema> {
  const schemas = new Map<string, Joi.Schema[]>();
  for (const [name, { schema, isMoney }] of groups.flatMap((group) => Object.entries(group))) {
    const own = isMoney ? rupeeAmount() : schema;
    const known = schemas.get(name) ?? [];
    const isKnown = known.some((other) => isDeepStrictEqual(other.describe(), own.describe()));
    schemas.set(name, isKnown ? known : [...known, own]);
  }
  const either = (choices: Joi.Schema[]) =>
    choices.length === 1 ? choices[0] : Joi.alternatives(...choices);
  return Object.fromEntries([...schemas].map(([name, choices]) => [name, either(choices) ?? Joi.any()]));
}

const anySetting = settingKeys(SETTINGS_GROUPS.map(settingDefinitions));

/** The version as last read. Without it, the change applies to any version. */
const version = Joi.number().integer().min(0);

/** The changed settings, flat or under `values` as GET answers them. */
export type PutSettingsBody = Record<string, unknown> & {
  version?: number;
  values?: Record<string, unknown>;
};

export const getSettingsSchema = { params };

export const putSettingsSchema = {
  params,
  body: Joi.object<PutSettingsBody>({ version, values: Joi.object(anySetting), ...anySetting }).required(),
};
