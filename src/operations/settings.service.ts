import { changeSettings, type SettingsChangeRequest } from "../../services/flows/change-settings.flow.js";
import { settingsInRupees } from "../../services/platform/settings.money.js";
import {
  getVersionedSettings,
  isSettingsGroup,
  type SettingsGroup,
  settingDefinitions,
} from "../../services/platform/settings.service.js";
import { NotFoundError } from "../../utils/errors.js";

/** A settings group as an admin sees it, with money in rupees. */
export interface SettingsOverview {
  group: SettingsGroup;
  /** 0 until something is stored. */
  version: number;
  values: Record<string, unknown>;
  definitions: { name: string; default: unknown; meaning: string }[];
}

/** @throws NotFoundError for a group that does not exist */
export async function getGroup(name: string): Promise<SettingsOverview> {
  const group = toGroup(name);
  return toOverview(group, await getVersionedSettings(group));
}

export interface SettingsUpdate {
  group: string;
  /** Only the changed values, money in rupees. */
  values: Record<string, unknown>;
  /** The version as last read. Without it, the change applies to any version. */
  version?: number;
  by: SettingsChangeRequest<SettingsGroup>["by"];
}

/** @throws NotFoundError for a group that does not exist; otherwise as `changeSettings` */
export async function updateGroup(update: SettingsUpdate): Promise<SettingsOverview> {
  const group = toGroup(update.group);
  return toOverview(group, await changeSettings({ ...update, group }));
}

function toGroup(name: string): SettingsGroup {
  if (!isSettingsGroup(name)) throw new NotFoundError("NOT_FOUND", "There is no such group of settings");
  return name;
}

function toOverview(
  group: SettingsGroup,
  { values, version }: { values: object; version: number },
): SettingsOverview {
  const definitions = Object.entries(settingDefinitions(group));
  const initial = Object.fromEntries(definitions.map(([name, definition]) => [name, definition.initial]));
  const defaults = settingsInRupees(group, initial);
  return {
    group,
    version,
    values: settingsInRupees(group, values),
    definitions: definitions.map(([name, { meaning }]) => ({ name, default: defaults[name], meaning })),
  };
}
